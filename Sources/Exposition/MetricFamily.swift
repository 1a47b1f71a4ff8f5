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

extension [MetricFamily] {
    /// One family for each metric, with the samples of all, in the order in which they come.
    package func merged() -> [MetricFamily] {
        var positions: [MetricName: Int] = [:]
        var merged: [MetricFamily] = []
        for family in self {
            if let position = positions[family.metric.name] {
                merged[position].samples += family.samples
            } else {
                positions[family.metric.name] = merged.count
                merged.append(family)
            }
        }
        return merged
    }
}
