import Postgres
import ProbeDefinitions
import SQL
import Synchronization

/// The resident sample: rows that are kept here, so that a search that misses one of them gives itself away.
extension SearchProber {
    /// How long nothing is drawn after it went wrong.
    private static let rest = Duration.seconds(60)
    private static let fewestRows = 50
    /// Of one search: to ask for more would cost more than it tells.
    private static let mostMissed = 100

    /// How many rows are to be drawn, and from when on: less after it took too long.
    struct SamplePlan: Sendable {
        var rows: Int
        var rest = ContinuousClock.now
        var round = 0
    }

    /// The probe, with as many sampled rows as could be drawn in time.
    var adjustedProbe: SearchProbe {
        var adjusted = probe
        adjusted.recall.sample.rows = state.withLock { $0.samplePlan.rows }
        return adjusted
    }

    /// Draws the sample where there is none, or an old one.
    func refreshSample(on connection: inout Connection, by deadline: Deadline) throws(PostgresError) {
        guard probe.recall.modes.contains(.residentSample), probe.target.filter == nil,
            let (knowledge, plan) = state.withLock({ state in
                state.knowledge.map { ($0, state.samplePlan) }
            }), let distance = knowledge.search.metricOperator, plan.rest <= .now, !deadline.hasPassed
        else { return }
        if let drawn = knowledge.sample?.drawn, drawn + probe.recall.sample.refresh > .now { return }
        do throws(SearchError) {
            let rows = try knowledge.search.drawSample(round: plan.round, on: &connection, by: deadline)
            let sample = Knowledge.Sample(sentinel: Sentinel(rows: rows, distance: distance), drawn: .now)
            state.withLock { state in
                state.samplePlan.round += 1
                state.knowledge?.sample = sample
                state.record.sampleRatio = state.knowledge?.sampleRatio
            }
        } catch {
            state.withLock { state in
                state.problem = error.description
                state.samplePlan.rest = .now + Self.rest
            }
            guard case .postgres(let failure) = error else { return }
            if failure == .timedOut { drawLess() }
            if failure.endsConnection { throw failure }
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
        on connection: inout Connection
    ) throws(PostgresError) {
        guard let sentinel = state.withLock({ $0.knowledge?.sample?.sentinel }),
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
                let rows = try rows(missed, sql, question, of: search, on: &connection)
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
        _ keys: [String], _ sql: String, _ question: Question, of search: Search,
        on connection: inout Connection
    ) throws(PostgresError) -> [Hit] {
        let patience = probe.schedule.timeout + .seconds(1)
        return try connection.transaction(
            set: locals(of: search, [], timeout: probe.schedule.timeout), by: .after(patience)
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
