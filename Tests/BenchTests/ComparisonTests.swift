import Testing

@testable import Bench

@Suite struct ComparisonTests {
    private let before = BenchResult.sample()

    @Test func `a result beside itself shows no difference`() {
        let comparison = Comparison(from: before, to: before, tolerance: 0.1)
        #expect(comparison.changes.map(\.workload) == ["search-10", "search-10", "bulk-insert"])
        #expect(!comparison.isSlower)
        #expect(comparison.differences == [])
        #expect(
            comparison.text(isColored: false) == """
                workload      of  before ms  after ms  ratio  95 % interval  verdict
                search-10    p50      15.00     15.00   1.00   1.00 to 1.00  no difference
                search-10    p95      28.50     28.50   1.00   1.00 to 1.00  no difference
                bulk-insert  p50     200.00    200.00   1.00   1.00 to 1.00  no difference

                """)
    }

    @Test func `what got slower by more than the tolerance is said so`() {
        let slower = BenchResult.sample(slowerBy: 1.3)
        #expect(Comparison(from: before, to: slower, tolerance: 0.1).isSlower)
        #expect(!Comparison(from: before, to: slower, tolerance: 0.4).isSlower)
        let faster = Comparison(from: slower, to: before, tolerance: 0.1)
        #expect(!faster.isSlower)
        #expect(faster.changes.map { $0.verdict(tolerance: 0.1) } == [.faster, .faster, .noDifference])
        #expect(faster.text(isColored: true).contains("\u{1B}[32mfaster\u{1B}[0m"))
    }

    @Test func `whatever else differs is named`() {
        var after = before
        after.rows = 100
        after.environment.serverVersion = "17.2"
        after.environment.settings = ["jit": "off", "work_mem": "4MB"]
        after.workloads[0].clients = 2
        #expect(
            Comparison(from: before, to: after, tolerance: 0.1).differences == [
                "rows, 5000 and 100", "PostgreSQL, 18.1 and 17.2", "jit, - and off",
                "clients of search-10, 1 and 2",
            ])
    }

    @Test func `workloads of only one of the two are left out`() {
        var after = before
        after.workloads[0].name = "another"
        let changes = Comparison(from: before, to: after, tolerance: 0.1).changes
        #expect(changes.map(\.workload) == ["bulk-insert"])
    }
}
