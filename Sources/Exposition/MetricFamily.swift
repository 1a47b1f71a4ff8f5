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
