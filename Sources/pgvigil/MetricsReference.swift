import Collectors
import Exposition
import FoundationEssentials
import Logging
import PoolDefinitions
import Pools
import Postgres
import Probes
import Runtime

/// Every family that a page may show, and where it comes from.
struct MetricsReference: Encodable {
    struct Section: Encodable {
        let name: String
        let summary: String
        /// The time between two runs as proposed; nil for each poll.
        var intervalSeconds: Double?
        var cost: String?
        var scope: String?
        var audience: String?
        /// Of a pooler's console.
        var command: String?
        /// Whether it runs only where the settings switch it on.
        var isOptIn: Bool?
        var rights: [String] = []
        var reads: [Source] = []
        var metrics: [Entry]
    }

    /// A view or function, and the major versions on which the collector's statement reads it.
    struct Source: Encodable {
        let name: String
        let since: Int?
        let until: Int?
    }

    struct Entry: Encodable {
        let name: String
        let type: String
        let unit: String?
        let labels: [String]
        let since: Int?
        let until: Int?
        let help: String
    }

    let sections: [Section]

    /// The major versions of PostgreSQL that the collectors are written for.
    static let versions = 13...18

    init() {
        let daemon = SelfMetrics(of: Watchlist(log: Logger(label: "") { _ in SwiftLogNoOpLogHandler() }))
        sections =
            [
                Section(
                    name: "connection", summary: "Whether the server answers and lets clients in.",
                    metrics: TargetHistory.reference(of: .postgres).map { Entry($0, labels: ["server"] + $1) }
                )
            ] + Collector.all.map(Section.init)
            + PoolerKind.allCases.flatMap { kind in
                [
                    Section(
                        name: "\(kind.rawValue)_connection",
                        summary: "Whether the console of \(kind) answers.",
                        metrics: TargetHistory.reference(of: .pooler(kind)).map {
                            Entry($0, labels: ["server"] + $1)
                        })
                ] + ConsoleCollector.all(of: kind).map(Section.init)
            } + [
                Section(
                    name: "pools",
                    summary:
                        "What is the same for all pools, those of poolers and those inside applications.",
                    metrics: PoolFamilies.reference.map { Entry($0, labels: ["server"] + $1) }),
                Section(
                    name: "application_pools",
                    summary:
                        "How reading an application's document goes, and what it says besides its pools.",
                    metrics: ScrapeHistory.reference.map { Entry($0, labels: ["server"] + $1) }),
                Section(
                    name: "probes",
                    summary: "What search probes and custom probes say; only where the settings have some.",
                    metrics: ProbeFamilies.reference.map { Entry($0, labels: ["server"] + $1) }),
                Section(
                    name: "pgvigil", summary: "What the daemon says of itself; on the full page only.",
                    metrics: daemon.reference.map(Entry.init)),
            ]
    }
}

extension MetricsReference.Section {
    init(_ collector: Collector) {
        self.init(
            name: collector.name, summary: collector.summary,
            intervalSeconds: collector.cost.interval.map { $0 / .seconds(1) },
            cost: "\(collector.cost)", scope: "\(collector.scope)", audience: "\(collector.audience)",
            rights: collector.requirements.map(\.description), reads: collector.sources,
            metrics: collector.metrics.map {
                MetricsReference.Entry(
                    $0.metric, labels: ["server"] + $0.labels, since: $0.since, until: $0.until)
            })
    }
}

extension MetricsReference.Section {
    init(_ collector: ConsoleCollector) {
        self.init(
            name: collector.name, summary: collector.summary,
            intervalSeconds: collector.cost.interval.map { $0 / .seconds(1) }, cost: "\(collector.cost)",
            command: collector.command, isOptIn: collector.isOptIn,
            metrics: collector.metrics.map {
                MetricsReference.Entry($0.metric, labels: ["server"] + $0.labels)
            })
    }
}

extension MetricsReference.Entry {
    init(_ metric: Metric, labels: [String]) {
        self.init(metric, labels: labels, since: 0, until: nil)
    }

    init(_ metric: Metric, labels: [String], since: Int, until: Int?) {
        self.init(
            name: metric.name.description, type: "\(metric.kind)", unit: metric.unit, labels: labels,
            since: since > MetricsReference.versions.lowerBound ? since : nil, until: until,
            help: metric.help)
    }
}

extension Collector {
    /// Of no interest to whoever asks where a number comes from.
    private static let plainFunctions: Set<Substring> = ["pg_backend_pid", "pg_wal_lsn_diff"]

    /// The views and functions of PostgreSQL's statistics in its statement, by version.
    fileprivate var sources: [MetricsReference.Source] {
        let versions = MetricsReference.versions
        var seen: [String: [Int]] = [:]
        for version in versions {
            let server = ServerState(version: version * 10_000, isInRecovery: audience == .standbys)
            guard applies(to: server) else { continue }
            let statements = statements(for: server).joined()
            let names = statements.matches(of: #/pg_catalog\.(?<name>pg_\w+)/#).map(\.output.name)
            for name in Set(names).subtracting(Self.plainFunctions) {
                seen[String(name), default: []].append(version)
            }
        }
        let first = max(since, versions.lowerBound)
        return seen.sorted { $0.key < $1.key }.map { name, seen in
            MetricsReference.Source(
                name: name, since: seen[0] > first ? seen[0] : nil,
                until: seen[seen.count - 1] < versions.upperBound ? seen[seen.count - 1] : nil)
        }
    }
}
