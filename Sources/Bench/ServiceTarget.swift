/// A service level: what is good, and from where on it is critical.
package struct ServiceTarget: Sendable, Equatable, Codable {
    /// As a file of results and one of targets have it.
    package enum Measure: String, Sendable, Codable, CaseIterable {
        /// Latencies are in seconds, and less is better. Of all others more is.
        case p50
        case p95
        case p99
        case p999 = "p99.9"
        case callsPerSecond = "calls_per_second"
        case rowsPerSecond = "rows_per_second"
        case successRatio = "success_ratio"

        /// nil where it is no latency.
        var percentile: Percentile? { Percentile.allCases.first { $0.name == rawValue } }
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

    package init(_ measure: Measure, good: Double, critical: Double) {
        self.measure = measure
        self.good = good
        self.critical = critical
    }

    /// Of each workload of which nothing else is said.
    static let ordinarySuccess = Self(.successRatio, good: 0.99, critical: 0.95)

    static func p95(below good: Double, critical: Double) -> Self {
        Self(.p95, good: good, critical: critical)
    }

    static func callsPerSecond(above good: Double, critical: Double) -> Self {
        Self(.callsPerSecond, good: good, critical: critical)
    }

    static func rowsPerSecond(above good: Double, critical: Double) -> Self {
        Self(.rowsPerSecond, good: good, critical: critical)
    }

    package func verdict(of value: Double) -> Verdict {
        if measure == .successRatio, value == 1 { return .ok }  // Nothing could be above a target of all.
        let (value, good, critical) =
            measure.percentile == nil
            ? (-value, -self.good, -self.critical) : (value, self.good, self.critical)
        if value < good { return .ok }
        return value < critical ? .slow : .critical
    }

    /// As a table shows it: `p95 < 50 ms`.
    package var text: String {
        switch measure {
        case .p50, .p95, .p99, .p999: "\(measure.rawValue) < \((1000 * good).text(decimals: 0)) ms"
        case .callsPerSecond: "> \(good.text(decimals: 0))/s"
        case .rowsPerSecond: "> \(good.text(decimals: 0)) rows/s"
        case .successRatio: "> \(Self.percent(good)) % succeed"
        }
    }

    /// What was measured, in the same terms: `p95 61.2 ms`.
    package func text(of value: Double) -> String {
        switch measure {
        case .p50, .p95, .p99, .p999: "\(measure.rawValue) \((1000 * value).text(decimals: 1)) ms"
        case .callsPerSecond: "\(value.text(decimals: 1))/s"
        case .rowsPerSecond: "\(value.text(decimals: 1)) rows/s"
        case .successRatio: "\(Self.percent(value)) % succeed"
        }
    }

    /// With as many decimals as it needs, up to two.
    private static func percent(_ ratio: Double) -> String {
        let texts = (0...2).map { (100 * ratio).text(decimals: $0) }
        return texts.first { Double($0) == Double(texts[2]) } ?? texts[2]
    }
}
