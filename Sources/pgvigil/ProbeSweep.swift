import ArgumentParser
import Bench
import Postgres
import ProbeDefinitions
import Probes
import SQL
import Settings
import Synchronization

/// `pgvigil probe sweep NAME`: recall and latency at several values of a setting.
struct ProbeSweep: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Tries a setting at several values: recall, latency, and the lowest that is good enough.",
        discussion: """
            Each query is looked for once without the index, and scores all values. On a large table \
            that takes a while: begin with few queries, best on a standby.

            Other settings are those of the probe's first variant. Recommended is only what the planner uses \
            the index at: a small table is read whole unless that variant sets enable_seqscan: off.

              pgvigil probe sweep docs --queries 100 --target 0.98
              pgvigil probe sweep docs --json - | jq -r .chosen
              pgvigil probe sweep docs --setting hnsw.max_scan_tuples --values 1000,20000,100000
            """)

    @OptionGroup var choice: ProbeChoice

    @Option(
        help: ArgumentHelp(
            "hnsw.ef_search, ivfflat.probes and the like; what suits the index without.", valueName: "name"))
    var setting: String?

    @Option(help: ArgumentHelp("Lowest first, with commas between them.", valueName: "values"))
    var values: String?

    @Option(help: ArgumentHelp("How many query vectors.", valueName: "number"))
    var queries = 60  // Of fewer there is no 95th percentile.

    @Option(
        help: ArgumentHelp(
            "The recall that is wanted; the probe's objective without, or 0.95.", valueName: "ratio"))
    var target: Double?

    @Option(
        help: ArgumentHelp(
            "Write the result there, too; to standard output instead of the table for -.", valueName: "file"))
    var json: String?

    func validate() throws {
        guard 2...10_000 ~= queries else { throw ValidationError("--queries: allowed is 2 to 10000.") }
        guard 0.01...1 ~= target ?? 1 else { throw ValidationError("--target: allowed is 0.01 to 1.") }
        guard setting == nil || values != nil else { throw ValidationError("--setting needs --values.") }
        guard setting.map(LocalSetting.isChangeable) ?? true else {
            throw ValidationError("--setting: allowed is \(LocalSetting.changeableNames).")
        }
        guard values.map({ 1...52 ~= Self.list($0).count }) ?? true else {
            throw ValidationError("--values: allowed are 1 to 52 values with commas between them.")
        }
    }

    private static func list(_ values: String) -> [String] {
        values.split(separator: ",").map { $0.filter { !$0.isWhitespace } }.filter { !$0.isEmpty }
    }

    func run() async throws {
        if let json, json != ResultFile.output, !ResultFile(path: json).isWritable {
            throw ValidationError("\(json) cannot be written.")
        }
        var (probe, connectionTarget) = try await choice.findSearch()
        probe.queries.count = queries
        let (setting, values) = (setting, values.map(Self.list))
        let outcome = Mutex<Outcome?>(nil)
        let session = ProbeSession(
            name: "probe sweep", target: connectionTarget, database: probe.database)
        let role = Mutex("")
        try await session.use { [probe] connection, server throws(PostgresError) in
            role.withLock { $0 = server.roleName }
            let found = try Self.sweep(probe, setting, values, on: &connection)
            outcome.withLock { $0 = found }
        }
        switch outcome.withLock({ $0 }) {
        case .done(let sweep)?:
            let target = target ?? probe.objective.recall ?? 0.95
            try show(
                SweepReport(sweep: sweep, target: target), SweepResult(sweep, of: probe.name, target: target))
        case .unsearchable(let error)?:
            throw Self.failed("\(error)", error.remedy(for: probe, as: role.withLock { $0 }))
        case .noIndex(let obstacle, let remedy)?:
            throw Self.failed(obstacle, remedy)
        case .refused(let value)?:
            throw Self.failed("the server refuses the value \(value)", "check --setting and --values")
        case .noUsualSetting?, nil:
            throw ValidationError(
                "The index has no setting that is known here: name one by --setting and --values.")
        }
    }

    private func show(_ report: SweepReport, _ result: SweepResult) throws {
        if json == ResultFile.output { return print(try result.json, terminator: "") }
        print(report.text, terminator: "")
        if let json { try ResultFile(path: json).write(try result.json, of: "probe sweep") }
    }

    private static func failed(_ reason: String, _ remedy: String?) -> ExitCode {
        StandardError.print("probe sweep: \(reason)")
        if let remedy { StandardError.print("mend: \(remedy)") }
        return .targetFailed
    }

    private enum Outcome: Sendable {
        case done(Sweep)
        case unsearchable(SearchError)
        case noIndex(String, remedy: String)
        case noUsualSetting
        case refused(value: String)
    }

    private static func sweep(
        _ probe: SearchProbe, _ setting: String?, _ values: [String]?, on connection: inout Connection
    ) throws(PostgresError) -> Outcome {
        let prepared: Sweep?
        do throws(SearchError) {
            let deadline = Deadline.after(.seconds(60))
            let search = try Search.resolve(probe, on: &connection, by: deadline)
            if let obstacle = search.obstacle { return .noIndex(obstacle, remedy: search.indexRemedy) }
            prepared = try Sweep.prepared(
                of: search, setting: setting, values: values, on: &connection, by: deadline)
        } catch {
            return .unsearchable(error)
        }
        guard var sweep = prepared else { return .noUsualSetting }
        if let value = try sweep.plan(on: &connection) { return .refused(value: value) }
        let progress = TerminalProgress("sweep", of: sweep.steps)
        defer { progress.end() }
        try sweep.run(on: &connection, progress: progress.show)
        return .done(sweep)
    }
}
