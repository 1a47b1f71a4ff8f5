import Testing

@testable import Exposition

/// Reading back the labels that were written.
@Suite struct LabelPairsTests {
    @Test(
        arguments: [
            [], [("database", "app")], [("database", "app"), ("user", "web")],
            [("database", #"it's "quoted" \ back|slash"#), ("user", "two\nlines")],
            [("a", #"\"#), ("b", #"\\n"#), ("c", #"ends with \""#)], [("a", "x=\"y\",z=\"1\"")],
            [("a", "été Ω 🐘 "), ("b", "}{,=")],
        ] as [[(String, String)]])
    func `names and values are read as they were added`(_ pairs: [(String, String)]) {
        var labels = Labels()
        for (name, value) in pairs { labels.append(name, value) }
        #expect(labels.pairs.map(\.name) == pairs.map(\.0))
        #expect(labels.pairs.map(\.value) == pairs.map(\.1))
    }

    @Test func `an empty value is none, and a value that was cut stays cut`() {
        var labels = Labels()
        labels.append("empty", "")
        labels.append("long", String(repeating: "\"", count: Labels.longestValue + 1))
        labels.append("last", "1")
        #expect(labels.pairs.map(\.name) == ["long", "last"])
        #expect(
            labels.pairs.map(\.value) == [String(repeating: "\"", count: Labels.longestValue) + "…", "1"])
    }

    @Test func `labels joined of two read back as both`() {
        let labels = (["a": "1"] as Labels).followed(by: ["b": "\""])
        #expect(labels.pairs.map(\.name) == ["a", "b"] && labels.pairs.map(\.value) == ["1", "\""])
    }
}
