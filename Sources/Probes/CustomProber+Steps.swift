import Postgres
import ProbeDefinitions
import SQL
import Synchronization

extension CustomProber {
    /// The steps in one transaction, one of them timed.
    func run(_ arguments: [[String?]], at tick: ProbeTick, on connection: inout Connection)
        throws(PostgresError)
    {
        let isPlanDue = state.withLock { state in
            state.clock.look(at: tick.number, explainEvery: 0, checkEvery: Self.planCheckEvery) != nil
        }
        var run = CustomRun(
            probe, arguments, annIndexes: state.withLock { $0.annIndexes ?? [] }, looksAtPlans: isPlanDue,
            due: tick.cold == nil ? tick.due : nil, wasYielded: tick.wasYielded)
        let timeout = tick.timeout(probe.schedule)
        let locals = [LocalSetting].limits(of: timeout) + [LocalSetting(searchPath: probe.searchPath)]
        defer { state.withLock { $0.steps = run.steps } }
        let end = Deadline.at(max(tick.due, .now) + (timeout + .seconds(1)) * (probe.steps.count + 1))
        do throws(PostgresError) {
            if tick.cold == nil { try connection.wait(until: .at(tick.due - .milliseconds(50))) }
            try connection.transaction(set: locals, within: tick.allowance, by: end) {
                connection throws(PostgresError) in try run.go(on: &connection)
            }
        } catch {
            let isOutOfTime = run.began.map { .now - $0 >= tick.allowance - .milliseconds(10) } ?? false
            note(error, since: run.clock.start, sent: run.clock.sent, isOutOfTime, at: tick)
            if error.endsConnection { throw error }
            return
        }
        note(run, at: tick)
    }

    private func note(_ run: CustomRun, at tick: ProbeTick) {
        let expectation = probe.statements.first(where: \.isMeasured)?.expectation
        state.withLock { state in
            let variant = state.record.variant(isCold: tick.cold != nil)
            state.record[variant: variant].noteAnswer(after: run.clock.duration, at: time)
            state.record[variant: variant].note(
                rows: run.measuredRows, of: expectation?.minimumRows ?? 0,
                expected: expectation?.minimumRows)
            if variant == 0 { state.restraint.note(timedOut: false, at: tick.number) }
            if variant == 0, run.looksAtPlans {
                state.clock.note(.plan, at: tick.number)
                if let path = run.measuredPath {
                    state.record[variant: 0].note(path, expected: expectation?.plan ?? .any)
                    // It may be an index that is newer than our list.
                    if path == .otherIndex { state.annIndexes = nil }
                }
            }
            state.problem = run.complaint
            if run.complaint != nil { state.record[variant: variant].noteInvalidAnswer() }
        }
    }

    func note(
        _ error: PostgresError, since start: ContinuousClock.Instant, sent: ContinuousClock.Instant?,
        _ isOutOfTime: Bool = false, at tick: ProbeTick
    ) {
        let now = ContinuousClock.now
        let timeout = tick.timeout(probe.schedule)
        let failure = ProbeFailure(
            error, after: isOutOfTime ? timeout : now - (sent ?? start), timeout: timeout,
            wasYielded: tick.wasYielded())
        guard let failure else { return }
        state.withLock { state in
            let variant = state.record.variant(isCold: tick.cold != nil)
            state.record[variant: variant].note(
                failure, after: max(.zero, now - start),
                // What went wrong sooner was nothing of a user's, unless all of us had to wait.
                isObserved: failure.isObserved && (sent != nil || error == .timedOut), at: time)
            if variant == 0 { state.restraint.note(timedOut: failure == .timeout, at: tick.number) }
            state.problem = error.withoutValues
        }
    }

    // MARK: - What is found out outside of the timed part

    /// What the first run cannot do without.
    func prepare(_ tick: ProbeTick, on connection: inout Connection) throws(PostgresError) {
        if state.withLock({ $0.arguments.mustAsk }) { try refreshArguments(at: tick, on: &connection) }
        let expectsPlan = probe.statements.contains { $0.expectation.plan != nil }
        if expectsPlan, state.withLock({ $0.annIndexes == nil }) { try readIndexes(on: &connection) }
    }

    /// Asks again for values that are an hour old, before anybody's next tick.
    ///
    /// True where that had to be put off.
    func keepUp(after tick: ProbeTick, on connection: inout Connection) throws(PostgresError) -> Bool {
        guard state.withLock({ !$0.arguments.outdated.isEmpty }) else { return false }
        let left = tick.upkeepEnd(probe.schedule).remaining
        guard left >= .milliseconds(20) else { return true }
        do throws(PostgresError) {
            try refreshArguments(at: tick, within: left, on: &connection)
            return false
        } catch {
            if error.isCancel { return true }
            throw error
        }
    }

    private func refreshArguments(
        at tick: ProbeTick, within time: Duration = .seconds(3600), on connection: inout Connection
    ) throws(PostgresError) {
        let end = ContinuousClock.now + time
        for sql in state.withLock({ $0.arguments.outdated }) {
            let timeout = min(tick.timeout(probe.schedule), end - .now)
            guard timeout > .zero else { throw .outOfTime }
            let patience = timeout + .seconds(1)
            let limits = [LocalSetting].limits(of: timeout)
            let locals = limits + [LocalSetting(searchPath: probe.searchPath)]
            let values = try connection.transaction(set: locals, by: .after(patience)) {
                connection throws(PostgresError) in
                let rows = try connection.query(sql, with: [], by: .after(patience))
                var values: [String] = []
                for row in 0..<min(rows.count, Arguments.mostValues) where rows.columns.count > 0 {
                    if let value = rows.text(row: row, column: 0) { values.append(value) }
                }
                return values
            }
            state.withLock { $0.arguments.note(values, of: sql) }
        }
    }

    private func readIndexes(on connection: inout Connection) throws(PostgresError) {
        let sql = """
            /* pgvigil probe indexes */
            SELECT DISTINCT index.relname
            FROM pg_catalog.pg_index
            JOIN pg_catalog.pg_class AS index ON index.oid = indexrelid
            JOIN pg_catalog.pg_am AS method ON method.oid = index.relam
            JOIN pg_catalog.pg_opclass AS class ON class.oid = indclass[0]
            JOIN pg_catalog.pg_amop ON amopfamily = class.opcfamily AND amoppurpose = 'o'
            WHERE method.amname NOT IN ('gist', 'spgist')
            """
        let rows = try connection.query(sql, by: .after(probe.schedule.timeout))
        var names: Set<String> = []
        for row in 0..<rows.count { if let name = rows.text(row: row, column: 0) { names.insert(name) } }
        state.withLock { $0.annIndexes = names }
    }
}
