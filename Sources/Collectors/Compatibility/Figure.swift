import Exposition

/// A sample of ours with its labels taken apart, once for all aliases that show it.
struct Figure {
    let value: Sample.Value
    let labels: [(name: String, value: String)]

    init(_ sample: Sample) {
        value = sample.value
        labels = sample.labels.pairs
    }

    /// The value of a label; nil where it has none.
    subscript(name: String) -> String? { labels.first { $0.name == name }?.value }
}
