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
    private let behind: String?
    private let timeline: Timeline
    private weak let list: Watchlist?

    init(of pool: Settings.ApplicationPool, on list: Watchlist) {
        state = Mutex(State(history: ScrapeHistory(pool.sizing, behind: pool.behind)))
        behind = pool.behind
        timeline = list.timeline
        self.list = list
    }

    /// Each pool of the application as the latest poll found it.
    var readings: [PoolReading] { state.withLock { $0.readings } }

    func report(of scrape: Scrape) -> EndpointReport {
        let saturation = list?.saturation(behind: behind)
        let families = state.withLock { state in
            state.readings = if case .success(let found) = scrape.document { found.pools } else { [] }
            return state.history.note(scrape, at: timeline.now, saturation: saturation)
        }
        var failure: EndpointReport.Failure?
        if case .failure(let found) = scrape.document {
            failure = EndpointReport.Failure(found.reason.rawValue, found.description)
        }
        return EndpointReport(families.application, ofReading: families.scrape, failure: failure)
    }
}
