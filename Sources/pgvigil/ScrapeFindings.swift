import Pools
import Runtime
import Settings
import Synchronization

/// What an application's documents have said until now.
final class ScrapeFindings: Sendable {
    private struct State {
        var history: ScrapeHistory
        /// Of the latest poll; nothing where that failed.
        var readings: [PoolReading] = []
    }

    private let state: Mutex<State>
    private let timeline: Timeline

    init(of pool: Settings.ApplicationPool, on timeline: Timeline) {
        state = Mutex(State(history: ScrapeHistory(Pools.Sizing(pool.sizing), behind: pool.behind)))
        self.timeline = timeline
    }

    /// Each pool of the application as the latest poll found it.
    var readings: [PoolReading] { state.withLock { $0.readings } }

    func report(of scrape: Scrape) -> EndpointReport {
        let families = state.withLock { state in
            state.readings = if case .success(let found) = scrape.document { found.pools } else { [] }
            return state.history.note(scrape, at: timeline.now)
        }
        var failure: EndpointReport.Failure?
        if case .failure(let found) = scrape.document {
            failure = EndpointReport.Failure(found.reason.rawValue, found.description)
        }
        return EndpointReport(families.application, ofReading: families.scrape, failure: failure)
    }
}
