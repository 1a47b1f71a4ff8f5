import Exposition
import PoolDefinitions

/// What the names on a Prometheus page mean: whose pools they speak of, in which unit.
struct PoolPage {
    typealias Value = any WritableKeyPath<PoolReading, Double?> & Sendable

    /// What a sample says of a pool.
    struct Meaning: Sendable {
        let kind: ApplicationPoolKind
        let value: Value
        var scale = 1.0
        /// Only samples with this label, or without it where the value is empty.
        var label: (name: String, value: String)?
        /// Whether 0 stands for no limit.
        var isUnlimitedAtZero = false
    }

    /// The labels that may tell pools apart, the first that a sample has.
    private static let poolLabels = [
        "pool", "db_client_connection_pool_name", "db_client_connections_pool_name", "pool_name", "db_name",
        "name",
    ]

    /// So many pools and caches a page may have: each becomes a dozen series.
    static let most = 1000
    /// In bytes: labels are cut there, and two that are alike up to there would be one series.
    static let longestName = Labels.longestValue

    /// All pools and what else the page says; `pool` names one without a label.
    static func document(from bytes: [UInt8], pool: String) throws(ScrapeFailure) -> PoolDocument {
        var others: Set<String> = []
        let samples = try PrometheusReader.read(bytes) { name in
            if others.count < mostNamed { others.insert(String(name.prefix(longestName))) }
            return names.contains(name)
        }
        var document = PoolDocument()
        document.pools = try pools(of: samples, default: pool).filter { !$0.isEmpty }
        guard !document.pools.isEmpty else {
            throw ScrapeFailure(
                .mapping,
                "no figure of a pool is on the page: looked for hikaricp_*, pgxpool_*, go_sql_*, "
                    + "db_client_connection_* and db_client_connections_*",
                hint: "the page has \(DocumentMapping.listed(others.sorted()))")
        }
        document.application = try application(of: samples, default: pool)
        return document
    }

    /// How many names a hint is made of: one more than it shows.
    private static let mostNamed = DocumentMapping.mostNamed + 1

    private static let names = Set(meanings.keys).union(applicationNames)

    /// Adds the name of a pool or cache to those that were found.
    static func note(_ name: String, among count: Int) throws(ScrapeFailure) {
        guard name.utf8.count <= longestName else {
            throw ScrapeFailure(.tooLarge, "the name of a pool or cache is longer than \(longestName) bytes")
        }
        guard count < most else {
            throw ScrapeFailure(.tooLarge, "the page has more than \(most) pools or caches")
        }
    }

    private static func pools(
        of samples: [PrometheusSample], default pool: String
    ) throws(ScrapeFailure) -> [PoolReading] {
        var order: [PoolReading.Key] = []
        var readings: [PoolReading.Key: PoolReading] = [:]
        for sample in samples where (0...DocumentMapping.greatest).contains(sample.value) {
            for meaning in meanings[sample.name] ?? [] {
                if let label = meaning.label, sample.labels[label.name] ?? "" != label.value { continue }
                let name = poolLabels.lazy.compactMap { sample.labels[$0] }.first ?? pool
                let key = PoolReading.Key(kind: .application(meaning.kind), pool: name, user: nil)
                if readings[key] == nil {
                    try note(name, among: order.count)
                    order.append(key)
                }
                var reading = readings[key] ?? PoolReading(meaning.kind, pool: name)
                let value = sample.value.scaled(by: meaning.scale)
                if !(meaning.isUnlimitedAtZero && value == 0) {
                    // Samples with more labels than the pool's are parts of one whole.
                    let isLongest = meaning.value as AnyKeyPath == \PoolReading.peakWaitSeconds
                    let before = reading[keyPath: meaning.value] ?? 0
                    reading[keyPath: meaning.value] = isLongest ? max(before, value) : before + value
                }
                readings[key] = reading
            }
        }
        return order.compactMap { readings[$0]?.completed() }
    }
}
