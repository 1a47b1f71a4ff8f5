import Testing

@testable import Bench

@Suite struct PercentileTests {
    @Test(arguments: [
        (Percentile.p50, 1, 1), (.p50, 10, 5), (.p50, 11, 6), (.p95, 20, 19), (.p95, 100, 95),
        (.p95, 101, 96),
        (.p99, 1000, 990), (.p999, 1000, 999), (.p999, 3000, 2997),
    ])
    func `a percentile is the nearest rank`(_ percentile: Percentile, _ count: Int, _ rank: Int) {
        #expect(percentile.rank(among: count) == rank)
    }

    @Test(arguments: Percentile.allCases)
    func `so many are needed that one is above it with a probability of 95 percent, and no more`(
        _ percentile: Percentile
    ) {
        let below = { count in
            (0..<count).reduce(1.0) { product, _ in product * Double(percentile.rawValue) / 1000 }
        }
        #expect(below(percentile.smallestCount) <= 0.05)
        #expect(below(percentile.smallestCount - 1) > 0.05)
    }

    @Test func `where there are too few to tell, there is no percentile`() {
        let many = Latencies((1...59).reversed().map { Double($0) })
        #expect(many[.p50] == 30)
        #expect(many[.p95] == 57)
        #expect(many[.p99] == nil)
        #expect(Latencies((1...58).map { Double($0) })[.p95] == nil)
        #expect(Latencies([])[.p50] == nil)
        #expect(Latencies([]).mean == nil)
        #expect(many.mean == 30)
    }
}
