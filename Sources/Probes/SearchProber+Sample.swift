import Postgres
import ProbeDefinitions
import SQL
import Synchronization

/// The resident sample: rows that are kept here, so that a search that misses one of them gives itself away.
extension SearchProber {
    /// For so many ticks nothing is drawn after it went wrong; twice as many each further time.
    private static let rest = 4
    private static let longestRest = Duration.seconds(3600)
    private static let fewestRows = 50
    /// Of one search: to ask for more would cost more than it tells.
    private static let mostMissed = 100

    /// How many rows are to be drawn, and from when on: less after it took too long.
    struct SamplePlan: Sendable {
        var rows: Int
        var rest = ContinuousClock.now
        /// How often in a row it went wrong.
        var failures = 0
        var round = 0
    }

    /// The probe, with as many sampled rows as could be drawn in time.
    var adjustedProbe: SearchProbe {
        var adjusted = probe
        adjusted.recall.sample.rows = state.withLock { $0.samplePlan.rows }
        return adjusted
    }

    /// Whether there is no sample, or an old one.
    func isSampleDue(_ state: State) -> Bool {
        guard probe.recall.modes.contains(.residentSample), probe.target.filter == nil,
            let knowledge = state.knowledge, knowledge.search.metricOperator != nil,
            state.samplePlan.rest <= .now
        else { return false }
        return knowledge.sample.map { $0.drawn + probe.recall.sample.refresh <= .now } ?? true
    }

    /// Draws the sample where that is due; false where it took too long, and was given up.
    func refreshSample(on connection: inout Connection, by deadline: Deadline) throws(PostgresError) -> Bool {
        let (due, plan) = state.withLock { (isSampleDue($0) ? $0.knowledge : nil, $0.samplePlan) }
        guard let knowledge = due, let distance = knowledge.search.metricOperator else { return true }
        do throws(SearchError) {
            let rows = try knowledge.search.drawSample(round: plan.round, on: &connection, by: deadline)
            let sample = Knowledge.Sample(sentinel: Sentinel(rows: rows, distance: distance), drawn: .now)
            state.withLock { state in
                state.samplePlan.round += 1
                state.samplePlan.failures = 0
                state.knowledge?.sample = sample
                state.record.sampleRatio = state.knowledge?.sampleRatio
            }
            return true
        } catch {
            state.withLock { state in
                let rest = probe.schedule.interval * (Self.rest << min(state.samplePlan.failures, 8))
                state.samplePlan.rest = .now + min(rest, Self.longestRest)
                state.samplePlan.failures += 1
            }
            guard case .postgres(let failure) = error, failure == .timedOut || failure.isCancel else {
                state.withLock { $0.problem = error.description }
                if case .postgres(let failure) = error, failure.endsConnection { throw failure }
                return true
            }
            drawLess()
            if failure.endsConnection { throw failure }
            return false
        }
    }

    private func drawLess() {
        state.withLock { state in
            state.samplePlan.rows = min(
                state.samplePlan.rows, max(Self.fewestRows, state.samplePlan.rows / 4))
            state.isDoubtful = true
        }
    }

    // MARK: - Comparing

    /// Rows that look missed are asked for: one that was deleted or changed since then was not missed.
    func compareWithSample(
        _ answers: [Hit], to question: Question, of search: Search, recordedAs variant: Int,
        at tick: ProbeTick, on connection: inout Connection
    ) throws(PostgresError) {
        // Where there may be no time to ask, nothing is compared: to leave out misses alone would be a lie.
        let left = tick.cold == nil ? tick.freeUntil() - .now : probe.schedule.timeout
        let time = min(tick.timeout(probe.schedule), left)
        guard time >= Self.leastUpkeep, let sentinel = state.withLock({ $0.knowledge?.sample?.sentinel }),
            state.withLock({ $0.record[variant: variant].parts.contains(.sentinel) }),
            let query = VectorValue(question.text, type: search.metricType)
        else { return }
        let nearer = sentinel.missedKeys(
            query: query, found: answers, k: probe.target.k, tieEpsilon: probe.recall.tieEpsilon,
            excluding: question.key)
        guard let nearer else { return }
        // A short result lacks just so many; which of the sample are among them nobody knows.
        let lacking = probe.target.k - answers.count
        var missed = Array(nearer.prefix(Self.mostMissed))
        if !missed.isEmpty, let sql = search.rowsSQL {
            do throws(PostgresError) {
                let rows = try rows(missed, sql, question, of: search, within: time, on: &connection)
                missed = stillNearer(rows, than: answers).map(\.key)
            } catch {
                if error.endsConnection { throw error }
                return
            }
        }
        let count = lacking > 0 ? min(missed.count, lacking) : missed.count
        state.withLock { $0.record[variant: variant].note(sentinelMissedRows: count) }
    }

    private func rows(
        _ keys: [String], _ sql: String, _ question: Question, of search: Search, within timeout: Duration,
        on connection: inout Connection
    ) throws(PostgresError) -> [Hit] {
        let patience = timeout + .seconds(1)
        return try connection.transaction(
            set: locals(of: search, [], timeout: timeout), by: .after(patience)
        ) { connection throws(PostgresError) in
            let answer = try connection.query(
                sql, with: [question.text, keys.arrayLiteral], by: .after(patience))
            return Search.hits(in: answer)
        }
    }

    private func stillNearer(_ rows: [Hit], than answers: [Hit]) -> [Hit] {
        let farthest = answers.count < probe.target.k ? nil : answers.map(\.distance).max()
        let limit = farthest.map { $0 - Hit.tieWidth(at: $0, epsilon: probe.recall.tieEpsilon) } ?? .infinity
        return rows.filter { $0.distance < limit }
    }
}
