import ArgumentParser
import Exposition
import Postgres
import ProbeDefinitions
import Probes
import SQL
import Synchronization

/// One run of a custom probe, step by step: times, and whether what came was expected; never what came.
struct CustomDebug {
    let probe: CustomProbe
    let target: ConnectionTarget
    /// The query vectors of search probes that it takes values from, by name.
    let vectors: [String: [String]]

    func run() async throws {
        let began = ContinuousClock.now
        let (probe, vectors) = (probe, vectors)
        let isGood = Mutex(false)
        let session = ProbeSession(name: "probe", target: target, database: probe.database)
        try await session.use { connection, server throws(PostgresError) in
            StepReport.step("connected to database \(connection.database)", began)
            let kind = server.isInRecovery ? "standby" : "primary"
            StepReport.say("PostgreSQL \(server.majorVersion), \(kind), role \(server.roleName)")
            for (name, texts) in vectors.sorted(by: { $0.key < $1.key }) {
                StepReport.say("\(texts.count) query vectors of \(name)")
            }
            let prober = CustomProber(
                probe, budget: ProbeBudget(secondsPerHour: 3600), vectors: { vectors[$0] ?? [] })
            let tick = ProbeTick(
                number: 0, due: .now + .milliseconds(5), server: server, isNewConnection: true)
            try prober.run(tick, on: &connection)
            let wasGood = Self.report(prober)
            isGood.withLock { $0 = wasGood }
        }
        if !isGood.withLock({ $0 }) { throw ExitCode.targetFailed }
    }

    /// What its one run has shown; whether all went well.
    private static func report(_ prober: CustomProber) -> Bool {
        var statements = prober.latestSteps[...]
        for step in prober.probe.steps {
            switch step {
            case .set(let settings):
                for setting in settings { print("set \(setting.name) = \(setting.value)") }
            case .statement(let statement):
                guard let found = statements.popFirst() else { continue }
                report(found, of: statement)
            }
        }
        let summary = prober.summary
        for (reason, count) in summary.skips { StepReport.say("left out: \(reason.rawValue), \(count)") }
        if let problem = summary.problem { StepReport.say("latest problem: \(problem)") }
        print("\nwhat would be exported:")
        let page = Page(prober.families.map { RenderedFamily($0) }, in: .text)
        for piece in page.pieces { print(String(decoding: piece, as: UTF8.self), terminator: "") }
        let variants = summary.variants.filter { $0.attempts > 0 }
        return !variants.isEmpty && variants.allSatisfy(\.failures.isEmpty)
    }

    private static func report(_ step: CustomStep, of statement: CustomProbe.Statement) {
        let outcome = step.rowCount.map { "\($0) \($0 == 1 ? "row" : "rows")" } ?? "failed"
        print("statement \(step.number): \(outcome) (\(StepReport.milliseconds(step.duration)))")
        if step.isMeasured { StepReport.say("is what the probe measures") }
        if let plan = step.plan { StepReport.say("plan: \(plan.rawValue)") }
        for complaint in step.complaints { StepReport.say("not as expected: \(complaint)") }
        guard step.rowCount != nil, step.complaints.isEmpty else { return }
        guard step.isJudged else { return StepReport.say("could not be judged") }
        StepReport.say(statement.expectation == .init() ? "nothing is expected of it" : "as expected")
    }
}
