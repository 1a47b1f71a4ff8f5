import Exposition
import Postgres
import Synchronization

/// Runs a target's probes, in at most as many sessions as polls and visits leave.
///
/// One session stays connected for each database while there are enough; with less, they take turns. A
/// further one is opened for what needs a fresh or a long one, and closed again.
package final class ProbeRunner: Sendable {
    private struct State {
        var jobs: [ProbeJob] = []
        /// By database, the least recently used first.
        var warm: [(database: String?, session: Session)] = []
        var spareUsers = 0
        var turns: ProbeTurns
        /// Probes whose search in a fresh session is due, and the ticks that it belongs to.
        var colds: [String: ProbeJob.Point] = [:]
        /// Searches in fresh sessions under way, by probe.
        var coldRuns: [String: Task<Void, Never>] = [:]
        /// By session.
        var facts: [ObjectIdentifier: ConnectionFacts] = [:]
        /// The name of the settings' database, once it is known.
        var ownDatabase: String?
        var usage = Connection.Usage()
        var connects = 0
    }

    private let makeSession: @Sendable () -> Session
    private let mostWarm: Int
    private let spare: Session
    private let watcher: Session
    private let canceller: Canceller
    private let polls: LatestState
    private let state: Mutex<State>

    /// Everything has its own deadline that is sooner.
    private static let longestWork = Duration.seconds(3600)
    /// Longer ones are cancelled where nobody can look for sessions that wait behind them.
    private static let longestUnwatched = Duration.seconds(1)
    /// So long before its tick a probe opens its transaction, and a margin.
    private static let clearance = Duration.milliseconds(60)

    /// `watcher` is a session that is idle most of the time and connected.
    init(
        of target: ConnectionTarget, maxConnections: Int, limit: ConnectionLimit, canceller: Canceller,
        watcher: Session, polls: LatestState
    ) {
        makeSession = { Session(to: target, limit: limit, canceller: canceller) }
        let mostWarm = max(1, maxConnections - 2)
        self.mostWarm = mostWarm
        spare = makeSession()
        self.watcher = watcher
        self.canceller = canceller
        self.polls = polls
        state = Mutex(State(turns: ProbeTurns(mostSessions: mostWarm)))
    }

    /// The probes whose findings are shown.
    package var jobs: [ProbeJob] {
        get { state.withLock { $0.jobs } }
        set {
            let names = Set(newValue.map(\.name))
            let databases = Set(newValue.map(database))
            let (runs, sessions) = state.withLock { state in
                state.jobs = newValue
                state.turns.forgetAll(but: names)
                state.colds = state.colds.filter { names.contains($0.key) }
                let unused = state.warm.filter { !databases.contains($0.database) }.map(\.session)
                state.warm.removeAll { !databases.contains($0.database) }
                return (state.coldRuns.filter { !names.contains($0.key) }.values, unused)
            }
            for run in runs { run.cancel() }
            for session in sessions { Task { await session.close() } }
        }
    }

    /// What all probes have found until now.
    var families: [MetricFamily] { jobs.flatMap { $0.actions.families() }.merged() }

    /// Takes down what was true only while the server was there to say so.
    func withdraw() {
        for job in jobs { job.actions.withdraw() }
    }

    /// What all probes have asked of the server until now.
    var cost: (usage: Connection.Usage, connects: Int) { state.withLock { ($0.usage, $0.connects) } }

    // MARK: - What is due

    /// One tick: the measurement, and now and then another one in a fresh session.
    ///
    /// Returns at once where its task is cancelled, also with a thread that is stuck in resolving a name.
    package func measure(_ job: ProbeJob, at point: ProbeJob.Point) async {
        _ = await firstAnswer(within: Self.longestWork) { [self] in await measureAll(job, at: point) }
    }

    /// What is dear to check; returns as `measure` does.
    package func check(_ job: ProbeJob, at point: ProbeJob.Point) async {
        _ = await firstAnswer(within: Self.longestWork) { [self] in await useSpare(for: job, .check, point) }
    }

    private func measureAll(_ job: ProbeJob, at point: ProbeJob.Point) async {
        let database = database(of: job)
        state.withLock { $0.turns.wait(job.name, in: database, due: point.due, every: job.interval) }
        await lend(warmSession(of: database), to: job, .measure, point, by: .at(point.due + job.timeout))
        state.withLock { $0.turns.begin(job.name) }
        if job.coldEvery > 0, point.number.isMultiple(of: job.coldEvery) {
            state.withLock { $0.colds[job.name] = point }
        }
        guard job.actions.isReady(), let due = state.withLock({ $0.colds.removeValue(forKey: job.name) })
        else { return }
        measureCold(job, due.number)
    }

    /// Besides the ticks, so that one that takes long delays none of them.
    private func measureCold(_ job: ProbeJob, _ number: Int) {
        let point = ProbeJob.Point(number: number, due: .now)
        let hasBegun = state.withLock { state in
            guard state.coldRuns[job.name] == nil else { return false }
            state.coldRuns[job.name] = Task { [self] in
                if !Task.isCancelled { await useSpare(for: job, .cold, point) }
                self.state.withLock { $0.coldRuns[job.name] = nil }
            }
            return true
        }
        if !hasBegun { job.actions.fail(.init(kind: .cold, point: point, cause: Self.isTaken)) }
    }

    func endOfColdRuns() async {
        for run in state.withLock({ Array($0.coldRuns.values) }) { await run.value }
    }

    private static let isTaken = ProbeJob.Obstacle.Cause.noConnection(
        .cannotConnect(.connectionLimit, "another probe is at work"))

    func interruptForGood() {
        for session in allSessions { session.interruptForGood() }
    }

    func close() async {
        for run in state.withLock({ $0.coldRuns.values }) { run.cancel() }
        await endOfColdRuns()
        for session in allSessions { await session.close() }
    }

    // MARK: - Sessions

    private var allSessions: [Session] { [spare] + state.withLock { $0.warm.map(\.session) } }

    /// nil for that of the settings, also where the probe names it.
    private func database(of job: ProbeJob) -> String? {
        state.withLock { $0.ownDatabase == job.database ? nil : job.database }
    }

    private func warmSession(of database: String?) -> Session {
        state.withLock { state in
            let known = state.warm.firstIndex { $0.database == database }
            let reused = known ?? (state.warm.count < mostWarm ? nil : 0)
            let session = reused.map { state.warm.remove(at: $0).session } ?? makeSession()
            state.warm.append((database, session))
            return session
        }
    }

    /// Uses the session that is closed after each use: a check waits for it, a search does not.
    private func useSpare(for job: ProbeJob, _ kind: ProbeJob.Obstacle.Kind, _ point: ProbeJob.Point) async {
        let isFree = state.withLock { state in
            defer { state.spareUsers += 1 }
            return state.spareUsers == 0
        }
        defer { state.withLock { $0.spareUsers -= 1 } }
        guard isFree || kind == .check else {
            return job.actions.fail(.init(kind: kind, point: point, cause: Self.isTaken))
        }
        await lend(spare, to: job, kind, point, by: .after(job.timeout), orWithin: job.timeout)
        await spare.disconnect()
    }

    private func lend(
        _ session: Session, to job: ProbeJob, _ kind: ProbeJob.Obstacle.Kind, _ point: ProbeJob.Point,
        by deadline: Deadline, orWithin patience: Duration = .zero
    ) async {
        let watch = Watch(by: watcher, canceller: canceller) { [self] in note($0, $1) }
        let (started, database, id) = (ContinuousClock.now, database(of: job), ObjectIdentifier(session))
        let isElsewhere = Mutex(false)
        do throws(PostgresError) {
            try await watch.use(session, of: database, connectBy: deadline, orWithin: patience) {
                [self] connection, isNew throws(PostgresError) in
                if kind == .measure { state.withLock { $0.turns.begin(job.name) } }
                let connecting = ContinuousClock.now - started
                let before = isNew ? Connection.Usage() : connection.usage
                defer { note(connection.usage.since(before), isNew) }
                if job.database == nil { note(ownDatabase: connection.database) }
                let isNewToIt = state.withLock { state in
                    if isNew { state.facts[id] = nil }
                    return state.facts[id, default: ConnectionFacts()].meets(job.name)
                }
                let server = try server(of: id, &connection, by: .after(job.timeout))
                guard polls.agrees(server, met: "\(id)") else {
                    return isElsewhere.withLock { $0 = true }
                }
                let occasion = ProbeJob.Occasion(
                    point: point, server: server, isNewConnection: isNewToIt,
                    connecting: kind == .cold ? connecting : nil,
                    // A pooler tells its own process numbers, behind which nobody waits.
                    allowance: connection.isWrapped ? Self.longestUnwatched : .seconds(3600),
                    hasYielded: { watch.hasYielded }, freeUntil: { [self] in nextClaim(on: database) })
                let use = kind == .check ? job.actions.check : job.actions.measure
                // The probe has noted what failed; whether the connection is still good shows by itself.
                try? use(&connection, occasion)
            }
        } catch {
            return job.actions.fail(.init(kind: kind, point: point, cause: .noConnection(error)))
        }
        guard isElsewhere.withLock({ $0 }) else { return }
        // A new connection may lead to where the polls are.
        await session.disconnect()
        job.actions.fail(.init(kind: kind, point: point, cause: .otherServer))
    }

    /// When somebody will want the session of `database` again, less what they need to get ready.
    private func nextClaim(on database: String?) -> ContinuousClock.Instant {
        let now = ContinuousClock.now
        let next = state.withLock { $0.turns.next(in: database, after: now) }
        return (next ?? now + Self.longestWork) - Self.clearance
    }

    /// What the polls know of the server where it is theirs, else what it says itself.
    private func server(
        of session: ObjectIdentifier, _ connection: inout Connection, by deadline: Deadline
    ) throws(PostgresError) -> ServerState {
        let known = state.withLock { $0.facts[session]?.server }
        if let known, let polled = polls.value, polled.startTime == known.startTime { return polled }
        let server = try ServerState.read(from: &connection, by: deadline)
        state.withLock { $0.facts[session]?.server = server }
        return server
    }

    private func note(_ usage: Connection.Usage, _ isNewConnection: Bool) {
        state.withLock { state in
            state.usage.add(usage)
            state.connects += isNewConnection ? 1 : 0
        }
    }

    private func note(ownDatabase name: String) {
        state.withLock { $0.ownDatabase = name }
    }
}
