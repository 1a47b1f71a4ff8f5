import Postgres
import ProbeDefinitions
import Synchronization

/// What is looked at besides the search itself, and is not in its duration.
extension SearchProber {
    /// True where a look had to be put off, since it would have run into somebody's next tick.
    func lookAtPlans(of variants: [Int], at tick: ProbeTick, on connection: inout Connection)
        throws(PostgresError) -> Bool
    {
        var isLate = false
        for variant in variants {
            let (look, usual) = state.withLock { state in
                let look = state.plans[variant].look(
                    at: tick.number, explainEvery: probe.explainEvery, checkEvery: probe.planCheckEvery)
                let record = state.record[variant: variant]
                return (record.isSuccess == true ? look : nil, record.latestDuration ?? .zero)
            }
            guard var look else { continue }
            let left = tick.upkeepEnd(probe.schedule).remaining
            if look == .run, left < usual + Self.leastUpkeep {
                isLate = true
                look = .plan  // Which takes no longer than planning does.
            }
            guard left >= Self.leastUpkeep else { return true }
            do throws(PostgresError) {
                try explain(variant, look, at: tick, within: left, on: &connection)
            } catch {
                isLate = isLate || error.isCancel
                if !error.isCancel { state.withLock { $0.problem = error.withoutValues } }
                if error.endsConnection { throw error }
            }
        }
        return isLate
    }

    /// With another query vector: the search has just warmed the pages of its own.
    private func explain(
        _ variant: Int, _ look: PlanClock.Look, at tick: ProbeTick, within time: Duration,
        on connection: inout Connection
    ) throws(PostgresError) {
        guard let (search, question) = nextQuestion(for: .plan(variant: variant)) else { return }
        let settings = probe.variants[variant].settings
        let timeout = min(tick.timeout(probe.schedule), time)
        let patience = timeout + .seconds(1)
        let sql = search.explainSQL(
            rows: question.rows(for: probe.target.k), variant: probe.variants[variant].name,
            isAnalyzed: look == .run)
        let json = try connection.transaction(
            set: locals(of: search, settings, timeout: timeout), by: .after(patience * 2)
        ) { connection throws(PostgresError) in
            let rows = try connection.query(sql, with: question.parameters, by: .after(patience))
            return rows.count > 0 ? rows.text(row: 0, column: 0) : nil
        }
        guard let summary = json.flatMap(search.summary) else { return }
        state.withLock { state in
            let before = state.record[variant: variant].plan
            state.record[variant: variant].note(summary, expected: probe.expectedPlan)
            state.plans[variant].note(look, at: tick.number)
            if let before, before != summary.path { state.isDoubtful = true }
        }
    }
}
