import Postgres
import ProbeDefinitions
import Synchronization

/// What is looked at besides the search itself, and is not in its duration.
extension SearchProber {
    func lookAtPlans(of variants: [Int], at tick: ProbeTick, on connection: inout Connection)
        throws(PostgresError)
    {
        for variant in variants {
            let look = state.withLock { state in
                state.plans[variant].look(
                    at: tick.number, explainEvery: probe.explainEvery, checkEvery: probe.planCheckEvery)
            }
            // A look that would run into the next tick waits for a better one.
            guard tick.due + probe.schedule.interval / 2 > .now else { return }
            guard let look, state.withLock({ $0.record[variant: variant].isSuccess }) == true else {
                continue
            }
            do throws(PostgresError) {
                try explain(variant, look, at: tick, on: &connection)
            } catch {
                state.withLock { $0.problem = error.withoutValues }
                if error.endsConnection { throw error }
            }
        }
    }

    /// With another query vector: the search has just warmed the pages of its own.
    private func explain(
        _ variant: Int, _ look: PlanClock.Look, at tick: ProbeTick, on connection: inout Connection
    ) throws(PostgresError) {
        guard let (search, question) = nextQuestion(for: .plan(variant: variant)) else { return }
        let settings = probe.variants[variant].settings
        let timeout = tick.timeout(probe.schedule)
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
