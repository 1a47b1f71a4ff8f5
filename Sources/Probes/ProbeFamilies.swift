package import Exposition

/// The families of one probe in the making: each sample carries the label `probe`.
package struct ProbeFamilies {
    private let probe: String
    private var samples: [MetricName: [Sample]] = [:]

    init(of probe: String) {
        self.probe = probe
    }

    /// Labels are those of the metric, in its order, the leading ones given.
    mutating func add(_ metric: ProbeMetric, _ value: Sample.Value, _ values: String...) {
        add(metric, value, values)
    }

    mutating func add(_ metric: ProbeMetric, _ value: Sample.Value, _ values: [String]) {
        precondition(values.count == metric.labels.count, "\(metric.metric.name) has other labels")
        var labels: Labels = ["probe": probe]
        for (name, value) in zip(metric.labels, values) { labels.append(name, value) }
        samples[metric.metric.name, default: []].append(Sample(value, labels: labels))
    }

    var all: [MetricFamily] {
        ProbeMetric.all.compactMap { metric in
            samples[metric.metric.name].map { MetricFamily(metric.metric, samples: $0) }
        }
    }

    /// Every metric of probes, each with its labels besides the target's.
    package static var reference: [(metric: Metric, labels: [String])] {
        ProbeMetric.all.map { ($0.metric, ["probe"] + $0.labels) }
    }
}

extension Sample.Value {
    static func whole(_ value: Int) -> Sample.Value { .integer(Int64(value)) }

    static func seconds(_ duration: Duration) -> Sample.Value { .real(duration / .seconds(1)) }

    static func truth(_ value: Bool) -> Sample.Value { .integer(value ? 1 : 0) }
}
