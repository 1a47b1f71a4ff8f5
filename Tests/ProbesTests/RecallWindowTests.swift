import Testing

@testable import Probes

@Suite struct RecallWindowTests {
    @Test func `an empty window says nothing, and one query has no interval`() {
        var window = RecallWindow(size: 5)
        #expect(window.count == 0 && window.mean == nil && window.bounds == nil)
        window.add(0.5)
        #expect(window.count == 1 && window.mean == 0.5 && window.bounds == nil)
    }

    @Test func `the interval is Student's, over queries`() throws {
        let window = Self.window([1, 0.8, 0.9, 0.7, 0.6])
        #expect(abs(try #require(window.mean) - 0.8) < 1e-15)
        // s = 0.158114, 2.776445 of it over the root of 5.
        let bounds = try #require(window.bounds)
        #expect(abs(bounds.lower - 0.603_676) < 1e-6)
        #expect(abs(bounds.upper - 0.996_324) < 1e-6)
    }

    @Test func `the interval stays between 0 and 1`() throws {
        let bounds = try #require(Self.window([1, 0, 1]).bounds)
        #expect(bounds == (0, 1))
    }

    @Test(arguments: [(1.0, 0.985, 1.0), (0, 0, 0.015), (0.5, 0.4925, 0.5075)])
    func `where all queries agree the rule of three holds`(_ recall: Double, _ lower: Double, _ upper: Double)
        throws
    {
        let window = Self.window([Double](repeating: recall, count: 200))
        #expect(window.mean == recall)
        let bounds = try #require(window.bounds)
        #expect(abs(bounds.lower - lower) < 1e-15)
        #expect(abs(bounds.upper - upper) < 1e-15)
    }

    @Test func `two queries that agree prove nothing`() throws {
        let bounds = try #require(Self.window([1, 1]).bounds)
        #expect(bounds == (0, 1))
    }

    @Test func `only the latest queries count`() {
        var window = RecallWindow(size: 3)
        var all: [Double] = []
        var random = SplitMix(seed: 5)
        for number in 1...20 {
            all.append(Double(Int.random(in: 0...8, using: &random)) / 8)
            window.add(all[number - 1])
            #expect(window.count == min(number, 3))
            #expect(window.isFull == (number >= 3))
            let latest = all.suffix(3)
            #expect(window.mean == latest.reduce(0, +) / Double(latest.count))
        }
    }

    @Test func `a reset forgets what was`() {
        var window = Self.window([0, 0, 0])
        window.reset()
        #expect(window.count == 0 && !window.isFull && window.mean == nil)
        window.add(1)
        #expect(window.mean == 1)
    }

    @Test func `the interval holds the true mean in about 95 of 100 windows`() {
        var random = SplitMix(seed: 6)
        var hits = 0
        for _ in 0..<1000 {
            // As [0, 0.1 … 1] with equal chances: mean 0.5.
            let window = Self.window(
                (0..<50).map { _ in Double(Int.random(in: 0...10, using: &random)) / 10 })
            if let bounds = window.bounds, bounds.lower <= 0.5, 0.5 <= bounds.upper { hits += 1 }
        }
        #expect((930...970).contains(hits))
    }

    @Test(arguments: [
        (1, 12.706205), (2, 4.302653), (3, 3.182446), (5, 2.570582), (10, 2.228139), (30, 2.042272),
        (60, 2.000298), (100, 1.983972), (120, 1.979930), (199, 1.971957), (1000, 1.962339),
    ])
    func `Student's quantiles are those of the tables`(_ degrees: Int, _ published: Double) {
        #expect(abs(StudentT.quantile95(degreesOfFreedom: degrees) - published) < 6e-7)
    }

    // MARK: -

    private static func window(_ recalls: [Double]) -> RecallWindow {
        var window = RecallWindow(size: max(recalls.count, 1))
        for recall in recalls { window.add(recall) }
        return window
    }
}
