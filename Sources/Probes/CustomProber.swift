package import Exposition
import FoundationEssentials
package import Postgres
package import ProbeDefinitions
import Synchronization

/// One custom probe over time: what it does at its ticks, and what it has to tell.
///
/// Safe from any thread; waits for nothing but the connection that it is lent.
package final class CustomProber: Sendable {
    package let probe: CustomProbe
    let state: Mutex<State>
    private let budget: ProbeBudget
    private let vectors: @Sendable (_ probe: String) -> [String]
    private let wallClock: @Sendable () -> Double

    struct State: Sendable {
        var record: ProbeRecord
        var restraint: Restraint
        var arguments: Arguments
        var clock = PlanClock()
        /// The indexes of the database that sort by distance; nil while nobody has asked.
        var annIndexes: Set<String>?
        var problem: String?
        var steps: [CustomStep] = []
    }

    /// Every how many ticks the plans are looked at that something is expected of.
    static let planCheckEvery = 20

    /// `vectors` tells the query vectors of a search probe of the same server, as text, none while they are
    /// unknown; `wallClock` tells seconds since 1970.
    package init(
        _ probe: CustomProbe, budget: ProbeBudget,
        vectors: @escaping @Sendable (_ probe: String) -> [String],
        wallClock: @escaping @Sendable () -> Double = { Date().timeIntervalSince1970 }
    ) {
        self.probe = probe
        self.budget = budget
        self.vectors = vectors
        self.wallClock = wallClock
        let parts: VariantRecord.Parts = probe.statements.contains { $0.expectation.plan != nil } ? .plan : []
        var record = ProbeRecord([VariantRecord("default", parts: parts)])
        if probe.schedule.coldEvery > 0 { record.append(VariantRecord(ProbeRecord.coldVariant)) }
        state = Mutex(
            State(
                record: record, restraint: Restraint(role: probe.role, limits: probe.limits),
                arguments: Arguments(of: probe.statements)))
    }

    var time: Double { wallClock() }

    // MARK: - Ticks

    /// What keeps the probe from running at a tick, which costs nothing to know; nil where nothing does.
    package func reasonToSkip(_ tick: ProbeTick) -> SkipReason? {
        state.withLock { $0.restraint.reasonToSkip(tick, at: time, budget: budget) }
    }

    /// One tick on a session's thread: waits until it is due, runs the steps, judges what comes back.
    ///
    /// Everything is recorded; throws only what makes the connection unusable.
    package func run(_ tick: ProbeTick, on connection: inout Connection) throws(PostgresError) {
        if let reason = reasonToSkip(tick) {
            if reason.meansUnknown { withdraw() }
            return noteSkipped(reason)
        }
        let before = connection.usage
        defer { spend(connection.usage.since(before).databaseTime) }
        state.withLock { state in
            if let duration = tick.cold { state.record.noteConnect(after: duration) }
            state.record.facts = ProbeRecord.Facts(database: connection.database)
        }
        do throws(PostgresError) {
            try prepare(tick, on: &connection)
        } catch {
            note(error, since: tick.due, sent: nil, at: tick)
            if error.endsConnection { throw error }
            return
        }
        let others = vectors
        guard let arguments = state.withLock({ $0.arguments.next(others) }) else {
            return noteSkipped(.unresolved)
        }
        try run(arguments, at: tick, on: &connection)
        do throws(PostgresError) {
            if try keepUp(after: tick, on: &connection) { noteSkipped(.upkeep) }
        } catch {
            state.withLock { $0.problem = error.withoutValues }
            if error.endsConnection { throw error }
        }
    }

    /// There was no connection for the tick.
    ///
    /// Its search should have left when it was `due`; `cold` is how long connecting was tried for a fresh
    /// session, nil for the warm one.
    package func noteNoConnection(
        _ failure: PostgresError, due: ContinuousClock.Instant, cold: Duration? = nil
    ) {
        state.withLock { state in
            state.record.noteNoConnection(failure, due: due, cold: cold, time: time)
            state.problem = failure.withoutValues
        }
    }

    /// Ticks that passed while an earlier run was at work, until it ended: each would have waited that long.
    package func noteMissed(due: [ContinuousClock.Instant], end: ContinuousClock.Instant) {
        state.withLock { $0.record.noteMissed(due.map { max(.zero, end - $0) }) }
    }

    package func noteSkipped(_ reason: SkipReason) {
        state.withLock { $0.record.note(reason) }
    }

    /// Nobody looks at present: what was seen last is shown no more, until the next run has seen it again.
    package func withdraw() {
        state.withLock { state in
            state.record.withdraw()
            state.clock.doubt()
        }
    }

    // MARK: - What it has to tell

    /// What went wrong last, without any value; nil where the latest run went well.
    package var latestProblem: String? { state.withLock { $0.problem } }

    /// The statements of the latest run, as far as it came.
    package var latestSteps: [CustomStep] { state.withLock { $0.steps } }

    package var families: [MetricFamily] {
        state.withLock { state in
            var families = ProbeFamilies(of: probe.name)
            if let database = state.record.facts?.database ?? probe.database {
                families.add(.info, .whole(1), database, "", "", "", "", "", "", "", "custom")
            }
            state.record.add(
                to: &families, schedule: probe.schedule, objective: probe.objective,
                budget: state.restraint.left(of: budget))
            return families.all
        }
    }

    private func spend(_ duration: Duration) {
        budget.spend(duration)
        state.withLock { state in
            state.restraint.spend(duration)
            state.record.spend(duration)
        }
    }
}

extension CustomProbe {
    package var statements: [Statement] {
        steps.compactMap { step in
            if case .statement(let statement) = step { statement } else { nil }
        }
    }
}
