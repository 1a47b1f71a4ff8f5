/// A service level: what is good, and from where on it is critical.
package struct ServiceTarget: Sendable, Equatable {
    package enum Measure: Sendable {
        /// In seconds; less is better. Of all others more is.
        case p95
        case callsPerSecond
        case rowsPerSecond
        case successRatio
    }

    package enum Verdict: String, Sendable, Codable, Comparable {
        case ok
        case slow
        case critical

        package static func < (a: Verdict, b: Verdict) -> Bool { a.severity < b.severity }

        private var severity: Int {
            switch self {
            case .ok: 0
            case .slow: 1
            case .critical: 2
            }
        }
    }

    package let measure: Measure
    package let good: Double
    package let critical: Double

    static func p95(below good: Double, critical: Double) -> Self {
        Self(measure: .p95, good: good, critical: critical)
    }

    static func callsPerSecond(above good: Double, critical: Double) -> Self {
        Self(measure: .callsPerSecond, good: good, critical: critical)
    }

    static func rowsPerSecond(above good: Double, critical: Double) -> Self {
        Self(measure: .rowsPerSecond, good: good, critical: critical)
    }

    static func successRatio(above good: Double, critical: Double) -> Self {
        Self(measure: .successRatio, good: good, critical: critical)
    }

    package func verdict(of value: Double) -> Verdict {
        let (value, good, critical) =
            measure == .p95 ? (value, self.good, self.critical) : (-value, -self.good, -self.critical)
        if value < good { return .ok }
        return value < critical ? .slow : .critical
    }

    /// As a table shows it: `p95 < 50 ms`.
    package var text: String {
        switch measure {
        case .p95: "p95 < \((1000 * good).text(decimals: 0)) ms"
        case .callsPerSecond: "> \(good.text(decimals: 0))/s"
        case .rowsPerSecond: "> \(good.text(decimals: 0)) rows/s"
        case .successRatio: "> \((100 * good).text(decimals: 0)) % succeed"
        }
    }
}
