import Exposition
import Pools
import Postgres
import Runtime
import Settings
import Synchronization

/// What a pooler's collectors found last, and what follows from all of it together.
final class PoolerFindings: Sendable {
    private struct State {
        /// Of the latest run, nothing where that failed.
        var families: [String: [MetricFamily]] = [:]
        /// Of the latest run that succeeded.
        var latest: [String: [MetricFamily]] = [:]
        var history: PoolHistory
        /// Of the latest poll.
        var readings: [PoolReading] = []
        /// The most that each pool's connections were in use.
        var useSeconds: [String: Double] = [:]

        /// With a time of use that never falls: a wait is counted before the transaction that it is part of.
        mutating func rising(_ reading: PoolReading) -> PoolReading {
            guard let latest = reading.useSeconds else { return reading }
            var rising = reading
            let highest = max(useSeconds[reading.pool] ?? 0, latest)
            rising.useSeconds = highest
            useSeconds[reading.pool] = highest
            return rising
        }
    }

    private let kind: PoolKind?
    private let behind: String?
    private let state: Mutex<State>

    init(of pooler: Settings.Pooler) {
        kind = PoolKind(rawValue: pooler.kind.rawValue)
        behind = pooler.behind
        state = Mutex(State(history: PoolHistory(Pools.Sizing(pooler.sizing))))
    }

    func note(_ families: [MetricFamily], of collector: String) {
        state.withLock { state in
            state.families[collector] = families
            state.latest[collector] = families
        }
    }

    func noteFailure(of collector: String) {
        state.withLock { $0.families[collector] = nil }
    }

    /// What is up of the pooler, the same as on its own page; `record` is that of its target.
    func shown(by record: TargetHistory) -> [MetricFamily] {
        // A collector that has been withdrawn has no series.
        let jobs = record.jobs.filter { $0.series > 0 }.map(\.name)
        return record.connectionFamilies
            + state.withLock { state in jobs.flatMap { state.latest[$0] ?? [] } }
    }

    /// Each pool of the pooler as the latest poll found it.
    var readings: [PoolReading] { state.withLock { $0.readings } }

    /// Turns what the other jobs of the same poll found into `dbpool_*`; it asks nothing.
    func job(on timeline: Timeline) -> Job {
        Job("pools") { [self] _, _, _ throws(JobFailure) in
            guard let kind else { return Findings(families: []) }
            return state.withLock { state in
                let found = state.families.values.flatMap(\.self)
                let readings = PoolReading.readings(of: kind, from: found).map { state.rising($0) }
                state.history.note(readings, at: timeline.now)
                state.readings = readings
                return Findings(families: PoolFamilies(of: readings, state.history, behind: behind).all)
            }
        }
    }
}

extension Pools.Sizing {
    init(_ sizing: Settings.Sizing) {
        self.init()
        target = sizing.target
        minimum = sizing.minimum
        minimumRatio = sizing.minimumRatio
        shrinkBelow = sizing.shrinkBelow
        window = sizing.window
        cores = sizing.cores
        spindles = sizing.spindles
    }
}
