/// What all samples of a family share: its name, type and help text.
package struct Metric: Sendable, Hashable {
    package enum Kind: Sendable {
        case counter
        case gauge
        case histogram
        case info
        case unknown
    }

    /// The name that a counter's or info's samples carry: with `_total`, with `_info`.
    package let name: MetricName
    package let kind: Kind
    package let help: String

    /// A name that contradicts its kind stops the process: `_total` belongs to counters, `_info` to infos.
    package init(_ name: MetricName, _ kind: Kind, help: String) {
        let text = name.description
        precondition(text.hasSuffix("_total") == (kind == .counter), "\(text) is no \(kind)")
        precondition(text.hasSuffix("_info") == (kind == .info), "\(text) is no \(kind)")
        precondition(!Self.reservedSuffixes.contains { text.hasSuffix($0) }, "\(text) has a reserved suffix")
        self.name = name
        self.kind = kind
        self.help = help
    }

    /// The family's name in OpenMetrics, which adds the suffix only to the samples.
    package var familyName: Substring {
        switch kind {
        case .counter: name.description.dropLast("_total".count)
        case .info: name.description.dropLast("_info".count)
        case .gauge, .histogram, .unknown: name.description[...]
        }
    }

    /// The base unit, which is the last word of the family's name; nil where it has none.
    package var unit: String? {
        kind == .info ? nil : Self.units.first { familyName.hasSuffix("_\($0)") }
    }

    /// What the formats add to the names of histograms' and counters' samples.
    private static let reservedSuffixes = ["_bucket", "_count", "_sum", "_created"]
    private static let units = ["seconds", "bytes", "ratio"]
}
