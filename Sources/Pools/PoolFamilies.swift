package import Exposition
import PoolDefinitions

/// The families of pools in the making: what was read of them, and what follows from it.
package struct PoolFamilies {
    private var samples: [MetricName: [Sample]] = [:]

    /// The families of what was just read and noted in `history`.
    ///
    /// `behind` is the name of the target behind these pools, `saturation` that of the server at the end.
    package init(
        of readings: [PoolReading], _ history: PoolHistory, behind: String? = nil, saturation: Double? = nil
    ) {
        add(.serverAdvised, history.sizing.serverAdvice.map(Double.init), [:])
        add(.serverSaturation, saturation, [:])
        if let behind { add(.behind, 1, ["behind": behind]) }
        for reading in readings.joined { add(reading) }
        for pool in readings.pools { add(pool, history) }
    }

    package var all: [MetricFamily] {
        PoolMetric.all.compactMap { metric in
            samples[metric.metric.name].map { MetricFamily(metric.metric, samples: $0) }
        }
    }

    /// Every metric of pools, each with its labels besides the target's.
    package static var reference: [(metric: Metric, labels: [String])] {
        PoolMetric.all.map { ($0.metric, $0.labels) }
    }

    // MARK: - Making them

    /// What one pool has, or one of its users.
    private mutating func add(_ reading: PoolReading) {
        var place = Labels(of: reading.keyOfPool)
        place.append("user", reading.user ?? "")
        add(.connections, reading.used, place, .used)
        add(.connections, reading.idle, place, .idle)
        add(.connections, reading.creating, place, .creating)
        add(.max, reading.allowed, place)
        add(.min, reading.minimum, place)
        add(.pending, reading.pending, place)
        add(.oldestWait, reading.oldestWaitSeconds, place)
        let share = reading.shareInUse
        add(.utilization, share, place)
        let status = PoolStatus(shareInUse: share, allowed: reading.allowed, pending: reading.pending)
        guard let status else { return }
        add(.status, status == .healthy ? 1 : 0, place, .healthy)
        add(.status, status == .degraded ? 1 : 0, place, .degraded)
        add(.status, status == .unhealthy ? 1 : 0, place, .unhealthy)
    }

    /// What a pool counts over all its users, and what size would do.
    private mutating func add(_ pool: Pool, _ history: PoolHistory) {
        let place = Labels(of: pool.key)
        add(.acquired, pool.sum(\.acquired), place)
        add(.waitSeconds, pool.sum(\.waitSeconds), place)
        add(.timeouts, pool.sum(\.timeouts), place)
        add(.errors, pool.sum(\.errors), place)
        add(.useSeconds, history.useSeconds(of: pool.key), place)
        add(.peakWait, pool.readings.compactMap(\.peakWaitSeconds).max(), place)
        let change = history.change(of: pool.key)
        add(.meanWait, pool.meanWait(change), place)
        let configured = pool.configured
        add(.configured, configured, place)
        guard let change, let used = change.concurrent, used.isFinite else { return }
        // A use longer than the window is counted in it as a whole.
        let concurrent = min(used, configured ?? used)
        add(.concurrent, concurrent, place)
        let advice = history.sizing.advice(concurrent: concurrent)
        add(.advised, Double(advice.max), place, .max)
        add(.advised, Double(advice.min), place, .min)
        guard change.isFull, let configured else { return }
        let isIdle = concurrent < history.sizing.shrinkBelow * configured
        add(.shrink, isIdle && Double(advice.max) < configured ? 1 : 0, place)
    }

    private mutating func add(
        _ metric: PoolMetric, _ value: Double?, _ place: Labels, _ part: Labels = [:]
    ) {
        guard let value, value.isFinite else { return }
        samples[metric.metric.name, default: []].append(Sample(value, labels: place.followed(by: part)))
    }
}

extension Labels {
    fileprivate init(of pool: PoolReading.Key) {
        self = ["kind": pool.kind.label, "pool": pool.pool]
    }

    // What tells a pool's samples of one metric apart, made once for all pools.

    fileprivate static let used: Labels = ["state": "used"]
    fileprivate static let idle: Labels = ["state": "idle"]
    fileprivate static let creating: Labels = ["state": "creating"]
    fileprivate static let healthy: Labels = ["status": "healthy"]
    fileprivate static let degraded: Labels = ["status": "degraded"]
    fileprivate static let unhealthy: Labels = ["status": "unhealthy"]
    fileprivate static let max: Labels = ["bound": "max"]
    fileprivate static let min: Labels = ["bound": "min"]
}

/// All that was read of one pool.
private struct Pool {
    let key: PoolReading.Key
    var readings: [PoolReading]

    func sum(_ value: (PoolReading) -> Double?) -> Double? {
        let values = readings.compactMap(value)
        return values.isEmpty ? nil : values.reduce(0, +)
    }

    /// nil where one of the users has no limit, unless the pool has one itself.
    var configured: Double? {
        if let own = sum(\.configured) { return own }
        let gauges = readings.filter { $0.used != nil || $0.allowed != nil }
        return gauges.allSatisfy { $0.allowed != nil } ? sum(\.allowed) : nil
    }

    func meanWait(_ change: PoolHistory.Change?) -> Double? {
        guard sum(\.acquired) != nil, sum(\.waitSeconds) != nil else {
            return readings.compactMap(\.meanWaitSeconds).max()
        }
        guard let change, let acquired = change.acquired, let waited = change.waitSeconds,
            acquired >= Self.fewestAcquired
        else { return nil }
        return waited / acquired
    }

    /// A mean of fewer says nothing.
    private static let fewestAcquired = 10.0
}

extension [PoolReading] {
    fileprivate var pools: [Pool] {
        var positions: [PoolReading.Key: Int] = [:]
        var pools: [Pool] = []
        for reading in self {
            if let position = positions[reading.keyOfPool] {
                pools[position].readings.append(reading)
            } else {
                positions[reading.keyOfPool] = pools.count
                pools.append(Pool(key: reading.keyOfPool, readings: [reading]))
            }
        }
        return pools
    }
}

extension PoolReading {
    /// The share of the allowed connections that are in use or being made.
    fileprivate var shareInUse: Double? {
        guard let allowed else { return utilization }
        guard let used, allowed > 0 else { return nil }
        return (used + (creating ?? 0)) / allowed
    }
}
