import Settings
import Testing

@Suite struct WorkloadTargetsTests {
    private let terms = BenchTerms(
        workloads: [(name: "search-10", writesRows: false), (name: "insert", writesRows: true)],
        percentiles: ["p50", "p99.9"])

    private func load(_ text: String) throws(SettingsErrors) -> [String: WorkloadTargets] {
        try WorkloadTargets.load(Array(text.utf8), file: "targets.yml", terms)
    }

    @Test func `each workload has the targets that its map names, and no others`() throws {
        let read = try load(
            """
            search-10:
              p50: {target: 10ms, critical: 1s}
              p99.9: {target: 1s}
            insert:
              calls_per_second: {target: 1000, critical: 100}
              rows_per_second: {target: 5}
              success_ratio: {target: 0.999, critical: 0.9}
            """)
        #expect(
            read == [
                "search-10": WorkloadTargets(
                    latencies: [
                        "p50": TargetBounds(target: .milliseconds(10), critical: .seconds(1)),
                        "p99.9": TargetBounds(target: .seconds(1), critical: .seconds(1)),
                    ]),
                "insert": WorkloadTargets(
                    callsPerSecond: TargetBounds(target: 1000, critical: 100),
                    rowsPerSecond: TargetBounds(target: 5, critical: 5),
                    successRatio: TargetBounds(target: 0.999, critical: 0.9)),
            ])
    }

    @Test func `JSON is read as well, and a workload without targets has none`() throws {
        let read = try load(#"{"insert": {}, "search-10": {"p50": {"target": "10ms"}}}"#)
        let bounds = TargetBounds(target: Duration.milliseconds(10), critical: .milliseconds(10))
        #expect(
            read == ["insert": WorkloadTargets(), "search-10": WorkloadTargets(latencies: ["p50": bounds])])
    }

    @Test(arguments: [
        (
            "search: {}",
            "targets.yml:1:1: found an unknown key; allowed are insert, search-10"
        ),
        (
            "inser: {}",
            "targets.yml:1:1: found an unknown key \"inser\", did you mean \"insert\"? "
                + "allowed are insert, search-10"
        ),
        (
            "insert: {p95: {target: 1s}}",
            "targets.yml:1:10: found an unknown key; allowed are "
                + "calls_per_second, p50, p99.9, rows_per_second, success_ratio"
        ),
        (
            "search-10:\n  rows_per_second: {target: 5}",
            "targets.yml:2:3: found an unknown key; allowed are calls_per_second, p50, p99.9, success_ratio"
        ),
        (
            "insert:\n  p50: {critical: 1s}",
            "targets.yml:2:8: found no target; required is a duration from 1ms to 1h, like 15s or 1h30m"
        ),
        (
            "insert:\n  p50: {target: 1s, critical: 20ms}",
            "targets.yml:2:31: critical: found a bound that is better than the target; "
                + "allowed is the target or more"
        ),
        (
            "insert:\n  success_ratio: {target: 0.9, critical: 0.99}",
            "targets.yml:2:42: critical: found a bound that is better than the target; "
                + "allowed is the target or less"
        ),
        (
            "insert:\n  p50: 10ms",
            "targets.yml:2:8: p50: found a text; allowed is a map"
        ),
    ])
    func `a mistake is named with its place`(_ text: String, _ said: String) {
        let error = #expect(throws: SettingsErrors.self) { try load(text) }
        #expect(error?.description == said)
    }
}
