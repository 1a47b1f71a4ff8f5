import ArgumentParser
import Exposition
import Postgres
import ProbeDefinitions
import Probes
import Synchronization

/// One run of a search probe, step by step.
struct ProbeDebug {
    let probe: SearchProbe
    let target: ConnectionTarget

    func run() async throws {
        let began = ContinuousClock.now
        let probe = probe
        let isGood = Mutex(false)
        let session = ProbeSession(name: "probe", target: target, database: probe.database)
        try await session.use { connection, server throws(PostgresError) in
            StepReport.step("connected to database \(connection.database)", began)
            let kind = server.isInRecovery ? "standby" : "primary"
            StepReport.say("PostgreSQL \(server.majorVersion), \(kind), role \(server.roleName)")
            guard Self.resolve(probe, server, on: &connection) else { return }
            let wasGood = try Self.search(probe, server, on: &connection)
            isGood.withLock { $0 = wasGood }
        }
        if !isGood.withLock({ $0 }) { throw ExitCode.targetFailed }
    }

    /// What the catalogue says; false where there is nothing to be searched.
    private static func resolve(
        _ probe: SearchProbe, _ server: ServerState, on connection: inout Connection
    ) -> Bool {
        let began = ContinuousClock.now
        do throws(SearchError) {
            let search = try Search.resolve(probe, on: &connection, by: .after(.seconds(30)))
            StepReport.step("resolved \(probe.target.schema).\(probe.target.table)", began)
            let dimensions = search.dimensions.map { "\($0)" } ?? "any"
            let parts = search.isPartitioned ? ", partitioned" : ""
            StepReport.say(
                "searched: \(search.elementType), \(dimensions) dimensions, operator \(probe.target.operator)"
            )
            StepReport.say(
                "about \(Int(search.estimatedRows)) rows, \(search.tableBytes) bytes with TOAST\(parts)")
            StepReport.say("rows are told apart by \(search.keyColumns.joined(separator: ", "))")
            for candidate in search.candidates {
                StepReport.say(
                    "index \(candidate.name) (\(candidate.accessMethod)): \(candidate.match.rawValue)")
            }
            if let obstacle = search.obstacle { StepReport.say("\(obstacle): \(search.indexRemedy)") }
            let drawn = ContinuousClock.now
            let queries = try search.drawQueries(on: &connection, by: .after(.seconds(30)))
            StepReport.step("drew \(queries.count) query vectors", drawn)
            return true
        } catch {
            StepReport.step("cannot resolve it: \(error)", began)
            if let remedy = error.remedy(for: probe, as: server.roleName) {
                StepReport.say("mend: \(remedy)")
            }
            return false
        }
    }

    private static func search(
        _ probe: SearchProbe, _ server: ServerState, on connection: inout Connection
    ) throws(PostgresError) -> Bool {
        var probe = probe
        for index in probe.variants.indices { probe.variants[index].every = 1 }  // All of them, in one tick.
        (probe.explainEvery, probe.planCheckEvery) = (1, 1)
        let prober = SearchProber(probe, budget: ProbeBudget(secondsPerHour: 3600))
        for number in 0...1 {
            // The first gets ready: it draws vectors and the resident sample.
            let tick = ProbeTick(
                number: number, due: .now + .milliseconds(5), server: server, isNewConnection: number == 0)
            let began = ContinuousClock.now
            try prober.run(tick, on: &connection)
            StepReport.step(number == 0 ? "got ready, and searched once" : "searched", began)
        }
        if probe.recall.needsTruth {
            let began = ContinuousClock.now
            let occasion = TruthOccasion(server: server)
            try prober.runTruth(occasion, on: &connection)
            StepReport.step("looked for the truth", began)
        }
        report(prober.summary)
        print("\nwhat would be exported:")
        let page = Page(prober.families.map { RenderedFamily($0) }, in: .text)
        for piece in page.pieces { print(String(decoding: piece, as: UTF8.self), terminator: "") }
        let variants = prober.summary.variants.filter { $0.attempts > 0 }
        return !variants.isEmpty && variants.allSatisfy(\.failures.isEmpty)
    }

    private static func report(_ summary: ProbeSummary) {
        for variant in summary.variants where variant.attempts > 0 {
            print("variant \(variant.name)")
            if let duration = variant.latestDuration {
                StepReport.say("took \(StepReport.milliseconds(duration))")
            }
            StepReport.say(
                "\(variant.returnedRows) of \(variant.requestedRows) rows in \(variant.attempts) searches")
            for (name, value) in variant.settings.sorted(by: { $0.key < $1.key }) {
                StepReport.say("\(name) = \(value)")
            }
            StepReport.say("plan: \(variant.plan?.rawValue ?? "unknown")")
            if let recall = variant.recalls?.mean { StepReport.say("recall of this query: \(recall)") }
            if variant.sentinelChecks > 0 {
                StepReport.say(
                    "sentinel: \(variant.sentinelMisses) of \(variant.sentinelChecks) searches missed a row")
            }
            for (failure, count) in variant.failures {
                StepReport.say("failed: \(failure.rawValue), \(count)")
            }
        }
        for (failure, count) in summary.truthFailures {
            StepReport.say("no truth: \(failure.rawValue), \(count)")
        }
        for (reason, count) in summary.truthSkips {
            StepReport.say("truth left out: \(reason.rawValue), \(count)")
        }
        if let problem = summary.problem { StepReport.say("latest problem: \(problem)") }
    }
}
