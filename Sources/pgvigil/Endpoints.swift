import Logging
import Pools
import Runtime
import Settings
import Synchronization

/// The application pools that are watched now, and their polls.
final class Endpoints: Sendable {
    private struct Entry {
        let settings: Settings.ApplicationPool
        let target: EndpointTarget<Scrape>
        let findings: ScrapeFindings
    }

    private let scheduler: Scheduler
    private let log: Logger
    private let entries = Mutex<[Entry]>([])
    private let threads = EndpointThreads()

    init(on scheduler: Scheduler, log: Logger) {
        self.scheduler = scheduler
        self.log = log
    }

    /// In the order of the settings.
    var targets: [EndpointTarget<Scrape>] { entries.withLock { $0.map(\.target) } }

    /// The pools of each target that is up, in the order of the settings.
    var pools: [(target: String, readings: [PoolReading])] {
        entries.withLock { $0 }.compactMap { entry in
            entry.target.isUp == true ? (entry.target.name, entry.findings.readings) : nil
        }
    }

    /// Ends the polls of pools that are not among these, settings and all.
    func leave(allBut pools: [Settings.ApplicationPool]) async {
        let leaving = entries.withLock { $0 }.filter { !pools.contains($0.settings) }
        await stop(leaving)
        for entry in leaving { threads.leave(entry.target.thread, of: entry.settings.url.revealed) }
        entries.withLock { $0.removeAll { !pools.contains($0.settings) } }
    }

    /// Watches these pools from now on, once others are left; those that are watched already go on.
    func start(_ pools: [Settings.ApplicationPool], on list: Watchlist) {
        let old = entries.withLock { $0 }
        var fresh: [EndpointTarget<Scrape>] = []
        let new = pools.map { pool in
            if let same = old.first(where: { $0.settings == pool }) { return same }
            let findings = ScrapeFindings(of: pool, on: list)
            let thread = threads.thread(for: pool.url.revealed)
            let target = EndpointTarget(pool, into: findings, by: thread, on: list, log: log)
            fresh.append(target)
            return Entry(settings: pool, target: target, findings: findings)
        }
        entries.withLock { $0 = new }
        scheduler.start(
            fresh.map { target in
                [
                    Scheduler.Beat(
                        Self.beat(of: target), every: target.interval, guarded: target.name,
                        skip: { target.skip($0) }, run: { await target.poll() })
                ]
            })
    }

    /// Ends all polls.
    func stop() async {
        await stop(entries.withLock { $0 })
    }

    private func stop(_ entries: [Entry]) async {
        await withDiscardingTaskGroup { group in
            for entry in entries {
                group.addTask { [scheduler] in
                    entry.target.stop()
                    await scheduler.stop(Self.beat(of: entry.target))
                }
            }
        }
    }

    private static func beat(of target: EndpointTarget<Scrape>) -> String { "\(target.name)/poll" }
}
