package import Postgres
import ProbeDefinitions
import Synchronization

extension SearchProber {
    private var sources: [TruthSource] { TruthSource.all(of: probe.recall) }

    /// Finds out what one search should have found, and in the same snapshot what each variant finds.
    ///
    /// Everything is recorded; throws only what makes the connection unusable.
    package func runTruth(_ occasion: TruthOccasion, on connection: inout Connection) throws(PostgresError) {
        guard !sources.isEmpty else { return }
        if let reason = reasonToSkipTruth(occasion) {
            if reason == .role || reason == .blackout { state.withLock { $0.record.hideWindows() } }
            return noteTruthSkipped(reason)
        }
        let before = connection.usage
        defer { spend(connection.usage.since(before).databaseTime) }
        guard let (search, question) = nextTruthQuestion() else { return noteTruthSkipped(.unresolved) }

        var scan = TruthScan(search, question, occasion, limit: limit(of: occasion))
        do throws(PostgresError) {
            let obstacles = try TruthObstacles.read(
                of: search, from: &connection, by: .after(probe.schedule.timeout))
            if let reason = obstacles.reason(probe.limits) { return noteTruthSkipped(reason) }
            try find(&scan, obstacles, on: &connection)
        } catch {
            try note(error, in: scan)
        }
    }

    /// There was no connection for it.
    package func noteNoConnectionForTruth(_ failure: PostgresError) {
        switch failure {
        case .interrupted: return
        case .cannotConnect(.connectionLimit, _): noteTruthSkipped(.connections)
        case .cannotConnect, .connectionLost, .statementFailed, .timedOut, .noTable:
            state.withLock { state in
                state.record.truth?.note(.connect)
                state.problem = failure.withoutValues
            }
        }
    }

    package func noteTruthSkipped(_ reason: TruthSkipReason) {
        state.withLock { $0.record.truth?.note(reason) }
    }

    /// What speaks against it, which costs nothing to know; nil where nothing does.
    package func reasonToSkipTruth(_ occasion: TruthOccasion) -> TruthSkipReason? {
        guard probe.recall.exact.role.includes(standby: occasion.server.isInRecovery) else { return .role }
        return state.withLock { state in
            if state.restraint.isBlackout(at: time) { return .blackout }
            let left = state.restraint.leftForTruth(of: budget)
            return left > max(Self.leastAllowance, state.truths.latestScan) ? nil : .budget
        }
    }

    // MARK: - One truth

    /// With less left of the budget it makes no sense to begin.
    private static let leastAllowance = Duration.milliseconds(100)

    private func nextTruthQuestion() -> (Search, Question)? {
        state.withLock { state in
            guard let search = state.knowledge?.search,
                let question = state.knowledge?.nextQuestion(for: .truth)
            else { return nil }
            return (search, question)
        }
    }

    /// How long one statement may take.
    private func limit(of occasion: TruthOccasion) -> Duration {
        let left = state.withLock { $0.restraint.leftForTruth(of: budget) }
        return min(occasion.allowance, probe.recall.exact.timeout, left)
    }

    private func find(_ scan: inout TruthScan, _ obstacles: TruthObstacles, on connection: inout Connection)
        throws(PostgresError)
    {
        let statements = probe.variants.count + sources.count + 2
        let isDone = try connection.transaction(
            .repeatableRead, set: scan.locals, within: scan.occasion.allowance,
            by: .after(scan.patience * statements)
        ) { connection throws(PostgresError) in
            scan.begin()
            try scan.search.loadLibrary(on: &connection, by: .after(scan.patience))
            try scan.readSettings(touchedBy: probe, on: &connection)
            var isDone = false
            for source in sources {
                guard let truth = try truth(by: source, &scan, obstacles, on: &connection) else { continue }
                try compare(with: truth, by: source, &scan, on: &connection)
                isDone = true
            }
            return isDone
        }
        if isDone { state.withLock { $0.record.truth?.noteSuccess(at: time) } }
    }

    /// nil where there is none to be had from this source, for a reason that is noted.
    private func truth(
        by source: TruthSource, _ run: inout TruthScan, _ obstacles: TruthObstacles,
        on connection: inout Connection
    ) throws(PostgresError) -> [Hit]? {
        switch source {
        case .exact:
            return try exactTruth(&run, obstacles, on: &connection)
        case .exactCached:
            let cached = state.withLock { state in
                state.truths.truth(
                    for: run.question, changes: obstacles.changes, rows: run.search.estimatedRows)
            }
            if let cached { return try run.current(cached, on: &connection) }
            return try exactTruth(&run, obstacles, on: &connection)
        case .highEffort:
            guard let settings = run.search.highEffort else { return nil }
            let (truth, duration) = try run.search(with: settings, variant: "high_effort", on: &connection)
            state.withLock { $0.record.truth?.noteScan(of: duration) }
            return truth
        }
    }

    private func exactTruth(
        _ run: inout TruthScan, _ obstacles: TruthObstacles, on connection: inout Connection
    ) throws(PostgresError) -> [Hit]? {
        if let exact = run.exact { return exact }
        let isStandby = run.occasion.server.isInRecovery
        if let longest = obstacles.longestScan(probe.recall.exact, isStandby: isStandby),
            run.search.tableBytes > longest
        {
            noteTruthSkipped(.size)
            return nil
        }
        guard try prove(&run, on: &connection) else { return nil }
        let (truth, duration) = try run.scan(
            parallelWorkers: probe.recall.exact.parallelWorkers, on: &connection)
        state.withLock { state in
            state.record.truth?.noteScan(of: duration)
            state.truths.noteScan(of: duration)
            state.truths.noteMatching(truth.count, run.question.filterValues)
            if sources.contains(.exactCached) {
                state.truths.keep(truth, for: run.question, changes: obstacles.changes)
            }
        }
        return truth
    }

    /// Once for each incarnation: that the plan of the exact statement has no ANN index.
    private func prove(_ run: inout TruthScan, on connection: inout Connection) throws(PostgresError) -> Bool
    {
        let incarnation = run.search.incarnation
        if state.withLock({ $0.truths.proven == incarnation }) { return true }
        guard try run.isExact(on: &connection) else {
            state.withLock { state in
                state.record.truth?.note(.notExact)
                state.problem = "the plan of the exact statement uses an ANN index"
            }
            return false
        }
        state.withLock { $0.truths.noteProof(of: incarnation) }
        return true
    }

    /// Scores all variants by the one truth.
    private func compare(
        with truth: [Hit], by source: TruthSource, _ run: inout TruthScan, on connection: inout Connection
    ) throws(PostgresError) {
        for (index, variant) in probe.variants.enumerated() where run.knows(variant.settings) {
            // A setting that the server refuses would end the transaction, and the other variants with it.
            if state.withLock({ $0.record[variant: index].latestFailure }) == .query { continue }
            let found = try run.found(by: index, variant, on: &connection)
            let outcome = RecallOutcome(
                found: found, truth: truth, k: probe.target.k, tieEpsilon: probe.recall.tieEpsilon,
                isNegative: run.search.metricOperator == .innerProduct)
            state.withLock { $0.record.note(outcome, of: index, by: source, in: probe.recall) }
        }
    }

    private func note(_ error: PostgresError, in scan: TruthScan) throws(PostgresError) {
        let failure = TruthFailure(
            error, after: scan.isOutOfTime ? scan.limit : .now - scan.sent, allowance: scan.limit,
            wasYielded: scan.occasion.wasYielded())
        state.withLock { state in
            if let failure { state.record.truth?.note(failure) }
            state.problem = error.withoutValues
            if error.doubtsCatalogue { state.isDoubtful = true }
        }
        if error.endsConnection { throw error }
    }
}
