import Postgres
import ProbeDefinitions
import Probes
import Runtime
import Settings
import Synchronization

/// The probes of one target: those of its settings, and those that were discovered.
final class Probing: Sendable {
    private let target: Target
    private let scheduler: Scheduler
    private let timeline: Timeline
    private let budget: ProbeBudget
    private let configured: [Probe]
    private let discoveries: Discoveries?
    /// By name.
    private let running = Mutex<[String: Probe]>([:])
    private let following = Mutex<Task<Void, Never>?>(nil)

    /// A probe, and how it fares.
    private struct Probe: Sendable {
        /// nil of a custom probe.
        let search: SearchProbe?
        let job: ProbeJob
        let summary: @Sendable () -> ProbeSummary

        init(_ prober: SearchProber) {
            search = prober.probe
            job = ProbeJob(prober)
            summary = { prober.summary }
        }

        init(_ prober: CustomProber) {
            search = nil
            job = ProbeJob(prober)
            summary = { prober.summary }
        }
    }

    /// What the probes of a server may take of its time, all together, where none is allowed more.
    private static let secondsPerHour = 60.0
    /// How long before its tick a probe is woken: time to open a transaction.
    private static let lead = Duration.milliseconds(50)

    init(
        _ searches: [SearchProbe], _ customs: [CustomProbe], of target: Target, discoveries: Discoveries?,
        scheduler: Scheduler, timeline: Timeline
    ) {
        self.target = target
        self.scheduler = scheduler
        self.timeline = timeline
        self.discoveries = discoveries
        let limits = searches.map(\.limits) + customs.map(\.limits)
        let budget = ProbeBudget(
            secondsPerHour: limits.map(\.databaseSecondsPerHour).reduce(Self.secondsPerHour, max))
        self.budget = budget
        let searchers = searches.map { SearchProber($0, budget: budget) }
        let vectors: @Sendable (String) -> [String] = { name in
            searchers.first { $0.probe.name == name }?.queryTexts ?? []
        }
        configured =
            searchers.map { Probe($0) }
            + customs.map { Probe(CustomProber($0, budget: budget, vectors: vectors)) }
    }

    /// How each of them has fared until now, by name.
    var summaries: [(name: String, summary: ProbeSummary)] {
        running.withLock { $0 }.map { ($0, $1.summary()) }.sorted { $0.0 < $1.0 }
    }

    /// Begins to probe, and follows what is discovered until it is stopped.
    func start() {
        begin(configured)
        guard let discoveries else { return }
        following.withLock { following in
            following = Task { [self] in
                for await probes in discoveries.changes { await follow(probes) }
            }
        }
    }

    func stop() async {
        let following = following.withLock { $0.take() }
        following?.cancel()
        await following?.value  // It may be about to begin what would then never end.
        await end(running.withLock { Array($0.values) })
    }

    // MARK: -

    /// A probe that is now another one by the same name begins anew: what it has counted was of the old one.
    private func follow(_ discovered: [SearchProbe]) async {
        let own = Set(configured.map(\.job.name))
        await end(
            running.withLock { running in
                running.values.filter { probe in
                    !own.contains(probe.job.name) && !discovered.contains { $0 == probe.search }
                }
            })
        let known = running.withLock { Set($0.keys) }
        begin(
            discovered.filter { !known.contains($0.name) }.map { Probe(SearchProber($0, budget: budget)) })
    }

    private func begin(_ probes: [Probe]) {
        running.withLock { running in for probe in probes { running[probe.job.name] = probe } }
        show()
        scheduler.start(probes.flatMap { beats(of: $0.job).map { [$0] } })
    }

    private func end(_ probes: [Probe]) async {
        for beat in probes.map(\.job).flatMap(beats(of:)) { await scheduler.stop(beat.name) }
        running.withLock { running in for probe in probes { running[probe.job.name] = nil } }
        show()
    }

    private func show() {
        target.probes.jobs = running.withLock { $0.values.map(\.job).sorted { $0.name < $1.name } }
    }

    private func beats(of job: ProbeJob) -> [Scheduler.Beat] {
        let name = "\(target.name)/probe/\(job.name)"
        let measure = Scheduler.Beat(
            measuring: name, every: job.interval, lead: Self.lead,
            miss: { [self] ticks, seen in job.miss(ticks.map(point), seen: instant(seen)) },
            run: { [self] tick in await target.probes.measure(job, at: point(tick)) })
        guard let interval = job.truthInterval else { return [measure] }
        let check = Scheduler.Beat(measuring: "\(name)/truth", every: interval) { [self] tick in
            await target.probes.check(job, at: point(tick))
        }
        return [measure, check]
    }

    private func point(_ tick: Tick) -> ProbeJob.Point {
        ProbeJob.Point(number: tick.number, due: instant(tick.due))
    }

    private func instant(_ time: Duration) -> ContinuousClock.Instant { .now + (time - timeline.now) }
}
