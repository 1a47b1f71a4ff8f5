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
        (.ordinarySuccess, 1, .ok),
        (.ordinarySuccess, 0.96, .slow),
        (.ordinarySuccess, 0.9, .critical),
        (ServiceTarget(.successRatio, good: 1, critical: 1), 1, .ok),
        (ServiceTarget(.successRatio, good: 1, critical: 1), 0.999, .critical),
        (ServiceTarget(.p999, good: 0.05, critical: 0.05), 0.049, .ok),
        (ServiceTarget(.p999, good: 0.05, critical: 0.05), 0.05, .critical),
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
        (.ordinarySuccess, "> 99 % succeed"),
        (ServiceTarget(.successRatio, good: 0.995, critical: 0.9), "> 99.5 % succeed"),
        (ServiceTarget(.successRatio, good: 0.9995, critical: 0.9), "> 99.95 % succeed"),
        (ServiceTarget(.p999, good: 1.5, critical: 2), "p99.9 < 1500 ms"),
    ])
    func `a target says what it asks for`(_ target: ServiceTarget, _ text: String) {
        #expect(target.text == text)
    }

    @Test func `a p95 that nobody can tell gives no verdict, but errors do`() {
        var tally = Tally()
        tally.latencies = Array(repeating: 9, count: 58)
        #expect(verdict(of: tally) == .ok)
        tally.errors = ["class 57": 4]
        #expect(verdict(of: tally) == .critical)
        tally.errors = [:]
        tally.latencies.append(9)
        #expect(verdict(of: tally) == .critical)
    }

    @Test func `targets of a file take the place of the ordinary ones, but for success`() {
        let own = ServiceTarget(.p99, good: 0.2, critical: 0.3)
        let everything = ServiceTarget(.successRatio, good: 0.9999, critical: 0.9)
        let targets = ServiceTargets([.lookup: [own], .list: [everything], .search10: []])
        #expect(targets[.lookup] == [own, .ordinarySuccess])
        #expect(targets[.list] == [everything])
        #expect(targets[.search10] == [.ordinarySuccess])
        #expect(targets[.insert] == [.p95(below: 0.05, critical: 0.1), .ordinarySuccess])
    }

    @Test func `a percentile of too few calls is named as not judged`() {
        var tally = Tally()
        tally.latencies = Array(repeating: 9, count: 58)
        let targets = [ServiceTarget.Measure.p50, .p95, .callsPerSecond].map {
            ServiceTarget($0, good: 0.1, critical: 0.1)
        }
        let result = WorkloadResult(.lookup, clients: 1, rounds: [tally], targets: targets)
        #expect(result.unjudged == [.p95])
        #expect(result.verdict == .critical)
        let missed = result.criticallyMissed
        #expect(missed.map(\.target.measure) == [.p50])
        #expect(missed.map { $0.target.text(of: $0.value) } == ["p50 9000.0 ms"])
    }

    @Test(arguments: [
        (ServiceTarget.p95(below: 0.05, critical: 0.1), 0.1234, "p95 123.4 ms"),
        (.callsPerSecond(above: 1000, critical: 100), 87.04, "87.0/s"),
        (.rowsPerSecond(above: 1000, critical: 500), 87, "87.0 rows/s"),
        (.ordinarySuccess, 0.905, "90.5 % succeed"),
    ])
    func `what was measured is said as the target says it`(
        _ target: ServiceTarget, _ value: Double, _ text: String
    ) {
        #expect(target.text(of: value) == text)
    }

    private func verdict(of tally: Tally) -> ServiceTarget.Verdict? {
        WorkloadResult(.lookup, clients: 1, rounds: [tally], targets: ServiceTargets()[.lookup]).verdict
    }
}
