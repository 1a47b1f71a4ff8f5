import Testing

@testable import Pools

/// Text format 0.0.4 and OpenMetrics 1.0, as far as samples go.
@Suite struct PrometheusReaderTests {
    private static func read(_ page: String) throws(ScrapeFailure) -> [PrometheusSample] {
        try PrometheusReader.read(Array(page.utf8)) { _ in true }
    }

    @Test(
        arguments: [
            ("a 1", [:], 1), ("a{} 1.5", [:], 1.5), ("a{b=\"c\"} 1e3", ["b": "c"], 1000),
            ("a{b=\"c\",} +Inf", ["b": "c"], .infinity),
            ("a{ b = \"c\" , d=\"e\" } -2", ["b": "c", "d": "e"], -2),
            (#"a{b="\"\\\n}"} 0"#, ["b": "\"\\\n}"], 0), ("a 1 1700000000000", [:], 1), ("\ta\t2\r", [:], 2),
            (##"a{b="c"} 3 # {trace="x"} 0.5 1700000000.2"##, ["b": "c"], 3),
            (##"a 3 1700000000 # {trace="x"} 0.5"##, [:], 3), ("a{b=\"\"} 1", ["b": ""], 1),
            ("a{b=\"é\"} 1", ["b": "é"], 1),
        ] as [(String, [String: String], Double)])
    func `a sample has a name, labels and a value`(
        _ line: String, _ labels: [String: String], _ value: Double
    ) throws {
        #expect(try Self.read(line) == [PrometheusSample(name: "a", labels: labels, value: value)])
    }

    @Test func `comments and empty lines say nothing`() throws {
        let page = "# HELP a A.\n# TYPE a gauge\n\n  \na:b_c1 1\n# EOF\n"
        #expect(try Self.read(page) == [PrometheusSample(name: "a:b_c1", labels: [:], value: 1)])
    }

    @Test(arguments: [
        "a", "a ", "1a 1", "a{ 1", "a{b} 1", "a{b=} 1", "a{b=\"c} 1", "a{b=\"c\" d=\"e\"} 1", "a{b=\"c\"",
        "a b",
        "a 0x10", "a{b:c=\"d\"} 1", "a{b=\"c\",b=\"d\"} 1", "a 1 x", "a 1 2 3", "{} 1", "<html>", "a{b=\"c\\",
        "-",
    ])
    func `what is no sample is refused with its line`(_ line: String) {
        let failure = #expect(throws: ScrapeFailure.self) { try Self.read("ok 1\n\(line)\n") }
        #expect(failure?.reason == .malformed)
        #expect(failure?.description == "the document is no Prometheus page: line 2 is no sample")
    }

    @Test func `labels are limited in number`() {
        let labels = (0...PrometheusReader.mostLabels).map { "l\($0)=\"\"" }.joined(separator: ",")
        #expect(throws: ScrapeFailure.self) { try Self.read("a{\(labels)} 1") }
    }

    @Test func `any byte of a page changed is read or refused`() {
        let page = Array(##"a{b="c\n",d="e"} 1.5e3 17 # {t="x"} 0.5"##.utf8)
        var refused = 0
        for position in page.indices {
            for byte in [0, 0x0A, 0x20, 0x22, 0x23, 0x2C, 0x3D, 0x5C, 0x7B, 0x7D, 0xFF] as [UInt8] {
                var changed = page
                changed[position] = byte
                if (try? PrometheusReader.read(changed) { _ in true }) == nil { refused += 1 }
            }
        }
        #expect(refused > 100)
    }
}
