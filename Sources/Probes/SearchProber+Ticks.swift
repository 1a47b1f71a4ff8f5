import Postgres
import ProbeDefinitions
import SQL
import Synchronization

extension SearchProber {
    /// How long before a tick its transaction is opened.
    private static let lead = Duration.milliseconds(50)

    func runWarm(_ tick: ProbeTick, on connection: inout Connection) throws(PostgresError) {
        let isFirst = state.withLock { $0.knowledge == nil }
        do throws(PostgresError) {
            if let reason = try prepare(tick, on: &connection) { return noteSkipped(reason) }
        } catch {
            note(error, of: 0, since: tick.due, at: tick)
            if error.endsConnection { throw error }
            return
        }

        try connection.wait(until: .at(tick.due - Self.lead))
        // What the first tick had to find out is no latency of a search.
        let due = isFirst && tick.due < .now ? nil : tick.due
        guard try search(0, due: due, at: tick, on: &connection) != .timedOut else { return }
        for variant in dueVariants(at: tick.number) {
            _ = try search(variant, at: tick, on: &connection)
        }
        let isLate = try lookAtPlans(of: [0] + dueVariants(at: tick.number), at: tick, on: &connection)
        let isBehind = try keepUp(after: tick, on: &connection)
        if isLate || isBehind { noteSkipped(.upkeep) }
    }

    /// A search in a session of its own, whose start is its own.
    func runCold(_ tick: ProbeTick, connectedAfter duration: Duration, on connection: inout Connection)
        throws(PostgresError)
    {
        let cold = state.withLock { state in
            state.record.noteConnect(after: duration)
            return state.knowledge == nil ? nil : state.record.cold
        }
        guard let cold else { return noteSkipped(.unresolved) }
        _ = try search(0, recordedAs: cold, at: tick, on: &connection)
    }

    /// Those besides the first, each in its turn.
    func dueVariants(at tick: Int) -> [Int] {
        probe.variants.indices.dropFirst().filter {
            let every = max(1, probe.variants[$0].every)
            return tick % every == $0 % every
        }
    }

    // MARK: - One search

    private enum Outcome {
        case answered
        case failed
        case timedOut
    }

    private func search(
        _ variant: Int, recordedAs cold: Int? = nil, due: ContinuousClock.Instant? = nil, at tick: ProbeTick,
        on connection: inout Connection
    ) throws(PostgresError) -> Outcome {
        guard let (search, question) = nextQuestion(for: .search(variant: cold ?? variant)) else {
            return .failed
        }
        var clock = RunClock(due: due)
        let hits: [Hit]
        do throws(PostgresError) {
            hits = try ask(
                question, of: search, variant, isCold: cold != nil, &clock,
                timeout: tick.timeout(probe.schedule), on: &connection)
        } catch {
            let failure = note(error, of: cold ?? variant, since: clock.start, at: tick, sent: clock.sent)
            let isOver = failure == .timeout || failure == .yield
            if isOver, variant == 0, cold == nil {
                // The others would only wait as long, or be waited for.
                for _ in dueVariants(at: tick.number) { noteSkipped(.overrun) }
            }
            if error.endsConnection { throw error }
            return isOver ? .timedOut : .failed
        }
        let answers = question.answers(in: hits, k: probe.target.k)
        note(answers, to: question, after: clock.duration, of: variant, recordedAs: cold ?? variant, at: tick)
        try compareWithSample(
            answers, to: question, of: search, recordedAs: cold ?? variant, at: tick, on: &connection)
        return .answered
    }

    /// The timed part, in a transaction that was opened ahead and ends after the clock has stopped.
    private func ask(
        _ question: Question, of search: Search, _ variant: Int, isCold: Bool, _ clock: inout RunClock,
        timeout: Duration, on connection: inout Connection
    ) throws(PostgresError) -> [Hit] {
        let patience = timeout + .seconds(1)
        let rows = question.rows(for: probe.target.k)
        let sql = search.searchSQL(
            rows: rows, variant: isCold ? ProbeRecord.coldVariant : probe.variants[variant].name)
        var stopwatch = clock
        defer { clock = stopwatch }
        let end = Deadline.at(max(clock.due ?? .now, .now) + patience + .seconds(1))
        return try connection.transaction(
            set: locals(of: search, probe.variants[variant].settings, timeout: timeout), by: end
        ) { connection throws(PostgresError) in
            if !isCold { try readBack(variant, of: search, on: &connection, by: end) }
            if let due = stopwatch.due { try connection.wait(until: .at(due)) }
            stopwatch.send()
            let answer = try connection.query(sql, with: question.parameters, by: .after(patience))
            stopwatch.stop()
            return Search.hits(in: answer)
        }
    }

    /// The settings of a transaction of searches.
    func locals(of search: Search, _ settings: [LocalSetting], timeout: Duration) -> [LocalSetting] {
        .limits(of: timeout) + search.locals + settings
    }

    /// Once in each session: what is in effect is what counts, not what was asked for.
    private func readBack(
        _ variant: Int, of search: Search, on connection: inout Connection, by deadline: Deadline
    ) throws(PostgresError) {
        // A pooler may have handed us a session that has not loaded it.
        if connection.isWrapped { try search.loadLibrary(on: &connection, by: deadline) }
        guard state.withLock({ !$0.readBack.contains(variant) }) else { return }
        let names = Set(
            search.settingNames + search.locals.map(\.name) + probe.variants[variant].settings.map(\.name)
        )
        .subtracting(["search_path"])
        let settings = try Search.effectiveSettings(names.sorted(), on: &connection, by: deadline)
        state.withLock { state in
            state.readBack.insert(variant)
            state.record[variant: variant].settings = settings
        }
    }

    // MARK: - Notes

    func nextQuestion(for purpose: Questions.Purpose) -> (Search, Question)? {
        state.withLock { state in
            guard let search = state.knowledge?.search,
                let question = state.knowledge?.nextQuestion(for: purpose)
            else {
                return nil
            }
            return (search, question)
        }
    }

    private func note(
        _ answers: [Hit], to question: Question, after duration: Duration, of variant: Int,
        recordedAs recorded: Int, at tick: ProbeTick
    ) {
        state.withLock { state in
            state.record[variant: recorded].noteAnswer(after: duration, at: time)
            state.record[variant: recorded].note(
                rows: answers.count, of: probe.target.k, expected: expectedRows(for: question, state.truths))
            state.problem = nil
            guard recorded == variant else { return }
            if variant == 0 { state.restraint.note(timedOut: false, at: tick.number) }
            if state.trends[variant].isJump(duration) { state.plans[variant].doubt() }
        }
    }

    /// nil where a filter may leave fewer rows than are asked for, and no truth has said how many.
    private func expectedRows(for question: Question, _ truths: TruthMemory) -> Int? {
        truths.matchingRows(question.filterValues) ?? (probe.target.filter == nil ? probe.target.k : nil)
    }

    /// nil for what is no failure of the probe's.
    @discardableResult
    private func note(
        _ error: PostgresError, of variant: Int, since start: ContinuousClock.Instant, at tick: ProbeTick,
        sent: ContinuousClock.Instant? = nil
    ) -> ProbeFailure? {
        let now = ContinuousClock.now
        let timeout = tick.timeout(probe.schedule)
        let failure = ProbeFailure(
            error, after: now - (sent ?? start), timeout: timeout, wasYielded: tick.wasYielded())
        guard let failure else { return nil }
        state.withLock { state in
            state.record[variant: variant].note(
                failure, after: max(.zero, now - start),
                // What went wrong sooner was no search of a user's, unless all of us had to wait.
                isObserved: failure.isObserved && (sent != nil || error == .timedOut), at: time)
            state.problem = error.withoutValues
            if error.doubtsCatalogue { state.isDoubtful = true }
            if variant == 0 { state.restraint.note(timedOut: failure == .timeout, at: tick.number) }
        }
        return failure
    }
}
