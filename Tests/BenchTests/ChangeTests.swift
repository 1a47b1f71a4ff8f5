import Testing

@testable import Bench

@Suite struct ChangeTests {
    private let constant = Self.result(Array(repeating: Array(repeating: 1, count: 100), count: 10))
    /// Ten rounds, in which everything takes 1 s, 2 s, … 10 s.
    private let uneven = Self.result((1...10).map { Array(repeating: Double($0), count: 100) })

    private static func result(_ rounds: [[Double]]) -> WorkloadResult {
        let tallies = rounds.map { latencies in
            var tally = Tally()
            tally.latencies = latencies
            return tally
        }
        return WorkloadResult(.lookup, clients: 1, rounds: tallies, targets: [])
    }

    @Test func `the interval of a median is that of ten draws of a round`() throws {
        let change = try #require(Change(of: .p50, from: constant, to: uneven))
        #expect(change.ratio == 5)
        // The fifth of ten draws from 1 to 10 is at most 1, 2, 7, 8 with 0.002, 0.033, 0.953, 0.994.
        #expect(abs(change.lower / 2 - 1) < 0.003)
        #expect(abs(change.upper / 8 - 1) < 0.003)
    }

    @Test func `the interval of the 95th percentile is that of ten draws of a round`() throws {
        let change = try #require(Change(of: .p95, from: constant, to: uneven))
        #expect(change.ratio == 10)
        // The largest of ten draws from 1 to 10 is at most 6, 7, 9, 10 with 0.006, 0.028, 0.349, 1.
        #expect(abs(change.lower / 7 - 1) < 0.003)
        #expect(abs(change.upper / 10 - 1) < 0.003)
    }

    @Test func `rounds that are all alike leave no doubt`() throws {
        let round = (1...100).map { Double($0) }
        let slow = Self.result(Array(repeating: round.map { 2 * $0 }, count: 10))
        let change = try #require(
            Change(of: .p95, from: Self.result(Array(repeating: round, count: 10)), to: slow))
        #expect(change.before == 95)
        #expect(change.after == 190)
        #expect(abs(change.lower - 2) < 0.01)
        #expect(abs(change.upper - 2) < 0.01)
    }

    @Test func `the same seed says the same, and a run differs in nothing from itself`() throws {
        let first = try #require(Change(of: .p50, from: uneven, to: uneven))
        #expect(Change(of: .p50, from: uneven, to: uneven) == first)
        #expect(first.ratio == 1)
        #expect(first.lower < 1 && first.upper > 1)
        #expect(first.verdict(tolerance: 0) == .noDifference)
    }

    @Test func `with too few observations, or rounds, nothing is said`() {
        let few = Self.result(Array(repeating: [1], count: 58))
        #expect(Change(of: .p95, from: few, to: uneven) == nil)
        #expect(Change(of: .p95, from: uneven, to: few) == nil)
        #expect(Change(of: .p50, from: few, to: uneven) != nil)
        let one = Self.result([Array(repeating: 1, count: 1000)])
        #expect(Change(of: .p50, from: one, to: uneven) == nil)
    }

    @Test(arguments: [
        (1.11, 1.3, Change.Verdict.slower), (1.09, 1.3, .noDifference), (0.8, 0.92, .noDifference),
        (0.8, 0.9, .faster), (0.5, 2, .noDifference),
    ])
    func `a verdict takes a whole interval beyond the tolerance`(
        _ lower: Double, _ upper: Double, _ verdict: Change.Verdict
    ) {
        let change = Change(
            workload: "list", percentile: .p50, before: 1, after: 1, ratio: 1, lower: lower, upper: upper)
        #expect(change.verdict(tolerance: 0.1) == verdict)
    }
}
