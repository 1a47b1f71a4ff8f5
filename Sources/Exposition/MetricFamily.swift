/// A metric and its samples, as one source has them at one moment.
package struct MetricFamily: Sendable, Equatable {
    package let metric: Metric
    package var samples: [Sample]

    package init(_ metric: Metric, samples: [Sample] = []) {
        self.metric = metric
        self.samples = samples
    }

    package init(_ name: MetricName, _ kind: Metric.Kind, help: String, samples: [Sample]) {
        self.init(Metric(name, kind, help: help), samples: samples)
    }
}

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
