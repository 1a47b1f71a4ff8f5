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
    }

    private let makeSession: @Sendable () -> Session
    private let mostWarm: Int
    private let spare: Session
    private let watcher: Session
    private let canceller: Canceller
    private let isWatchable: Bool
    private let knownServer: @Sendable () -> ServerState?
    private let state = Mutex(State())

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
        // A pooler tells its own process numbers, behind which nobody waits.
        isWatchable = !target.isPooled
        self.knownServer = knownServer
    }

    /// The probes whose findings are shown.
    package var jobs: [ProbeJob] {
        get { state.withLock { $0.jobs } }
        set { state.withLock { $0.jobs = newValue } }
    }

    /// What all probes have found until now.
    var families: [MetricFamily] { jobs.flatMap { $0.actions.families() }.merged() }

    // MARK: - What is due

    /// One tick: the measurement, and now and then another one in a fresh session.
    package func measure(_ job: ProbeJob, at point: ProbeJob.Point) async {
        let deadline = Deadline.at(point.due + job.timeout)
        await lend(warmSession(of: job.database), to: job, .measure, point, by: deadline)
        guard job.coldEvery > 0, point.number.isMultiple(of: job.coldEvery) else { return }
        await useSpare(for: job, .cold, .init(number: point.number, due: .now))
    }

    /// What is dear to check.
    package func check(_ job: ProbeJob, at point: ProbeJob.Point) async {
        await useSpare(for: job, .check, point)
    }

    func interruptForGood() {
        for session in allSessions { session.interruptForGood() }
    }

    func close() async {
        for session in allSessions { await session.close() }
    }

    // MARK: - Sessions

    private var allSessions: [Session] { [spare] + state.withLock { $0.warm.map(\.session) } }

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
        await lend(spare, to: job, kind, point, by: .after(job.timeout))
        await spare.close()
    }

    private func lend(
        _ session: Session, to job: ProbeJob, _ kind: ProbeJob.Obstacle.Kind, _ point: ProbeJob.Point,
        by deadline: Deadline
    ) async {
        let watch = Watch(by: watcher, canceller: canceller)
        let isWatched = isWatchable
        let started = ContinuousClock.now
        let knownServer = knownServer
        do throws(PostgresError) {
            try await watch.use(session, of: job.database, connectBy: deadline) {
                connection, isNew throws(PostgresError) in
                let connecting = ContinuousClock.now - started
                let server = try Self.state(knownServer(), from: &connection, by: deadline)
                let occasion = ProbeJob.Occasion(
                    point: point, server: server, isNewConnection: isNew,
                    connecting: kind == .cold ? connecting : nil,
                    allowance: isWatched ? .seconds(3600) : Self.longestUnwatched,
                    hasYielded: { watch.hasYielded })
                let use = kind == .check ? job.actions.check : job.actions.measure
                // The probe has noted what failed; whether the connection is still good shows by itself.
                try? use(&connection, occasion)
            }
        } catch {
            job.actions.fail(.init(kind: kind, point: point, failure: error))
        }
    }

    private static func state(
        _ known: ServerState?, from connection: inout Connection, by deadline: Deadline
    ) throws(PostgresError) -> ServerState {
        if let known { return known }
        return try ServerState.read(from: &connection, by: deadline)
    }
}
