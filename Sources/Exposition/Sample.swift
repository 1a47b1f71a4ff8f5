/// One value of a family, told apart from its siblings by its labels.
package struct Sample: Sendable, Equatable {
    package enum Value: Sendable, Equatable {
        case integer(Int64)
        case real(Double)
        case histogram(Histogram)
    }

    package let value: Value
    package let labels: Labels
    /// Only on counters; only OpenMetrics shows it.
    package let exemplar: Exemplar?

    package init(_ value: Value, labels: Labels = [:], exemplar: Exemplar? = nil) {
        self.value = value
        self.labels = labels
        self.exemplar = exemplar
    }

    package init(_ integer: Int, labels: Labels = [:]) {
        self.init(.integer(Int64(integer)), labels: labels)
    }

    package init(_ real: Double, labels: Labels = [:]) {
        self.init(.real(real), labels: labels)
    }

    package init(_ truth: Bool, labels: Labels = [:]) {
        self.init(.integer(truth ? 1 : 0), labels: labels)
    }

    package init(_ histogram: Histogram, labels: Labels = [:]) {
        self.init(.histogram(histogram), labels: labels)
    }
}
