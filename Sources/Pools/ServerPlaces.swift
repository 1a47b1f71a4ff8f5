package import Exposition

/// How many of a server's places for clients are taken, as its own polls found it last.
package struct ServerPlaces: Sendable {
    /// A collector of the server that knows a part of it.
    package enum Source: String, Sendable, CaseIterable {
        /// The clients.
        case activity
        /// The places.
        case settings
    }

    private struct Count {
        let value: Double
        /// From when on it is too old to be true.
        let end: Duration
    }

    private var counts: [Source: Count] = [:]

    package init() {}

    /// Notes what a collector, which runs each `interval`, found at `time`.
    package mutating func note(
        _ families: [MetricFamily], of source: Source, at time: Duration, every interval: Duration
    ) {
        let value =
            switch source {
            case .activity: Self.taken(families)
            case .settings: Self.all(families)
            }
        counts[source] = value.map { Count(value: $0, end: time + interval * 2) }
    }

    /// The share of the places that is taken: near 1 where none is left but for superusers, since the few
    /// sessions of ours are not counted, and more where they take theirs.
    ///
    /// nil where nobody knows: a collector is not among those `shown`, or is silent for two of its intervals.
    package func saturation(at time: Duration, shown collectors: Set<String>) -> Double? {
        func count(of source: Source) -> Double? {
            guard collectors.contains(source.rawValue), let count = counts[source], time <= count.end else {
                return nil
            }
            return count.value
        }
        guard let taken = count(of: .activity), let all = count(of: .settings), all > 0 else { return nil }
        return taken / all
    }

    // MARK: -

    /// None where the server has no other clients than us.
    private static func taken(_ families: [MetricFamily]) -> Double {
        families.samples(of: "pg_stat_activity_connections").reduce(0) { $0 + $1.number }
    }

    private static func all(_ families: [MetricFamily]) -> Double? {
        let numbers = families.samples(of: "pg_settings_number")
        func number(_ name: String) -> Double? {
            numbers.first { $0.labels == ["name": name] }?.number
        }
        guard let most = number("max_connections"), let kept = number("superuser_reserved_connections") else {
            return nil
        }
        return most - kept - (number("reserved_connections") ?? 0)  // PostgreSQL 16 brought it.
    }
}

extension [MetricFamily] {
    fileprivate func samples(of name: MetricName) -> [Sample] {
        first { $0.metric.name == name }?.samples ?? []
    }
}

extension Sample {
    fileprivate var number: Double {
        switch value {
        case .integer(let value): Double(value)
        case .real(let value): value
        case .histogram: .nan
        }
    }
}
