package import Exposition
package import Logging
package import Postgres
import Synchronization

/// One server, as the settings name it: its sessions, its jobs, and how they fare.
package final class Target: Sendable {
    package let name: String
    package let interval: Duration
    /// In front of every sample's own labels.
    package let labels: Labels
    private let jobs: [Job]
    private let registry: Registry
    private let timeline: Timeline
    private let log: FailureLog
    private let regular: Session
    private let visitor: Session
    private let history: Mutex<TargetHistory>
    package let probes: ProbeRunner
    package let tour: Tour
    private let latestState: LatestState

    package init(
        _ name: String, at connection: ConnectionTarget, labels: Labels, interval: Duration,
        maxConnections: Int, jobs: [Job], databaseJobs: [Job] = [], databases: DatabaseChoice = .all,
        registry: Registry, timeline: Timeline, log: Logger
    ) {
        self.name = name
        self.interval = interval
        self.labels = (["server": name] as Labels).followed(by: labels)
        self.jobs = jobs
        self.registry = registry
        self.timeline = timeline
        self.log = FailureLog(log, target: name)
        let (limit, canceller) = (ConnectionLimit(maxConnections), Canceller())
        regular = Session(to: connection, limit: limit, canceller: canceller, keepsPlace: true)
        visitor = Session(to: connection, limit: limit, canceller: canceller)
        history = Mutex(TargetHistory(jobs, of: connection.kind, interval: interval))
        let latestState = LatestState()
        self.latestState = latestState
        probes = ProbeRunner(
            of: connection.forProbes, maxConnections: maxConnections, limit: limit, canceller: canceller,
            watcher: regular, polls: latestState)
        tour = Tour(
            of: connection, every: interval * 4, choice: databases, jobs: databaseJobs, labels: self.labels,
            limit: limit, canceller: canceller, timeline: timeline, polls: latestState)
    }

    /// How the target has fared until now.
    package var record: TargetHistory {
        var record = history.withLock { $0 }
        record.jobs += tour.records
        let cost = probes.cost
        record.note(cost.usage, connects: cost.connects)
        record.hasIdentityConflict = latestState.hasConflict
        return record
    }

    /// Ends what is under way; statements are cancelled at the server.
    ///
    /// Returns once the connections are closed, or after three seconds where a thread is stuck.
    package func stop() async {
        history.withLock { history in
            history.isStopped = true
            registry.remove(name)
        }
        for session in [regular, visitor] { session.interruptForGood() }
        probes.interruptForGood()
        tour.interruptForGood()
        _ = await firstAnswer(within: .seconds(3)) { [self] in
            for session in [regular, visitor] { await session.close() }
            await probes.close()
            await tour.close()
        }
    }

    // MARK: - Polling

    /// Asks the server what is due, and puts up what it said.
    ///
    /// Returns by two thirds of the interval, whatever the server and the resolver do. Where the thread of an
    /// earlier poll is still stuck, nothing is asked: the poll has failed.
    package func poll() async {
        guard history.withLock({ $0.beginPoll() }) else {
            conclude(PollReport(failure: regular.stuck))
            return
        }
        let timeout = interval * 2 / 3
        let started = ContinuousClock.now
        let report = await firstAnswer(within: timeout + .milliseconds(100)) { [self] in
            let report = await askServer(timeout: timeout)
            history.withLock { $0.poller.end() }
            return report
        }
        if report == nil, Task.isCancelled { return }  // Nobody waits for it any more.
        let duration = ContinuousClock.now - started
        history.withLock { $0.endPoll(after: duration, overran: report == nil || duration >= timeout) }
        conclude(report ?? PollReport(failure: regular.stuck))
    }

    /// Counts ticks at which no poll could begin.
    package func skip(_ ticks: Int) {
        history.withLock { $0.skips += ticks }
    }

    private func askServer(timeout: Duration) async -> PollReport {
        let connectBy = Deadline.after(interval / 3)
        let deadline = Deadline.after(timeout)
        let report = await pollOnce(connectBy: connectBy, deadline)
        // The server may have restarted since the last poll: that is no reason to call it down.
        guard case .connectionLost = report.failure else { return report }
        return await pollOnce(connectBy: connectBy, deadline)
    }

    private func pollOnce(connectBy: Deadline, _ deadline: Deadline) async -> PollReport {
        do throws(PostgresError) {
            return try await regular.use(connectBy: connectBy) {
                [self] connection, isNew throws(PostgresError) in
                let before = isNew ? Connection.Usage() : connection.usage
                let due = history.withLock { $0.dueJobs(at: timeline.now, isNewConnection: isNew) }
                var report = PollReport(isNewConnection: isNew)
                try run(due.map { jobs[$0] }, on: &connection, by: deadline, into: &report)
                report.usage = connection.usage.since(before)
                return report
            }
        } catch {
            return PollReport(failure: error)
        }
    }

    /// Runs the jobs that are due.
    ///
    /// A server that refuses even to say who it is has answered all the same, and fails them all.
    private func run(
        _ due: [Job], on connection: inout Connection, by deadline: Deadline, into report: inout PollReport
    ) throws(PostgresError) {
        let asked = WallClock.seconds
        let state: ServerState
        do throws(PostgresError) {
            state = try ServerState.read(from: &connection, by: deadline)
        } catch {
            guard case .statementFailed = error else { throw error }
            let failure = JobFailure(error)
            report.outcomes = due.map {
                PollReport.Outcome(job: $0.name, result: .failure(failure), duration: .zero)
            }
            return
        }
        latestState.set(state)
        report.clockOffset = state.time.map { $0 - (asked + WallClock.seconds) / 2 }
        report.release = state.release
        report.outcomes = due.map { $0.outcome(on: &connection, state, by: deadline, of: labels) }
    }

    private func conclude(_ report: PollReport) {
        if report.failure != nil {
            latestState.forget()
            tour.forget()
            probes.withdraw()
        }
        let (now, wallClock) = (timeline.now, WallClock.seconds)
        let probes = Registry.Change.publish(
            self.probes.families.map { RenderedFamily($0, of: labels) }, job: Self.probesJob,
            end: .seconds(Int64.max))
        guard publish({ $0.conclude(report, at: now, wallClock: wallClock, target: labels) + [probes] })
        else { return }
        registry.expire(at: now)
        log.report(report)
    }

    /// Under which name the registry has what probes found: it outlives a server that is down.
    private static let probesJob = "(probes)"

    /// Puts up what follows from what has ended; false where the target is watched no more.
    ///
    /// Under the lock, so that nothing is put up for a target that has just been removed.
    private func publish(_ changes: (inout TargetHistory) -> [Registry.Change]) -> Bool {
        history.withLock { history in
            guard !history.isStopped else { return false }
            registry.apply(changes(&history), to: name)
            return true
        }
    }

    // MARK: - Other databases

    /// Looks into each database for what can be seen only there.
    package func lookAround() async {
        guard let outcome = await tour.run() else { return }
        let isWatched = publish { history in
            history.note(outcome.usage, connects: outcome.connects)
            return history.isUp == false ? [] : outcome.changes
        }
        if isWatched { log.report(outcome.fates) }
    }

    // MARK: - Is a new client let in?

    /// Connects as a new client would, and closes.
    ///
    /// Skipped, with no sample, where all of `max_connections` are in use.
    package func visit() async {
        guard history.withLock({ $0.visitor.begin() }) else { return }
        let timeout = interval / 3
        let started = ContinuousClock.now
        let visit = await firstAnswer(within: timeout + .milliseconds(100)) { [self] in
            let visit = await connectAsVisitor(by: .after(timeout), since: started)
            history.withLock { $0.visitor.end() }
            return visit
        }
        if visit == nil, Task.isCancelled { return }
        let ended = visit ?? .failed(visitor.stuck)
        let end = timeline.now + Visit.lifetime
        if publish({ $0.conclude(ended, end: end, target: labels) }) { log.report(ended) }
    }

    private func connectAsVisitor(by deadline: Deadline, since started: ContinuousClock.Instant) async
        -> Visit
    {
        let duration: Duration
        do throws(PostgresError) {
            duration = try await visitor.use(connectBy: deadline) {
                [self] connection, _ throws(PostgresError) in
                let duration = ContinuousClock.now - started
                if let server = try? ServerState.read(from: &connection, by: deadline) {
                    _ = latestState.agrees(server, met: "visit")
                }
                return duration
            }
        } catch {
            return .failed(error)
        }
        await visitor.disconnect()
        return .letIn(after: duration)
    }
}
