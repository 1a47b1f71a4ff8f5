package import Exposition
import FoundationEssentials
package import Postgres
package import ProbeDefinitions
import Synchronization

/// One search probe over time: what it does at its ticks, and what it has to tell.
///
/// Safe from any thread; waits for nothing but the connection that it is lent.
package final class SearchProber: Sendable {
    package let probe: SearchProbe
    let budget: ProbeBudget
    let state: Mutex<State>
    private let wallClock: @Sendable () -> Double

    struct State: Sendable {
        var record: ProbeRecord
        var restraint: Restraint
        /// nil while it is not known what to search, or there is nothing to be searched.
        var knowledge: Knowledge?
        /// Whether the catalogue may say something else by now.
        var isDoubtful = false
        /// Variants whose settings were read back in the warm session.
        var readBack: Set<Int> = []
        var trends: [LatencyTrend]
        var plans: [PlanClock]
        var truths = TruthMemory()
        var samplePlan: SamplePlan
        /// How often in a row there was no time to find out what to search.
        var lateStarts = 0
        var problem: String?

        mutating func doubtPlans() {
            for index in plans.indices { plans[index].doubt() }
        }
    }

    /// `wallClock` tells seconds since 1970.
    package init(
        _ probe: SearchProbe, budget: ProbeBudget,
        wallClock: @escaping @Sendable () -> Double = { Date().timeIntervalSince1970 }
    ) {
        precondition(!probe.variants.isEmpty, "a probe has at least one variant")
        self.probe = probe
        self.budget = budget
        self.wallClock = wallClock
        let count = probe.variants.count
        state = Mutex(
            State(
                record: ProbeRecord(of: probe),
                restraint: Restraint(role: probe.role, limits: probe.limits),
                trends: Array(repeating: LatencyTrend(), count: count),
                plans: Array(repeating: PlanClock(), count: count),
                samplePlan: SamplePlan(rows: probe.recall.sample.rows)))
    }

    var time: Double { wallClock() }

    // MARK: - Ticks

    /// What keeps the probe from running at a tick, which costs nothing to know; nil where nothing does.
    package func reasonToSkip(_ tick: ProbeTick) -> SkipReason? {
        state.withLock { $0.restraint.reasonToSkip(tick, at: time, budget: budget) }
    }

    /// One tick on a session's thread: waits until it is due, searches, looks at plans and at what is new.
    ///
    /// Everything is recorded; throws only what makes the connection unusable.
    package func run(_ tick: ProbeTick, on connection: inout Connection) throws(PostgresError) {
        if let reason = reasonToSkip(tick) {
            if reason.meansUnknown { withdraw() }
            return noteSkipped(reason)
        }
        let before = connection.usage
        defer { spend(connection.usage.since(before).databaseTime) }
        if let cold = tick.cold {
            try runCold(tick, connectedAfter: cold, on: &connection)
        } else {
            try runWarm(tick, on: &connection)
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
            state.readBack = []
            state.doubtPlans()
            state.isDoubtful = state.knowledge != nil
        }
    }

    /// Whether it is known what to search.
    package var isResolved: Bool { state.withLock { $0.knowledge != nil } }

    // MARK: - What it has to tell

    /// What went wrong last, without any value; nil where the latest run went well.
    package var latestProblem: String? { state.withLock { $0.problem } }

    /// The query vectors that it rotates through, as text; empty while there are none.
    package var queryTexts: [String] { state.withLock { $0.knowledge?.questions.texts ?? [] } }

    package var families: [MetricFamily] {
        state.withLock { state in
            var families = ProbeFamilies(of: probe.name)
            addInfo(state.record.facts, to: &families)
            state.record.add(
                to: &families, schedule: probe.schedule, objective: probe.objective,
                budget: state.restraint.left(of: budget))
            if state.record.truth != nil {
                families.add(.truthInterval, .seconds(probe.recall.exact.interval))
            }
            return families.all
        }
    }

    private func addInfo(_ facts: ProbeRecord.Facts?, to families: inout ProbeFamilies) {
        guard let database = facts?.database ?? probe.database else { return }
        let target = probe.target
        var column = ""
        if case .column(let name) = target.searched { column = name }
        families.add(
            .info, .whole(1), database, target.schema, target.table, column, target.operator,
            facts?.accessMethod ?? "", "\(target.k)", probe.queries.origin.word, "search")
    }

    func spend(_ duration: Duration) {
        budget.spend(duration)
        state.withLock { state in
            state.restraint.spend(duration)
            state.record.spend(duration)
        }
    }
}

extension QuerySource.Origin {
    /// As a label's value.
    var word: String {
        switch self {
        case .table: "table"
        case .sql: "sql"
        case .file: "file"
        case .vectorChordSamples: "vchord_samples"
        case .randomUnit: "random_unit"
        }
    }
}
