import Exposition
import PoolDefinitions
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

    private let kind: PoolerKind
    private let behind: String?
    private let state: Mutex<State>

    init(of pooler: Settings.Pooler) {
        kind = pooler.kind
        behind = pooler.behind
        state = Mutex(State(history: PoolHistory(pooler.sizing)))
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
        let jobs = record.shownJobs
        return record.connectionFamilies
            + state.withLock { state in jobs.compactMap { state.figures[$0] } }.flatMap(\.families)
    }

    /// Each pool of the pooler as the latest poll found it.
    var readings: [PoolReading] { state.withLock { $0.readings } }

    /// Turns what the other jobs of the same poll found into `dbpool_*`; it asks nothing.
    func job(on list: Watchlist) -> Job {
        Job("pools") { [self, timeline = list.timeline, weak list] _, _, _ throws(JobFailure) in
            let saturation = list?.saturation(behind: behind)
            return state.withLock { state in
                let readings = PoolReading.readings(of: kind, from: Array(state.figures.values))
                state.history.note(readings, at: timeline.now)
                state.readings = readings
                return Findings(
                    families: PoolFamilies(
                        of: readings, state.history, behind: behind, saturation: saturation
                    ).all)
            }
        }
    }
}
