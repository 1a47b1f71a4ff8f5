import Exposition
import Postgres
import Synchronization

/// Looks into the databases of a server, one after the other, and into none of them for long.
///
/// It connects to each anew and leaves at once, so that nothing of ours blocks a DROP DATABASE.
package final class Tour: Sendable {
    private struct State {
        var history: TourHistory
        var worker = Worker()
        /// The first database of the next tour.
        var next = ""
        /// Those that the server had at the latest look.
        var databases: [String] = []
    }

    /// Nobody looks for sessions that wait behind these statements.
    private static let longestStatement = Duration.seconds(1)

    package let interval: Duration
    package var isNeeded: Bool { !jobs.isEmpty }
    private let choice: DatabaseChoice
    private let jobs: [Job]
    private let labels: Labels
    private let timeline: Timeline
    private let session: Session
    private let polls: LatestState
    private let state: Mutex<State>

    init(
        of target: ConnectionTarget, every interval: Duration, choice: DatabaseChoice, jobs: [Job],
        labels: Labels, limit: ConnectionLimit, canceller: Canceller, timeline: Timeline,
        polls: LatestState
    ) {
        self.interval = interval
        self.choice = choice
        self.jobs = jobs
        self.labels = labels
        self.timeline = timeline
        self.polls = polls
        session = Session(to: target.limited(to: Self.longestStatement), limit: limit, canceller: canceller)
        state = Mutex(State(history: TourHistory(jobs, every: interval)))
    }

    /// How its jobs have fared until now.
    package var records: [JobRecord] { state.withLock { $0.history.records } }

    /// Looks into as many databases as there is time for; the others come first the next time.
    ///
    /// nil where the thread of an earlier tour is still stuck, or there is nothing to look for.
    func run() async -> Outcome? {
        guard !jobs.isEmpty, state.withLock({ $0.worker.begin() }) else { return nil }
        return await firstAnswer(within: interval) { [self] in
            let outcome = await look(until: .after(interval * 2 / 3))
            state.withLock { $0.worker.end() }
            return outcome
        }
    }

    /// The server is down, and what was found there is shown no more.
    func forget() {
        state.withLock { $0.history.forget() }
    }

    struct Outcome: Sendable {
        var usage = Connection.Usage()
        var connects = 0
        var changes: [Registry.Change] = []
        var fates: [TourHistory.Fate] = []
    }

    func interruptForGood() {
        session.interruptForGood()
    }

    func close() async {
        await session.close()
    }

    // MARK: -

    private func look(until deadline: Deadline) async -> Outcome {
        var outcome = Outcome()
        let databases: [String?]
        do throws(PostgresError) {
            databases = try await list(by: deadline, into: &outcome)
        } catch {
            databases = []
        }
        for (position, database) in databases.enumerated()
        where position == 0 || Self.hasTime(until: deadline) {
            await look(into: database, isFirst: position == 0, by: deadline, into: &outcome)
        }
        await session.disconnect()
        let (now, wallClock) = (timeline.now, WallClock.seconds)
        (outcome.changes, outcome.fates) = state.withLock { state in
            (
                state.history.conclude(databases: state.databases, at: now, wallClock: wallClock),
                state.history.fates
            )
        }
        return outcome
    }

    /// The databases in the order of this tour.
    private func list(by deadline: Deadline, into outcome: inout Outcome) async throws(PostgresError)
        -> [String?]
    {
        let (existing, own, usage) = try await session.use(connectBy: deadline) {
            connection, _ throws(PostgresError) in
            (try connection.databases(by: deadline), connection.database, connection.usage)
        }
        outcome.usage.add(usage)
        outcome.connects += 1
        let places = jobs.map { $0.places(among: existing, own: own, choice) }
        let names = Set(places.joined()).intersection(existing + [own]).sorted()
        return state.withLock { state in
            state.history.lookOnly(into: places)
            for (job, places) in places.enumerated() {
                for name in places where !names.contains(name) {
                    state.history.note(absent: name, of: job)
                }
            }
            state.databases = names
            let start = names.firstIndex { $0 >= state.next } ?? 0
            return Array(names[start...] + names[..<start])
        }
    }

    /// Whether another statement may begin: one that only the tour's end would stop says nothing of itself.
    private static func hasTime(until deadline: Deadline) -> Bool {
        Deadline.after(longestStatement) < deadline
    }

    /// Jobs for which no time is left run the next time, which begins here; the first database's run anyhow.
    private func look(
        into database: String?, isFirst: Bool, by deadline: Deadline, into outcome: inout Outcome
    ) async {
        guard let database else { return }
        let due = state.withLock { $0.history.dueJobs(in: database, at: timeline.now) }
        state.withLock { $0.next = database + "\u{1}" }
        guard !due.isEmpty else { return }
        let (jobs, labels) = (jobs, labels)
        do throws(PostgresError) {
            let (outcomes, isWhole, usage) = try await session.use(of: database, connectBy: deadline) {
                [polls] connection, _ throws(PostgresError) in
                let server = try ServerState.read(from: &connection, by: deadline)
                var outcomes: [(job: Int, outcome: PollReport.Outcome)] = []
                // What another server has is not to be shown as this one's.
                for job in due where polls.agrees(server, met: "tour") {
                    guard isFirst || Self.hasTime(until: deadline) else {
                        return (outcomes, false, connection.usage)
                    }
                    let found = jobs[job].outcome(on: &connection, server, by: deadline, of: labels)
                    outcomes.append((job, found))
                }
                return (outcomes, true, connection.usage)
            }
            outcome.usage.add(usage)
            outcome.connects += 1
            state.withLock { state in
                state.history.note(outcomes, in: database, at: timeline.now)
                if !isWhole { state.next = database }
            }
        } catch {
            state.withLock { $0.history.note(JobFailure(error), in: database, at: timeline.now) }
        }
    }
}

extension Job {
    /// The databases that it looks into; those that it names itself even where they are not there.
    fileprivate func places(among existing: [String], own: String, _ choice: DatabaseChoice) -> [String] {
        if case .named(let names) = databases { return names }
        return (databases ?? choice).names(among: existing, own: own)
    }
}
