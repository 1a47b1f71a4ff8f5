import Exposition

/// What a pooler's collectors found in one poll, to be looked up by metric and labels.
struct PoolerFigures {
    private var figures: [MetricName: [(labels: [String: String], value: Double)]] = [:]

    init(_ families: [MetricFamily]) {
        for family in families {
            figures[family.metric.name, default: []] += family.samples.compactMap { sample in
                let labels = Dictionary(sample.labels.pairs.map { ($0.name, $0.value) }) { first, _ in first }
                return sample.value.number.map { (labels, $0) }
            }
        }
    }

    /// All samples of a metric.
    subscript(metric: MetricName) -> [(labels: [String: String], value: Double)] { figures[metric] ?? [] }

    /// The sum of the samples that have these labels, whatever else they have; nil where there is none.
    func sum(_ metric: MetricName, _ labels: [String: String] = [:]) -> Double? {
        let values = self[metric].filter { sample in
            labels.allSatisfy { sample.labels[$0.key] == $0.value }
        }
        return values.isEmpty ? nil : values.reduce(0) { $0 + $1.value }
    }

    /// The pools that a metric has samples of, each once, in their order.
    func pools(of metric: MetricName) -> [(pool: String, user: String)] {
        var seen: Set<[String]> = []
        return self[metric].compactMap { sample in
            let (pool, user) = (sample.labels["database"] ?? "", sample.labels["user"] ?? "")
            return seen.insert([pool, user]).inserted ? (pool, user) : nil
        }
    }
}

extension Sample.Value {
    fileprivate var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .real(let value): value
        case .histogram: nil
        }
    }
}
