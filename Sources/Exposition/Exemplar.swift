/// An observation that stands for others, with labels that lead to its trace (OpenMetrics 1.0, "Exemplars").
package struct Exemplar: Sendable, Equatable {
    package let labels: Labels
    package let value: Double
    /// Seconds since 1970.
    package let timestamp: Double?

    package init(_ value: Double, labels: Labels, timestamp: Double? = nil) {
        self.value = value
        self.labels = labels
        self.timestamp = timestamp
    }
}
