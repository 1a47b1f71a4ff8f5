import Exposition
import Pools
import Postgres
import Runtime
import Settings
import Synchronization

/// What a pooler's collectors found last, and what follows from all of it together.
final class PoolerFindings: Sendable {
    private struct State {
        /// By collector: like what is on the page, it survives one failure.
        var figures: [String: FigureTable] = [:]
        var failed: Set<String> = []
        var history: PoolHistory
        /// Of the latest poll.
        var readings: [PoolReading] = []
    }

    private let kind: PoolKind?
    private let behind: String?
    private let state: Mutex<State>

    init(of pooler: Settings.Pooler) {
        kind = PoolKind(rawValue: pooler.kind.rawValue)
        behind = pooler.behind
        state = Mutex(State(history: PoolHistory(Pools.Sizing(pooler.sizing))))
    }

    func note(_ figures: FigureTable?, of collector: String) {
        state.withLock { state in
            state.figures[collector] = figures
            state.failed.remove(collector)
        }
    }

    func noteFailure(of collector: String) {
        state.withLock { state in
            if !state.failed.insert(collector).inserted { state.figures[collector] = nil }
        }
    }

    /// What is up of the pooler, the same as on its own page; `record` is that of its target.
    func shown(by record: TargetHistory) -> [MetricFamily] {
        // A collector that has been withdrawn has no series.
        let jobs = record.jobs.filter { $0.series > 0 }.map(\.name)
        return record.connectionFamilies
            + state.withLock { state in jobs.compactMap { state.figures[$0] } }.flatMap(\.families)
    }

    /// Each pool of the pooler as the latest poll found it.
    var readings: [PoolReading] { state.withLock { $0.readings } }

    /// Turns what the other jobs of the same poll found into `dbpool_*`; it asks nothing.
    func job(on timeline: Timeline) -> Job {
        Job("pools") { [self] _, _, _ throws(JobFailure) in
            guard let kind else { return Findings(families: []) }
            return state.withLock { state in
                let readings = PoolReading.readings(of: kind, from: Array(state.figures.values))
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
