import Exposition
import Foundation
import Testing

/// Random pages, read by parsers that others wrote.
@Suite struct ReadBackTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let python = environment["PGVIGIL_PYTHON"].map { Program(at: $0) }
    private static let promtool = Program(named: "promtool")
    private static let registries = 200

    /// `PGVIGIL_SEED` repeats a run.
    private static let seed = environment["PGVIGIL_SEED"].flatMap { UInt64($0) } ?? .random(in: 0..<1 << 48)

    @Test(.enabled(if: python != nil, "PGVIGIL_PYTHON names no Python that has prometheus-client"))
    func `what was put in is what prometheus_client reads`() throws {
        print("PGVIGIL_SEED=\(Self.seed) repeats the random registries")
        let encoder = JSONEncoder()
        var lines = Data()
        for number in 0..<UInt64(Self.registries) {
            let registry = RandomRegistry(seed: Self.seed &+ number)
            for format in [Format.text, .openMetrics] {
                let readBack = ReadBack(
                    name: "seed \(Self.seed &+ number)", format: format.name,
                    page: try #require(registry.page(in: format).text),
                    families: registry.families(in: format))
                lines += try encoder.encode(readBack) + Data("\n".utf8)
            }
        }
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "read_back.py")
        let outcome = try #require(Self.python).run(script.path, input: lines)
        #expect(outcome.text == "\(2 * Self.registries) pages read back\n")
        #expect(outcome.status == 0)
    }

    @Test(.enabled(if: promtool != nil, "promtool is not on the PATH"))
    func `promtool finds nothing to say about a page of good names`() throws {
        var histogram = Histogram(bounds: [0.0025, 1, 1e6])
        histogram.observe(0.5, exemplar: Exemplar(0.5, labels: ["trace_id": "1"]))
        let hostile: Labels = ["datname": "a\\b\"c\nd\re🐘{},= # EOF"]
        let page = Page(
            MetricFamily(
                "pg_stat_database_commits_total", .counter, help: "Commits, \"all\" \\ of\nthem.",
                samples: [Sample(.integer(.max), labels: hostile, exemplar: Exemplar(1, labels: [:]))]),
            MetricFamily(
                "pg_lag_seconds", .gauge, help: "Lag.",
                samples: [Sample(-0.0), Sample(.nan, labels: hostile)]),
            MetricFamily(
                "pg_server_info", .info, help: "Server.", samples: [Sample(1, labels: ["version": "15"])]),
            MetricFamily("pg_search_seconds", .histogram, help: "Searches.", samples: [Sample(histogram)]),
            MetricFamily("pg_odd", .unknown, help: "Odd.", samples: [Sample(Double.leastNonzeroMagnitude)]),
            in: .text)
        let outcome = try #require(Self.promtool).run("check", "metrics", input: page.pieces.joined())
        #expect(outcome.text.isEmpty)
        #expect(outcome.status == 0)
    }
}
