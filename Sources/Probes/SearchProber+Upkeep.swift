import Postgres
import ProbeDefinitions
import Synchronization

/// What the probe has to know, found out where it delays no search.
extension SearchProber {
    private static let catalogueLife = Duration.seconds(300)

    /// Makes the session ready; false where there is nothing to be searched.
    func prepare(_ tick: ProbeTick, on connection: inout Connection) throws(PostgresError) -> Bool {
        let known = state.withLock { state in
            if tick.isNewConnection {
                state.readBack = []
                state.doubtPlans()
                state.isDoubtful = state.knowledge != nil
            }
            return state.knowledge
        }
        let deadline = Deadline.after(patience)
        guard let known else { return try learn(on: &connection, by: deadline) }
        if tick.isNewConnection { try known.search.loadLibrary(on: &connection, by: deadline) }
        return true
    }

    /// After a tick: looks again at what may have changed, and is done with it well before the next one.
    func keepUp(after tick: ProbeTick, on connection: inout Connection) throws(PostgresError) {
        let deadline = Deadline.at(tick.due + probe.schedule.interval * 0.6)
        guard !deadline.hasPassed else { return }
        let stale = state.withLock { state in
            state.knowledge.map { state.isDoubtful || $0.resolved + Self.catalogueLife < .now } ?? true
        }
        if stale {
            _ = try learn(on: &connection, by: deadline)
        } else {
            try refreshQuestions(on: &connection, by: deadline)
        }
        try refreshSample(on: &connection, by: deadline)
    }

    // MARK: -

    /// How long the first tick, or that of a new session, may get ready.
    private var patience: Duration { max(.seconds(2), probe.schedule.interval / 3) }

    /// Asks the catalogue, and keeps what still holds of what was drawn.
    private func learn(on connection: inout Connection, by deadline: Deadline) throws(PostgresError) -> Bool {
        try learning { () throws(SearchError) in
            let search = try Search.resolve(adjustedProbe, on: &connection, by: deadline)
            let old = state.withLock { $0.knowledge }
            if let old, old.search.incarnation == search.incarnation {
                note(old.resolved(as: search), in: connection.database)
                return
            }
            do throws(PostgresError) {
                try search.loadLibrary(on: &connection, by: deadline)
            } catch {
                throw SearchError(error)
            }
            let questions = try draw(
                old.map { $0.questions.round + 1 } ?? 0, search, on: &connection, by: deadline)
            note(Knowledge(search, questions: questions), in: connection.database)
            if old != nil { noteOtherIncarnation() }
        }
    }

    /// Draws query vectors again when they are old.
    private func refreshQuestions(on connection: inout Connection, by deadline: Deadline)
        throws(PostgresError)
    {
        guard var knowledge = state.withLock({ $0.knowledge }) else { return }
        let drawn = knowledge.questions.drawn
        let lives = [probe.queries.refresh, probe.target.filterValues.refresh].compactMap(\.self)
        guard lives.contains(where: { drawn + $0 < .now }) else { return }
        _ = try learning { () throws(SearchError) in
            knowledge.questions = try draw(
                knowledge.questions.round + 1, knowledge.search, on: &connection, by: deadline)
            note(knowledge, in: connection.database)
        }
    }

    /// What is known stays where the server gives no answer, and goes where there is nothing to be searched.
    private func learning(_ body: () throws(SearchError) -> Void) throws(PostgresError) -> Bool {
        do throws(SearchError) {
            try body()
            return true
        } catch {
            state.withLock { $0.problem = error.description }
            if case .postgres(let failure) = error {
                state.withLock { $0.isDoubtful = true }
                if failure.endsConnection { throw failure }
                guard state.withLock({ $0.knowledge == nil }) else { return true }
                throw failure
            }
            state.withLock { state in
                state.knowledge = nil
                state.record.forgetSearch()
                state.doubtPlans()
            }
            return false
        }
    }

    private func draw(_ round: Int, _ search: Search, on connection: inout Connection, by deadline: Deadline)
        throws(SearchError) -> Questions
    {
        let values = try search.filterValues(on: &connection, by: deadline)
        let vectors = try search.drawQueries(round: round, on: &connection, by: deadline)
        let questions = Questions(vectors, filterValues: values, source: probe.queries, round: round)
        guard let questions else { throw .noQueries }
        return questions
    }

    private func note(_ knowledge: Knowledge, in database: String) {
        state.withLock { state in
            state.knowledge = knowledge
            state.isDoubtful = false
            state.record.facts = knowledge.facts(of: database)
            state.record.sampleRatio = knowledge.sampleRatio
        }
    }

    /// The table or its index was rewritten.
    private func noteOtherIncarnation() {
        state.withLock { state in
            state.record.forgetWindows()
            state.truths.forget()
            state.doubtPlans()
        }
    }
}

extension ProbeValues {
    var refresh: Duration? {
        switch self {
        case .none, .listed: nil
        case .sql(_, let refresh): refresh
        }
    }
}
