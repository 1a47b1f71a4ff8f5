import Exposition

/// What a peer calls samples of ours.
struct Alias: Sendable {
    typealias Reading = @Sendable (Sample.Value) -> Sample.Value?

    /// The peer's.
    let metric: Metric
    /// The name of ours.
    let source: MetricName
    /// A label of ours, and its value: the peer has a metric for each where we have a label.
    let part: (label: String, value: String)?
    /// The metric of ours that says for which things there is a sample, with which labels.
    let things: MetricName
    /// What the peer says of a thing of which ours has no sample.
    let absent: Sample.Value?
    let read: Reading

    /// Ours is looked up by the label `key` where `things` is another metric.
    private static let key = "database"

    init(
        _ name: MetricName, of source: MetricName, part: (label: String, value: String)? = nil,
        each things: MetricName? = nil, absent: Sample.Value? = nil, read: @escaping Reading = { $0 }
    ) {
        let ours = source.description + (part.map { "{\($0.label)=\"\($0.value)\"}" } ?? "")
        let kind: Metric.Kind = name.description.hasSuffix("_total") ? .counter : .gauge
        metric = Metric(name, kind, help: "What pgvigil calls \(ours).")
        self.source = source
        self.part = part
        self.things = things ?? source
        self.absent = absent
        self.read = read
    }

    /// The samples, out of what collectors found; `names` are the peer's for labels of ours.
    func samples(from found: [MetricName: [Figure]], _ names: [String: String]) -> [Sample] {
        let ours = found[source] ?? []
        guard things != source else {
            return ours.compactMap { figure in
                guard let part else { return sample(read(figure.value), figure.labels, names) }
                guard figure[part.label] == part.value else { return nil }
                return sample(read(figure.value), figure.labels.filter { $0.name != part.label }, names)
            }
        }
        let known = Dictionary(ours.map { ($0[Self.key], $0.value) }) { first, _ in first }
        return (found[things] ?? []).compactMap { figure in
            sample(known[figure[Self.key]].flatMap(read) ?? absent, figure.labels, names)
        }
    }

    private func sample(
        _ value: Sample.Value?, _ labels: [(name: String, value: String)], _ names: [String: String]
    ) -> Sample? {
        value.map { value in
            Sample(
                value,
                labels: labels.reduce(into: Labels()) { $0.append(names[$1.name] ?? $1.name, $1.value) })
        }
    }
}
