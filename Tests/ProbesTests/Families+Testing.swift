import Exposition
import Testing

@testable import Probes

extension [MetricFamily] {
    /// Every line of the page but those of buckets and headers.
    var lines: [String] {
        let page = Page(map { RenderedFamily($0) }, in: .text)
        return (String(validating: page.pieces.joined(), as: UTF8.self) ?? "").split(separator: "\n")
            .filter { !$0.hasPrefix("#") && !$0.contains("_bucket{") }.map(String.init)
    }

    /// The value of `pg_probe_NAME` of the probe `docs`, with labels behind `probe`; nil where there is none.
    func value(_ name: String, _ labels: String = "") -> Double? {
        let series = "pg_probe_\(name){probe=\"docs\"\(labels.isEmpty ? "" : ",\(labels)")} "
        let lines = lines.filter { $0.hasPrefix(series) }
        return lines.count == 1 ? Double(lines[0].dropFirst(series.count)) : nil
    }

    /// That of the variant `default`.
    func value(_ name: String, reason: String) -> Double? {
        value(name, "variant=\"default\",reason=\"\(reason)\"")
    }
}

/// The labels of the series that tests look at most.
let byDefault = "variant=\"default\""
let exactly = "variant=\"default\",source=\"exact\""
