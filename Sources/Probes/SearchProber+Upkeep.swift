import Postgres
import ProbeDefinitions
import Synchronization

/// What the probe has to know, found out where it delays no search.
extension SearchProber {
    private static let catalogueLife = Duration.seconds(300)

    /// With less time than this nothing is begun.
    static let leastUpkeep = Duration.milliseconds(20)
    /// What finding out what to search may take although somebody wants the session.
    ///
    /// Twice as much each further time, since nothing is known until it succeeds.
    private static let leastStart = Duration.milliseconds(50)

    /// Makes the session ready; the reason why there is nothing to be searched, nil where there is.
    func prepare(_ tick: ProbeTick, on connection: inout Connection) throws(PostgresError) -> SkipReason? {
        let known = state.withLock { state in
            if tick.isNewConnection {
                state.readBack = []
                state.doubtPlans()
                state.isDoubtful = state.knowledge != nil
            }
            return state.knowledge
        }
        guard let known else { return try start(tick, on: &connection) }
        if tick.isNewConnection { try known.search.loadLibrary(on: &connection, by: .after(patience)) }
        return nil
    }

    /// After a tick: looks again at what may have changed, and is done with it before anybody's next one.
    ///
    /// True where something had to be put off.
    func keepUp(after tick: ProbeTick, on connection: inout Connection) throws(PostgresError) -> Bool {
        let deadline = tick.upkeepEnd(probe.schedule)
        let (isStale, isDue) = state.withLock { state in
            let isStale =
                state.isDoubtful || state.knowledge.map { $0.resolved + Self.catalogueLife < .now } ?? true
            return (isStale, isStale || areQuestionsOld(state) || isSampleDue(state))
        }
        guard isDue else { return false }
        guard deadline.remaining >= Self.leastUpkeep else { return true }
        let outcome =
            isStale
            ? try learn(on: &connection, by: deadline) : try refreshQuestions(on: &connection, by: deadline)
        guard outcome != .late else { return true }
        return try !refreshSample(on: &connection, by: deadline)
    }

    // MARK: -

    /// How long the first tick, or that of a new session, may get ready.
    private var patience: Duration { max(.seconds(2), probe.schedule.interval / 3) }

    /// What became of finding something out.
    private enum Outcome {
        case known
        /// There is nothing to be searched.
        case unresolved
        /// There was no time for it.
        case late
    }

    /// Finds out what to search, which nobody's tick should wait for.
    private func start(_ tick: ProbeTick, on connection: inout Connection) throws(PostgresError)
        -> SkipReason?
    {
        let least = Self.leastStart * (1 << min(state.withLock { $0.lateStarts }, 10))
        let end = max(tick.freeUntil(), .now + least)
        switch try learn(on: &connection, by: .at(min(end, .now + patience))) {
        case .known:
            state.withLock { $0.lateStarts = 0 }
            return nil
        case .unresolved: return .unresolved
        case .late:
            state.withLock { $0.lateStarts += 1 }
            return .upkeep
        }
    }

    /// Asks the catalogue, and keeps what still holds of what was drawn.
    private func learn(on connection: inout Connection, by deadline: Deadline) throws(PostgresError)
        -> Outcome
    {
        try learning(by: deadline) { () throws(SearchError) in
            let search = try Search.resolve(adjustedProbe, on: &connection, by: deadline)
            let old = state.withLock { $0.knowledge }
            if let old, old.search.incarnation == search.incarnation {
                note(old.resolved(as: search), in: connection.database)
                return
            }
            do throws(PostgresError) {
                try search.loadLibrary(on: &connection, by: .after(patience))
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
        throws(PostgresError) -> Outcome
    {
        let old = state.withLock { areQuestionsOld($0) ? $0.knowledge : nil }
        guard var knowledge = old else { return .known }
        return try learning(by: deadline) { () throws(SearchError) in
            knowledge.questions = try draw(
                knowledge.questions.round + 1, knowledge.search, on: &connection, by: deadline)
            note(knowledge, in: connection.database)
        }
    }

    private func areQuestionsOld(_ state: State) -> Bool {
        guard let drawn = state.knowledge?.questions.drawn else { return false }
        let lives = [probe.queries.refresh, probe.target.filterValues.refresh].compactMap(\.self)
        return lives.contains { drawn + $0 < .now }
    }

    /// What is known stays where the server gives no answer, and goes where there is nothing to be searched.
    private func learning(by deadline: Deadline, _ body: () throws(SearchError) -> Void)
        throws(PostgresError) -> Outcome
    {
        do throws(SearchError) {
            try body()
            return .known
        } catch {
            if case .postgres(let failure) = error, failure.isCancel, deadline.remaining < Self.leastUpkeep {
                return .late
            }
            state.withLock { $0.problem = error.description }
            if case .postgres(let failure) = error {
                state.withLock { $0.isDoubtful = true }
                if failure.endsConnection { throw failure }
                guard state.withLock({ $0.knowledge == nil }) else { return .known }
                throw failure
            }
            state.withLock { state in
                state.knowledge = nil
                state.record.forgetSearch()
                state.doubtPlans()
            }
            return .unresolved
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
