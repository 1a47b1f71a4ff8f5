import Collectors
import Exposition
import Logging
import PoolDefinitions
import Pools
import Probes
import Runtime
import Settings
import Synchronization

/// The targets that are watched now, and their polls.
final class Watchlist: Sendable {
    private struct Entry {
        let settings: Settings.Watched
        let target: Target
        /// nil of a pooler.
        var probing: Probing?
        var serverFindings: ServerFindings?
        /// nil of a server.
        var poolerFindings: PoolerFindings?
    }

    let registry = Registry()
    let scrapes = Scrapes()
    let timeline = Timeline()
    private let scheduler: Scheduler
    private let log: Logger
    private let entries = Mutex<[Entry]>([])
    let endpoints: Endpoints
    private let exporters = Mutex<Set<Settings.Exporter>>([])

    init(log: Logger) {
        self.log = log
        scheduler = Scheduler(timeline: timeline, scrapes: scrapes)
        endpoints = Endpoints(on: scheduler, log: log)
    }

    /// In the order of the settings.
    var targets: [Target] { entries.withLock { $0.map(\.target) } }

    /// The probes of each target, in the order of the settings.
    var probes: [(target: String, name: String, summary: ProbeSummary)] {
        entries.withLock { $0 }.flatMap { entry in
            (entry.probing?.summaries ?? []).map { (entry.target.name, $0.name, $0.summary) }
        }
    }

    /// The pools of each target that is up, poolers first, in the order of the settings.
    var pools: [(target: String, readings: [PoolReading])] {
        let poolers = entries.withLock { $0 }.compactMap { entry in
            entry.target.record.isUp == true
                ? entry.poolerFindings.map { (entry.target.name, $0.readings) } : nil
        }
        return poolers + endpoints.pools
    }

    /// The poolers of one kind that have been polled, with what is up of each, in the order of the settings.
    func poolers(of kind: PoolerKind) -> [(target: Target, families: [MetricFamily])] {
        entries.withLock { $0 }.compactMap { entry in
            guard case .pooler(let pooler) = entry.settings, pooler.kind == kind else { return nil }
            let record = entry.target.record
            guard record.isUp != nil, let findings = entry.poolerFindings else { return nil }
            return (entry.target, findings.shown(by: record))
        }
    }

    /// How full the server is at the end of what is behind a pool; nil where nobody knows now.
    func saturation(behind name: String?) -> Double? {
        let entries = entries.withLock { $0 }
        guard let server = entries.map(\.settings).server(behind: name),
            let entry = entries.first(where: { $0.target.name == server.name })
        else { return nil }
        return entry.serverFindings?.saturation(by: entry.target.record)
    }

    /// Whose names of metrics are served besides ours.
    var compatibility: Set<Settings.Exporter> {
        get { exporters.withLock { $0 } }
        set { exporters.withLock { $0 = newValue } }
    }

    var isAlive: Bool { scheduler.isAlive }

    /// Whether each target is up; nil before its first poll has ended, well or badly.
    var states: (servers: [Bool?], pools: [Bool?]) {
        let entries = entries.withLock { $0 }
        func states(_ isPooler: Bool) -> [Bool?] {
            entries.filter { ($0.poolerFindings != nil) == isPooler }.map(\.target.record.isUp)
        }
        return (states(false), states(true) + endpoints.targets.map(\.isUp))
    }

    /// Whether the first poll of each target has ended; false before there are any.
    var isReady: Bool {
        let states = states.servers + states.pools
        return !states.isEmpty && states.allSatisfy { $0 != nil }
    }

    func contains(_ name: String) -> Bool {
        targets.contains { $0.name == name } || endpoints.targets.contains { $0.name == name }
    }

    /// Watches what these settings name from now on; targets whose settings are as before are left alone.
    func change(to settings: Settings) async {
        // All that leaves, first: its name may come back as that of another kind of target.
        async let others: Void = leave(allBut: settings.watched)
        async let pools: Void = endpoints.leave(allBut: settings.applicationPools)
        _ = await (others, pools)
        start(settings.watched)
        endpoints.start(settings.applicationPools, on: self)
    }

    private func leave(allBut targets: [Settings.Watched]) async {
        await stop(entries.withLock { $0 }.filter { !targets.contains($0.settings) })
        entries.withLock { $0.removeAll { !targets.contains($0.settings) } }
    }

    private func start(_ targets: [Settings.Watched]) {
        let kept = entries.withLock { $0 }
        var fresh: [Entry] = []
        let new = targets.map { target in
            if let same = kept.first(where: { $0.settings == target }) { return same }
            let entry = entry(for: target)
            fresh.append(entry)
            return entry
        }
        entries.withLock { $0 = new }
        scheduler.start(fresh.map(beats))
        for entry in fresh { entry.probing?.start() }
    }

    private func entry(for watched: Settings.Watched) -> Entry {
        switch watched {
        case .server(let server): entry(for: server)
        case .pooler(let pooler): entry(for: pooler)
        }
    }

    private func entry(for pooler: Settings.Pooler) -> Entry {
        let findings = PoolerFindings(of: pooler)
        let target = Target(
            pooler, collectors: pooler.activeCollectors, into: findings, on: self, log: log)
        return Entry(settings: .pooler(pooler), target: target, poolerFindings: findings)
    }

    private func entry(for server: Settings.Server) -> Entry {
        let discoveries = server.search == .auto ? Discoveries(on: server, log: log) : nil
        let findings = ServerFindings(on: timeline)
        let target = Target(
            server, collectors: server.activeCollectors, databaseJobs: discoveries.map { [$0.job] } ?? [],
            into: findings, on: self, log: log)
        let probing = Probing(
            server.searchProbes, server.customProbes, of: target, discoveries: discoveries,
            scheduler: scheduler, timeline: timeline)
        return Entry(
            settings: .server(server), target: target, probing: probing, serverFindings: findings)
    }

    /// Ends all polls and closes all connections.
    func stop() async {
        async let endpoints: Void = endpoints.stop()
        await stop(entries.withLock { $0 })
        await endpoints
    }

    private func beats(of entry: Entry) -> [Scheduler.Beat] {
        let target = entry.target
        let poll = Scheduler.Beat(
            "\(target.name)/poll", every: target.interval, guarded: target.name,
            skip: { target.skip($0) }, run: { await target.poll() })
        guard case .server = entry.settings else { return [poll] }
        return [
            poll,
            Scheduler.Beat("\(target.name)/visit", every: .seconds(60)) { await target.visit() },
            Scheduler.Beat("\(target.name)/tour", every: target.tour.interval) { await target.lookAround() },
        ]
    }

    private func stop(_ entries: [Entry]) async {
        await withDiscardingTaskGroup { group in
            for entry in entries {
                let target = entry.target
                group.addTask { [scheduler] in
                    async let connections: Void = target.stop()
                    async let probing: Void? = entry.probing?.stop()
                    async let poll: Void = scheduler.stop("\(target.name)/poll")
                    async let visit: Void = scheduler.stop("\(target.name)/visit")
                    async let tour: Void = scheduler.stop("\(target.name)/tour")
                    _ = await (connections, probing, poll, visit, tour)
                }
            }
        }
    }
}

extension Target {
    /// The target that the settings describe.
    ///
    /// `databaseJobs` look into each database besides collectors; with `atEachPoll` no collector waits for
    /// its interval. Some leave in `findings` what they found.
    convenience init(
        _ server: Settings.Server, collectors: [Collector], databaseJobs: [Job] = [],
        atEachPoll: Bool = false, into findings: ServerFindings? = nil, on list: Watchlist, log: Logger
    ) {
        func jobs(_ scope: Scope) -> [Job] {
            collectors.filter { $0.scope == scope }.map {
                server.job(for: $0, atEachPoll: atEachPoll, into: findings)
            }
        }
        self.init(
            server.name, at: server.connectionTarget, labels: server.ownLabels, interval: server.interval,
            maxConnections: server.maxConnections, jobs: jobs(.server),
            databaseJobs: jobs(.database) + databaseJobs, databases: DatabaseChoice(server.databases),
            registry: list.registry, timeline: list.timeline, log: log)
    }
}
