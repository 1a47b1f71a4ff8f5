import Exposition

/// What a pooler's collectors found in one poll, to be looked up by metric and labels.
struct PoolerFigures {
    typealias Figure = (labels: [String: String], value: Double)

    /// A metric's figures for a database and a user; nil is any.
    private struct Place: Hashable {
        let metric: MetricName
        let database: String?
        let user: String?
    }

    private var figures: [MetricName: [Figure]] = [:]
    /// The same by database, by user and by both: pools are many, and each looks up its own.
    private var places: [Place: [Figure]] = [:]
    private static let placeLabels: Set = ["database", "user"]

    init(_ families: [MetricFamily]) {
        for family in families {
            let metric = family.metric.name
            for sample in family.samples {
                guard let value = sample.value.number else { continue }
                let labels = Dictionary(sample.labels.pairs.map { ($0.name, $0.value) }) { first, _ in first }
                figures[metric, default: []].append((labels, value))
                for place in Self.places(of: metric, labels) {
                    places[place, default: []].append((labels, value))
                }
            }
        }
    }

    /// All samples of a metric.
    subscript(metric: MetricName) -> [Figure] { figures[metric] ?? [] }

    /// The sum of the samples that have these labels, whatever else they have; nil where there is none.
    func sum(_ metric: MetricName, _ labels: [String: String] = [:]) -> Double? {
        let values = values(metric, labels)
        return values.isEmpty ? nil : values.reduce(0, +)
    }

    /// The greatest of them.
    func max(_ metric: MetricName, _ labels: [String: String] = [:]) -> Double? {
        values(metric, labels).max()
    }

    /// The pools that a metric has samples of, each once, in their order.
    func pools(of metric: MetricName) -> [(pool: String, user: String)] {
        var seen: Set<[String]> = []
        return self[metric].compactMap { sample in
            let (pool, user) = (sample.labels["database"] ?? "", sample.labels["user"] ?? "")
            return seen.insert([pool, user]).inserted ? (pool, user) : nil
        }
    }

    private func values(_ metric: MetricName, _ labels: [String: String]) -> [Double] {
        let (database, user) = (labels["database"], labels["user"])
        let candidates =
            database == nil && user == nil
            ? self[metric] : places[Place(metric: metric, database: database, user: user)] ?? []
        let others = labels.filter { !Self.placeLabels.contains($0.key) }
        return candidates.compactMap { figure in
            others.allSatisfy { figure.labels[$0.key] == $0.value } ? figure.value : nil
        }
    }

    private static func places(of metric: MetricName, _ labels: [String: String]) -> [Place] {
        let (database, user) = (labels["database"], labels["user"])
        var places: [Place] = []
        if database != nil { places.append(Place(metric: metric, database: database, user: nil)) }
        if user != nil { places.append(Place(metric: metric, database: nil, user: user)) }
        if places.count == 2 { places.append(Place(metric: metric, database: database, user: user)) }
        return places
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

extension [String: String] {
    func with(_ name: String, _ value: String) -> [String: String] {
        var labels = self
        labels[name] = value
        return labels
    }
}
