import Bench
import Probes

/// What runs of a probe by hand have shown.
struct ProbeResult: JSONWritten, Sendable {
    struct Variant: Encodable, Sendable {
        let name: String
        var searches = 0
        var failures: [String: Int] = [:]
        var latenciesSeconds: [Double] = []
        var requestedRows = 0
        var returnedRows = 0
        var shortResults = 0
        var plan: String?
        var sentinelChecks = 0
        var sentinelMisses = 0
        var sentinelMissedRows = 0
        var recalledQueries = 0
        var recall: Double?
        var recallLower: Double?
        var recallUpper: Double?
    }

    let probe: String
    private(set) var variants: [Variant] = []
    private(set) var sentinelSampleRatio: Double?
    private(set) var databaseSeconds = 0.0
    private(set) var skips: [String: Int] = [:]
    private(set) var truthFailures: [String: Int] = [:]
    private(set) var truthSkips: [String: Int] = [:]
    private(set) var problem: String?

    init(_ probe: String) {
        self.probe = probe
    }

    /// Notes what the latest run has brought.
    mutating func note(_ summary: ProbeSummary) {
        for variant in summary.variants where variant.attempts > 0 {
            let index = variants.firstIndex { $0.name == variant.name } ?? variants.endIndex
            if index == variants.endIndex { variants.append(Variant(name: variant.name)) }
            variants[index].searches = variant.attempts
            let isNew = variant.observations > variants[index].latenciesSeconds.count
            if isNew, let duration = variant.latestDuration {
                variants[index].latenciesSeconds.append(duration / .seconds(1))
            }
        }
    }

    /// Notes how all of them stand at the end.
    mutating func conclude(_ summary: ProbeSummary) {
        for index in variants.indices {
            guard let variant = summary.variants.first(where: { $0.name == variants[index].name }) else {
                continue
            }
            variants[index].failures = variant.failures.named
            variants[index].requestedRows = variant.requestedRows
            variants[index].returnedRows = variant.returnedRows
            variants[index].shortResults = variant.shortResults
            variants[index].plan = variant.plan?.rawValue
            variants[index].sentinelChecks = variant.sentinelChecks
            variants[index].sentinelMisses = variant.sentinelMisses
            variants[index].sentinelMissedRows = variant.sentinelMissedRows
            variants[index].recalledQueries = variant.recalls?.count ?? 0
            variants[index].recall = variant.recalls?.mean
            variants[index].recallLower = variant.recalls?.bounds?.lower
            variants[index].recallUpper = variant.recalls?.bounds?.upper
        }
        sentinelSampleRatio = summary.sampleRatio
        databaseSeconds = summary.databaseTime / .seconds(1)
        skips = summary.skips.named
        truthFailures = summary.truthFailures.named
        truthSkips = summary.truthSkips.named
        problem = summary.problem
    }

    /// Whether anything was searched, and all of it answered.
    var isGood: Bool { !variants.isEmpty && variants.allSatisfy(\.failures.isEmpty) }

    var text: String {
        var table = TextTable(header: [
            "variant", "searches", "failed", "p50 ms", "p95 ms", "short", "rows", "recall", "95 % interval",
            "queries", "sentinel misses", "plan",
        ])
        for variant in variants { table.append(Self.cells(of: variant)) }
        return table.text() + notes.map { "\($0)\n" }.joined()
    }

    private static func cells(of variant: Variant) -> [String] {
        let latencies = Latencies(variant.latenciesSeconds)
        let interval = variant.recallLower.flatMap { lower in
            variant.recallUpper.map { "\(lower.text(decimals: 3)) to \($0.text(decimals: 3))" }
        }
        return [
            variant.name, "\(variant.searches)", "\(variant.failures.values.reduce(0, +))",
            milliseconds(latencies[.p50]), milliseconds(latencies[.p95]), "\(variant.shortResults)",
            "\(variant.returnedRows)/\(variant.requestedRows)",
            variant.recall?.text(decimals: 4) ?? "-", interval ?? "-", "\(variant.recalledQueries)",
            "\(variant.sentinelMisses)/\(variant.sentinelChecks)", variant.plan ?? "-",
        ]
    }

    /// What did not go well, a line for each kind.
    private var notes: [String] {
        let failures = variants.flatMap { variant in
            variant.failures.sorted { $0.key < $1.key }.map {
                "\(variant.name) failed: \($0.key), \($0.value)"
            }
        }
        let others = [("skipped", skips), ("no truth", truthFailures), ("truth left out", truthSkips)]
            .flatMap { what, counts in
                counts.sorted { $0.key < $1.key }.map { "\(what): \($0.key), \($0.value)" }
            }
        return failures + others + (problem.map { ["latest problem: \($0)"] } ?? [])
    }

    private static func milliseconds(_ seconds: Double?) -> String {
        seconds.map { (1000 * $0).text(decimals: 3) } ?? "-"
    }
}

extension Dictionary where Key: RawRepresentable<String>, Value == Int {
    /// Counts by name.
    fileprivate var named: [String: Int] {
        [String: Int](uniqueKeysWithValues: map { ($0.key.rawValue, $0.value) })
    }
}
