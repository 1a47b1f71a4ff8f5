/// An exposition format, with what the client asked for in its variants.
package enum Format: Sendable, Hashable {
    /// The Prometheus text format, version 0.0.4.
    case text
    /// The Prometheus text format, version 1.0.0.
    case escapedText(Escaping)
    /// OpenMetrics 0.0.1, whose text is that of 1.0.
    case oldOpenMetrics
    /// OpenMetrics 1.0, `_created` left out.
    case openMetrics(Escaping)

    /// How names outside the classic alphabet would be written; ours all lie within it, so it is only echoed.
    package enum Escaping: String, Sendable {
        case allowUTF8 = "allow-utf-8"
        case underscores
        case dots
        case values
    }

    package var contentType: String {
        switch self {
        case .text:
            "text/plain; version=0.0.4; charset=utf-8"
        case .escapedText(let escaping):
            "text/plain; version=1.0.0; charset=utf-8; escaping=\(escaping.rawValue)"
        case .oldOpenMetrics:
            "application/openmetrics-text; version=0.0.1; charset=utf-8"
        case .openMetrics(let escaping):
            "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=\(escaping.rawValue)"
        }
    }

    package var isOpenMetrics: Bool {
        switch self {
        case .text, .escapedText: false
        case .oldOpenMetrics, .openMetrics: true
        }
    }

    /// A short name for metrics and for the command line: `text`, `openmetrics`.
    package var name: String { isOpenMetrics ? "openmetrics" : "text" }
}

extension Format {
    /// The lines in front of a family's samples.
    func header(of metric: Metric) -> [UInt8] {
        let name = isOpenMetrics ? metric.familyName : metric.name.description[...]
        var lines = "# TYPE \(name) \(word(for: metric.kind))\n"
        if isOpenMetrics, let unit = metric.unit { lines += "# UNIT \(name) \(unit)\n" }
        lines += "# HELP \(name) \(escaped(metric.help))\n"
        return Array(lines.utf8)
    }

    /// What ends a page.
    var footer: [UInt8] { isOpenMetrics ? Array("# EOF\n".utf8) : [] }

    private func word(for kind: Metric.Kind) -> String {
        switch kind {
        case .counter: "counter"
        case .gauge: "gauge"
        case .histogram: "histogram"
        case .info: isOpenMetrics ? "info" : "gauge"
        case .unknown: isOpenMetrics ? "unknown" : "untyped"
        }
    }

    private func escaped(_ help: String) -> String {
        var result = ""
        for scalar in help.unicodeScalars {
            switch scalar {
            case "\\": result += #"\\"#
            case "\n": result += #"\n"#
            case "\"" where isOpenMetrics: result += #"\""#
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
