import Exposition

extension Page {
    /// The page of families that one source published.
    init(_ families: MetricFamily..., in format: Format) {
        self.init(families.map { RenderedFamily($0) }, in: format)
    }

    /// The whole page; nil where its bytes are not UTF-8.
    var text: String? { String(validating: pieces.joined(), as: UTF8.self) }

    /// The lines that hold samples.
    var sampleLines: [String] {
        (text ?? "").split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init)
    }

    /// The lines in front of the samples.
    var headerLines: [String] {
        (text ?? "").split(separator: "\n").prefix { $0.hasPrefix("#") && $0 != "# EOF" }.map(String.init)
    }
}

extension Format {
    static let openMetrics = Format.openMetrics(.underscores)
    static let all = [Format.text, .escapedText(.underscores), .oldOpenMetrics, .openMetrics]
}
