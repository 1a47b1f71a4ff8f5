import Testing

@testable import Probes

@Suite struct RecallOutcomeTests {
    @Test func `recall is the share of the true neighbours that were found`() {
        let outcome = judge(
            found: [("a", 1), ("c", 3), ("x", 9)], truth: [("a", 1), ("b", 2), ("c", 3)], k: 3)
        #expect(outcome == Judged(recall: 2 / 3.0, distanceExcess: 7 / 6.0))
    }

    @Test func `another row that is as near as the k-th counts as found`() {
        let truth = [("a", 1.0), ("b", 2)]
        #expect(judge(found: [("a", 1), ("c", 2)], truth: truth, k: 2)?.recall == 1)
        #expect(judge(found: [("a", 1), ("c", 2.000_001_9)], truth: truth, k: 2)?.recall == 1)
        #expect(judge(found: [("a", 1), ("c", 2.000_002_1)], truth: truth, k: 2)?.recall == 0.5)
    }

    @Test func `a tie at distance 0 is as wide as rounding`() {
        let truth = [("a", 0.0)]
        #expect(judge(found: [("b", 0.9e-9)], truth: truth, k: 1)?.recall == 1)
        #expect(judge(found: [("b", 1.1e-9)], truth: truth, k: 1)?.recall == 0)
    }

    @Test func `a tie at a negative distance is on the farther side`() {
        let found = [("a", -8.0), ("c", -3.999_997)]
        let outcome = judge(found: found, truth: [("a", -8), ("b", -4)], k: 2, isNegative: true)
        #expect(outcome?.recall == 1)
        #expect(judge(found: [("c", -3.99)], truth: [("b", -4)], k: 1, isNegative: true)?.recall == 0)
    }

    @Test func `rows come in any order, and a key counts once`() {
        let truth = [("c", 3.0), ("a", 1), ("b", 2)]
        let found = [("b", 2.0), ("b", 2), ("a", 1), ("c", 3)]
        #expect(judge(found: found, truth: truth, k: 3) == Judged(recall: 2 / 3.0, distanceExcess: 0))
        #expect(judge(found: found, truth: truth, k: 4) == Judged(recall: 1, distanceExcess: 0))
    }

    @Test func `more rows than were asked for count on neither side`() {
        let rows = [("a", 1.0), ("b", 2), ("c", 3)]
        #expect(judge(found: [("x", 9), ("a", 1)], truth: rows, k: 1)?.recall == 0)
        #expect(judge(found: [("b", 2)], truth: rows, k: 1)?.recall == 0)
    }

    @Test func `a filter that leaves fewer rows than asked for is no miss`() {
        let rows = [("a", 1.0), ("b", 2)]
        #expect(judge(found: rows, truth: rows, k: 10) == Judged(recall: 1, distanceExcess: 0))
    }

    @Test func `more rows that are as near than there are true ones are no more than all`() {
        #expect(judge(found: [("a", 1), ("b", 1), ("c", 1)], truth: [("a", 1)], k: 3)?.recall == 1)
    }

    @Test func `where nothing is true nothing is judged`() {
        #expect(judge(found: [], truth: [], k: 10) == nil)
        #expect(judge(found: [("a", 1)], truth: [("z", .nan)], k: 10) == nil)
    }

    @Test func `rows without a distance are not expected`() {
        let truth = [("a", 1.0), ("z", .nan)]
        #expect(judge(found: [("a", 1)], truth: truth, k: 2) == Judged(recall: 1, distanceExcess: 0))
        #expect(
            judge(found: [("z", .nan)], truth: truth, k: 2) == Judged(recall: 0, distanceExcess: nil))
    }

    @Test func `a short result lacks recall, not nearness`() {
        let truth = [("a", 1.0), ("b", 2), ("c", 3)]
        #expect(
            judge(found: [("a", 1)], truth: truth, k: 3) == Judged(recall: 1 / 3.0, distanceExcess: 0))
        #expect(judge(found: [], truth: truth, k: 3) == Judged(recall: 0, distanceExcess: nil))
    }

    @Test func `distances that are all 0 have no ratio, but nothing is in excess of them`() {
        let truth = [("a", 0.0), ("b", 0)]
        #expect(judge(found: truth, truth: truth, k: 2)?.distanceExcess == 0)
        let farther = judge(found: [("a", 0), ("c", 1)], truth: truth, k: 2)
        #expect(farther == Judged(recall: 0.5, distanceExcess: nil))
    }

    @Test func `negative distances are compared by the k-th`() {
        let truth = [("a", -8.0), ("b", -4)]
        let outcome = judge(found: [("a", -8), ("c", -2)], truth: truth, k: 2, isNegative: true)
        #expect(outcome == Judged(recall: 0.5, distanceExcess: 0.25))
    }

    @Test func `a truth that is not exact may be beaten`() {
        let outcome = judge(found: [("a", 1), ("b", 2)], truth: [("a", 1), ("c", 3)], k: 2)
        #expect(outcome == Judged(recall: 1, distanceExcess: 0))
    }

    // MARK: -

    private func judge(
        found: [(String, Double)], truth: [(String, Double)], k: Int, isNegative: Bool = false
    ) -> Judged? {
        RecallOutcome(
            found: found.map(Hit.init), truth: truth.map(Hit.init), k: k, tieEpsilon: 1e-6,
            isNegative: isNegative
        ).map { Judged(recall: $0.recall, distanceExcess: $0.distanceExcess) }
    }

    private struct Judged: Equatable {
        let recall: Double
        let distanceExcess: Double?
    }
}
