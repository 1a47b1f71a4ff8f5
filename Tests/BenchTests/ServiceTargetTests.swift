import Testing

@testable import Bench

@Suite struct ServiceTargetTests {
    @Test(arguments: [
        (ServiceTarget.p95(below: 0.05, critical: 0.1), 0.049, ServiceTarget.Verdict.ok),
        (.p95(below: 0.05, critical: 0.1), 0.05, .slow),
        (.p95(below: 0.05, critical: 0.1), 0.1, .critical),
        (.rowsPerSecond(above: 1000, critical: 500), 1001, .ok),
        (.rowsPerSecond(above: 1000, critical: 500), 1000, .slow),
        (.callsPerSecond(above: 1000, critical: 500), 500, .critical),
        (.successRatio(above: 0.99, critical: 0.95), 1, .ok),
        (.successRatio(above: 0.99, critical: 0.95), 0.96, .slow),
        (.successRatio(above: 0.99, critical: 0.95), 0.9, .critical),
    ])
    func `a value is good, not good, or critical`(
        _ target: ServiceTarget, _ value: Double, _ verdict: ServiceTarget.Verdict
    ) {
        #expect(target.verdict(of: value) == verdict)
    }

    @Test(arguments: [
        (ServiceTarget.p95(below: 0.05, critical: 0.1), "p95 < 50 ms"),
        (.callsPerSecond(above: 1000, critical: 100), "> 1000/s"),
        (.rowsPerSecond(above: 1000, critical: 500), "> 1000 rows/s"),
        (.successRatio(above: 0.99, critical: 0.95), "> 99 % succeed"),
    ])
    func `a target says what it asks for`(_ target: ServiceTarget, _ text: String) {
        #expect(target.text == text)
    }

    @Test func `a p95 that nobody can tell gives no verdict, but errors do`() {
        var tally = Tally()
        tally.latencies = Array(repeating: 9, count: 58)
        #expect(WorkloadResult(.lookup, clients: 1, rounds: [tally]).verdict == .ok)
        tally.errors = ["class 57": 4]
        #expect(WorkloadResult(.lookup, clients: 1, rounds: [tally]).verdict == .critical)
        tally.errors = [:]
        tally.latencies.append(9)
        #expect(WorkloadResult(.lookup, clients: 1, rounds: [tally]).verdict == .critical)
    }
}
