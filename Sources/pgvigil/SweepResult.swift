import Bench
import Probes

/// A sweep as programs read it; what could not be told is left out.
struct SweepResult: JSONWritten {
    struct Point: Encodable {
        let value: String
        let recall: Double?
        let recallLower: Double?
        let recallUpper: Double?
        /// Of which the recall is known.
        let recalledQueries: Int
        let searches: Int
        /// By name; of so few searches as these, the higher ones cannot be told.
        let latenciesSeconds: [String: Double]
        let shortResults: Int
        let plan: String?
    }

    let probe: String
    let setting: String
    let target: Double
    /// The lowest value that reaches the target beyond sampling error.
    let chosen: String?
    let points: [Point]

    init(_ sweep: Sweep, of probe: String, target: Double) {
        self.probe = probe
        self.target = target
        setting = sweep.setting
        chosen = sweep.lowest(reaching: target)?.value
        points = sweep.points.map { point in
            let latencies = Latencies(point.latencies.map { $0 / .seconds(1) })
            return Point(
                value: point.value, recall: point.recalls.mean, recallLower: point.recalls.bounds?.lower,
                recallUpper: point.recalls.bounds?.upper, recalledQueries: point.recalls.count,
                searches: point.latencies.count, latenciesSeconds: latencies.named,
                shortResults: point.shortResults, plan: point.path?.rawValue)
        }
    }
}

extension Latencies {
    /// Those percentiles that can be told, by name.
    fileprivate var named: [String: Double] {
        [String: Double](
            uniqueKeysWithValues: Percentile.allCases.compactMap { percentile in
                self[percentile].map { (percentile.name, $0) }
            })
    }
}
