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
    private let knownServer: @Sendable () -> ServerState?
    private let state = Mutex(State())

    /// Everything has its own deadline that is sooner.
    private static let longestWork = Duration.seconds(3600)
    /// Longer ones are cancelled where nobody can look for sessions that wait behind them.
    private static let longestUnwatched = Duration.seconds(1)

    /// `watcher` is a session that is idle most of the time and connected.
    init(
        of target: ConnectionTarget, maxConnections: Int, limit: ConnectionLimit, canceller: Canceller,
        watcher: Session, knownServer: @escaping @Sendable () -> ServerState?
    ) {
        makeSession = { Session(to: target, limit: limit, canceller: canceller) }
        mostWarm = max(1, maxConnections - 2)
        spare = makeSession()
        self.watcher = watcher
        self.canceller = canceller
        self.knownServer = knownServer
    }

    /// The probes whose findings are shown.
    package var jobs: [ProbeJob] {
        get { state.withLock { $0.jobs } }
        set { state.withLock { $0.jobs = newValue } }
    }

    /// What all probes have found until now.
    var families: [MetricFamily] { jobs.flatMap { $0.actions.families() }.merged() }

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
        let session = warmSession(of: database(of: job))
        await lend(session, to: job, .measure, point, by: .at(point.due + job.timeout))
        guard job.coldEvery > 0, point.number.isMultiple(of: job.coldEvery) else { return }
        await useSpare(for: job, .cold, .init(number: point.number, due: .now))
    }

    func interruptForGood() {
        for session in allSessions { session.interruptForGood() }
    }

    func close() async {
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
            let failure = PostgresError.cannotConnect(.connectionLimit, "another probe is at work")
            return job.actions.fail(.init(kind: kind, point: point, failure: failure))
        }
        await lend(spare, to: job, kind, point, by: .after(job.timeout), orWithin: job.timeout)
        await spare.disconnect()
    }

    private func lend(
        _ session: Session, to job: ProbeJob, _ kind: ProbeJob.Obstacle.Kind, _ point: ProbeJob.Point,
        by deadline: Deadline, orWithin patience: Duration = .zero
    ) async {
        let watch = Watch(by: watcher, canceller: canceller)
        let started = ContinuousClock.now
        do throws(PostgresError) {
            try await watch.use(session, of: database(of: job), connectBy: deadline, orWithin: patience) {
                [self] connection, isNew throws(PostgresError) in
                let connecting = ContinuousClock.now - started
                let before = isNew ? Connection.Usage() : connection.usage
                defer { note(connection.usage.since(before), isNew) }
                if job.database == nil { note(ownDatabase: connection.database) }
                let server = try Self.state(knownServer(), from: &connection, by: .after(job.timeout))
                let occasion = ProbeJob.Occasion(
                    point: point, server: server, isNewConnection: isNew,
                    connecting: kind == .cold ? connecting : nil,
                    // A pooler tells its own process numbers, behind which nobody waits.
                    allowance: connection.isWrapped ? Self.longestUnwatched : .seconds(3600),
                    hasYielded: { watch.hasYielded })
                let use = kind == .check ? job.actions.check : job.actions.measure
                // The probe has noted what failed; whether the connection is still good shows by itself.
                try? use(&connection, occasion)
            }
        } catch {
            job.actions.fail(.init(kind: kind, point: point, failure: error))
        }
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

    private static func state(
        _ known: ServerState?, from connection: inout Connection, by deadline: Deadline
    ) throws(PostgresError) -> ServerState {
        if let known { return known }
        return try ServerState.read(from: &connection, by: deadline)
    }
}
