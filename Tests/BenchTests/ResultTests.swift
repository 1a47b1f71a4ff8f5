import Testing

@testable import Bench

@Suite struct ResultTests {
    private let result = BenchResult.sample()

    @Test func `a table says how fast, how often, and whether that is fast enough`() {
        #expect(
            ResultTable(result, isColored: false).text == """
                PostgreSQL 18.1, pgvector 0.8.6; profile quick, 5000 rows of 128 dimensions, seed 7

                workload     clients  calls  errors  short  per s  rows/s  p50 ms  p95 ms  p99 ms  \
                p99.9 ms  max ms                       target  verdict
                search-10          1   3000       0      0   1500       -   15.00   28.50   29.70  \
                   29.97   30.00                  p95 < 50 ms  ok
                bulk-insert       50     10       3      1      5     500  200.00       -       -  \
                       -  200.00  p95 < 500 ms, > 1000 rows/s  critical

                errors by class of SQLSTATE:
                  bulk-insert: class 53: 2, connection lost: 1

                """)
    }

    @Test func `verdicts have colours where a terminal shows them`() {
        let text = ResultTable(result, isColored: true).text
        #expect(text.contains("\u{1B}[32mok\u{1B}[0m\n"))
        #expect(text.contains("\u{1B}[31mcritical\u{1B}[0m\n"))
    }

    @Test func `the worst verdict is the run's`() {
        #expect(result.workloads.map(\.verdict) == [.ok, .critical])
        #expect(result.verdict == .critical)
    }

    @Test func `a result comes back from its file as it was`() throws {
        let json = try result.json
        #expect(try BenchResult(json: json) == result)
        #expect(json.split(separator: "\n").count == 3)
        #expect(json.contains(#""work_mem":"4MB""#))
        #expect(json.contains(#""p50_seconds":0.015"#))
    }

    @Test(arguments: ["", "{}", "[]"])
    func `a file without a result is refused`(_ text: String) {
        #expect(throws: DecodingError.self) { try BenchResult(json: text) }
    }

    @Test func `a file of another format, or with a sketch that is none, is refused`() throws {
        let json = try result.json
        #expect(throws: BenchFileError.otherFormat) {
            try BenchResult(json: json.replacing(#""format":1"#, with: #""format":2"#))
        }
        #expect(throws: BenchFileError.otherFormat) {
            try BenchResult(json: json.replacing(#""counts":["#, with: #""counts":[[0,0],"#))
        }
    }
}
