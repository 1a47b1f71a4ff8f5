import Exposition
import Testing

@Suite struct LabelsTests {
    @Test(
        arguments: [
            ("plain", "plain"), (#"a\b"#, #"a\\b"#), (#"\"#, #"\\"#), (#"\n"#, #"\\n"#),
            (#"say "hi""#, #"say \"hi\""#),
            ("one\ntwo", #"one\ntwo"#), ("one\r\ntwo", "one\r\\ntwo"), ("\r", "\r"), ("a\0b", "a\0b"),
            ("\t", "\t"),
            (" ", " "), ("{a=\"b\"},", #"{a=\"b\"},"#), ("größe", "größe"), ("🐘🐘", "🐘🐘"),
            ("e\u{301}", "e\u{301}"),
            ("\u{2028}", "\u{2028}"), ("\u{FEFF}x", "\u{FEFF}x"), ("\"\u{301}", "\\\"\u{301}"),
            ("\n\u{301}", "\\n\u{301}"), ("\\\u{301}", "\\\\\u{301}"),
        ])
    func `backslash, quote and newline are escaped, nothing else`(_ value: String, _ text: String) throws {
        let expected = Array("g{a=\"\(text)\"} 1".utf8)
        for format in Format.all {
            let page = Page(gauge(labels: ["a": value]), in: format)
            #expect(
                page.pieces.joined().split(separator: UInt8(ascii: "\n")).map(Array.init).contains(expected))
        }
    }

    @Test func `labels stand in the order in which they were added`() {
        var labels = Labels()
        for name in ["z", "a", "m"] { labels.append(name, name.uppercased()) }
        #expect(line(labels) == #"g{z="Z",a="A",m="M"} 1"#)
        #expect(labels == ["z": "Z", "a": "A", "m": "M"])
    }

    @Test func `an empty value is no label`() {
        #expect(line(["a": "", "b": "x", "c": ""]) == #"g{b="x"} 1"#)
        #expect(line(["a": ""]) == "g 1")
        #expect(line([:]) == "g 1")
        let empty: Labels = ["a": ""]
        #expect(empty.isEmpty)
        var labels = Labels()
        let isWhole = labels.append("a", "")
        #expect(isWhole)
    }

    @Test(
        arguments: [
            ([:], [:], "g 1"), (["s": "1"], [:], #"g{s="1"} 1"#), ([:], ["a": "2"], #"g{a="2"} 1"#),
            (["s": "1"], ["a": "2"], #"g{s="1",a="2"} 1"#),
        ] as [(Labels, Labels, String)])
    func `the target's labels stand in front`(_ target: Labels, _ own: Labels, _ line: String) {
        #expect(Page([RenderedFamily(gauge(labels: own), of: target)], in: .text).sampleLines == [line])
        #expect(self.line(target.followed(by: own)) == line)
    }

    @Test(
        arguments: [
            // What stands before the limit, how much of it stays.
            ("", 1024, 1024), ("ü", 1024, 1024), ("x", 1023, 1023), ("xü", 1025, 1023),
            ("🐘", 1024, 1024), ("x🐘", 1025, 1021), ("xx🐘", 1026, 1022), ("xxx🐘", 1027, 1023),
        ])
    func `a long value is cut between two scalars`(_ end: String, _ bytes: Int, _ kept: Int) throws {
        let start = String(repeating: "a", count: bytes - end.utf8.count)
        var labels = Labels()
        let isWhole = labels.append("a", start + end)
        #expect(isWhole == (bytes <= Labels.longestValue))
        if isWhole {
            #expect(line(labels) == "g{a=\"\(start)\(end)\"} 1")
        } else {
            #expect(line(labels) == "g{a=\"\(Substring((start + end).utf8.prefix(kept)))…\"} 1")
        }
    }

    @Test func `the limit counts bytes before they are escaped`() {
        let quotes = String(repeating: "\"", count: Labels.longestValue)
        var labels = Labels()
        let isWhole = labels.append("a", quotes)
        #expect(isWhole)
        #expect(line(labels) == "g{a=\"" + String(repeating: #"\""#, count: Labels.longestValue) + "\"} 1")
    }

    @Test func `a cluster longer than the limit is cut within`() {
        var labels = Labels()
        let isWhole = labels.append("a", "e" + String(repeating: "\u{301}", count: 5000))
        #expect(!isWhole)
        // One byte of the first letter, two of each accent, and one that stays free.
        #expect(line(labels) == "g{a=\"e" + String(repeating: "\u{301}", count: 511) + "…\"} 1")
    }

    private func gauge(labels: Labels) -> MetricFamily {
        MetricFamily("g", .gauge, help: "A gauge.", samples: [Sample(1, labels: labels)])
    }

    private func line(_ labels: Labels) -> String? {
        Page(gauge(labels: labels), in: .text).sampleLines.first
    }
}
