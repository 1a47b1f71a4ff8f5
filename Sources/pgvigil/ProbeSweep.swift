import ArgumentParser
import Bench
import Postgres
import Probes
import Synchronization

/// `pgvigil probe sweep NAME`: recall and latency at several values of a setting.
struct ProbeSweep: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Tries a setting at several values: recall, latency, and the lowest that is good enough.",
        discussion: """
            Each query is looked for once without the index, and scores all values. On a large table that takes \
            a while: begin with few queries, best on a standby.

              pgvigil probe sweep docs --queries 50 --target 0.98
              pgvigil probe sweep docs --setting hnsw.max_scan_tuples --values 1000,20000,100000
            """)

    @OptionGroup var choice: ProbeChoice

    @Option(help: ArgumentHelp("hnsw.ef_search, ivfflat.probes and the like; what suits the index without.", valueName: "name"))
    var setting: String?

    @Option(help: ArgumentHelp("Lowest first, with commas between them.", valueName: "values"))
    var values: String?

    @Option(help: ArgumentHelp("How many query vectors.", valueName: "number"))
    var queries = 50

    @Option(help: ArgumentHelp("The recall that is wanted; the probe's objective without, or 0.95.", valueName: "ratio"))
    var target: Double?

    func validate() throws {
        guard 2...10_000 ~= queries else { throw ValidationError("--queries: allowed is 2 to 10000.") }
        guard 0.01...1 ~= target ?? 1 else { throw ValidationError("--target: allowed is 0.01 to 1.") }
        guard (setting == nil) || values != nil else { throw ValidationError("--setting needs --values.") }
    }

    func run() async throws {
        var (probe, connectionTarget) = try choice.find()
        probe.queries.count = queries
        let (setting, values) = (setting, values?.split(separator: ",").map(String.init))
        let outcome = Mutex<Outcome?>(nil)
        try await lend(connectionTarget, of: probe.database) { [probe] connection, _ throws(PostgresError) in
            let found = try Self.sweep(probe, setting, values, on: &connection)
            outcome.withLock { $0 = found }
        }
        switch outcome.withLock({ $0 }) {
        case .done(let sweep)?:
            let target = target ?? probe.objective.recall ?? 0.95
            print(SweepReport(sweep: sweep, target: target).text, terminator: "")
        case .refused(let error)?:
            StandardError.print("probe sweep: \(error)")
            throw ExitCode.targetFailed
        case .noUsualSetting?, nil:
            throw ValidationError(
                "No index that the search could use has a setting that is known here: name one by --setting.")
        }
    }

    private enum Outcome: Sendable {
        case done(Sweep)
        case refused(SearchError)
        case noUsualSetting
    }

    private static func sweep(
        _ probe: SearchProbe, _ setting: String?, _ values: [String]?, on connection: inout Connection
    ) throws(PostgresError) -> Outcome {
        let prepared: Sweep?
        do throws(SearchError) {
            prepared = try Sweep.prepared(
                for: probe, setting: setting, values: values, on: &connection, by: .after(.seconds(60)))
        } catch {
            return .refused(error)
        }
        guard var sweep = prepared else { return .noUsualSetting }
        let progress = TerminalProgress("sweep", of: sweep.steps)
        defer { progress.end() }
        try sweep.run(on: &connection, progress: progress.show)
        return .done(sweep)
    }
}
