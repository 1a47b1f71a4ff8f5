/// A percentile of latencies that is reported.
package enum Percentile: Int, Sendable, CaseIterable {
    /// Raw values are in thousandths.
    case p50 = 500
    case p95 = 950
    case p99 = 990
    case p999 = 999

    package var name: String { self == .p999 ? "p99.9" : "p\(rawValue / 10)" }

    /// How many observations it takes until one of them is above it with a probability of 95 %.
    package var smallestCount: Int {
        switch self {
        case .p50: 5
        case .p95: 59
        case .p99: 299
        case .p999: 2995
        }
    }

    /// The nearest rank among `count` sorted observations, from 1.
    package func rank(among count: Int) -> Int { max(1, (rawValue * count + 999) / 1000) }
}
