import ArgumentParser
import Bench
import FoundationEssentials
import Glibc
import Postgres
import Settings

/// `pgvigil bench`: how fast searches and writes are, and whether that is fast enough.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measures searches and writes on a server, in a schema that it makes and removes.",
        discussion: """
            Profiles: quick takes about half a minute (5,000 rows of 128 dimensions, 10 clients, at most \
            5 s for each workload), full up to ten minutes (50,000 rows of 384 dimensions, 50 clients, \
            30 s), stress up to an hour (200,000 rows of 384 dimensions, 100 clients, 90 s).

            Workloads: \(Self.workloads).

            It needs the extension vector and a role that may make a schema. Exit status: 1 where a target \
            is missed critically, where the run failed, or where a comparison says slower; 130 and 143 \
            after SIGINT and SIGTERM.

              pgvigil bench --config pgvigil.yml --server main --json before.json
              PGHOST=db1 pgvigil bench --profile full --only search-10 cross-shard
              PGHOST=db1 pgvigil bench --targets targets.yml
              pgvigil bench --compare before.json after.json
            """)

    private static var workloads: String {
        Workload.allCases.map { "\($0.rawValue) (\($0.summary))" }.joined(separator: "; ")
    }

    @OptionGroup var options: SettingsOptions

    @Option(
        help: ArgumentHelp("The server of the settings, where they have several.", valueName: "name"))
    var server: String?

    @Option(help: "quick, full or stress.")
    var profile = Profile.quick

    @Option(
        parsing: .upToNextOption, help: ArgumentHelp("Only these workloads.", valueName: "workload"))
    var only: [Workload] = []

    @Option(help: ArgumentHelp("Rows of the table, instead of the profile's.", valueName: "number"))
    var rows: Int?

    @Option(help: ArgumentHelp("Dimensions of the vectors, instead of the profile's.", valueName: "number"))
    var dimensions: Int?

    @Option(help: ArgumentHelp("The same seed makes the same rows and searches.", valueName: "number"))
    var seed: UInt64 = 1

    @Option(help: ArgumentHelp("Write the result there, too.", valueName: "file"))
    var json: String?

    @Option(
        help: ArgumentHelp("What the workloads should reach, in YAML or JSON.", valueName: "file"))
    var targets: String?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Measure nothing: compare the results in two files.", valueName: "file"))
    var compare: [String] = []

    @Option(
        help: ArgumentHelp("A difference of up to so many percent is none.", valueName: "percent"))
    var tolerance = 10.0

    @Flag(help: "Measure nothing: remove what earlier runs have left.")
    var cleanUp = false

    func validate() throws {
        guard compare.isEmpty || compare.count == 2 else {
            throw ValidationError("--compare takes two files: the result before, and the one after.")
        }
        guard compare.isEmpty || !cleanUp else {
            throw ValidationError("Allowed is one of --compare and --clean-up.")
        }
        guard targets == nil || (compare.isEmpty && !cleanUp) else {
            throw ValidationError("--targets is for a run that measures.")
        }
        guard 0...1000 ~= tolerance else { throw ValidationError("--tolerance: allowed is 0 to 1000.") }
        try Self.check("--rows", rows, in: Plan.possibleRows)
        try Self.check("--dimensions", dimensions, in: Plan.possibleDimensions)
    }

    private static func check(_ option: String, _ number: Int?, in range: ClosedRange<Int>) throws {
        guard let number, !range.contains(number) else { return }
        throw ValidationError("\(option): allowed is \(range.lowerBound) to \(range.upperBound).")
    }

    func run() async throws {
        if !compare.isEmpty { return try compareFiles() }
        if let json, !ResultFile(path: json).isWritable {
            throw ValidationError("\(json) cannot be written.")
        }
        let plan = try plan(with: targets.map(TargetsFile.init)?.read() ?? ServiceTargets())
        ProcessEnvironment.prepare()
        let door = Self.door(to: try chosenServer())
        if cleanUp { return try await removeLeftOvers(through: door) }
        let result = try await BenchSession(plan, through: door).result()
        print(ResultTable(result, isColored: Self.isColored).text, terminator: "")
        Self.nameUnjudged(in: result)
        Self.nameCritical(in: result)
        if let json { try ResultFile(path: json).write(result.json, of: "bench") }
        if result.verdict == .critical { throw ExitCode.targetFailed }
    }

    // MARK: -

    private func plan(with targets: ServiceTargets) -> Plan {
        let chosen = Workload.allCases.filter { only.isEmpty || only.contains($0) }
        return Plan(
            profile, rows: rows, dimensions: dimensions, seed: seed, workloads: chosen, targets: targets)
    }

    /// A target that nobody could hold the run against is neither met nor missed.
    private static func nameUnjudged(in result: BenchResult) {
        for workload in result.workloads {
            for percentile in workload.unjudged {
                StandardError.print(
                    """
                    bench: \(workload.name): \(percentile.name) takes \(percentile.smallestCount) calls, \
                    and there were \(workload.count): not judged
                    """)
            }
        }
    }

    /// Why the exit status is 1.
    private static func nameCritical(in result: BenchResult) {
        let missed = result.workloads.flatMap { workload in
            workload.criticallyMissed.map { target, value in
                "\(workload.name): \(target.text(of: value)), target \(target.text)"
            }
        }
        guard !missed.isEmpty else { return }
        StandardError.print("bench: critical: \(missed.joined(separator: "; "))")
    }

    private static var isColored: Bool {
        isatty(STDOUT_FILENO) == 1 && (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty
    }

    private func chosenServer() throws -> Settings.Server {
        let server = try options.load().server(named: server)
        guard !server.isPooled else { throw Self.failed(.pooled) }
        return server
    }

    private static func door(to server: Settings.Server) -> Door {
        Door { server.connectionTarget(with: $0) }
    }

    private func compareFiles() throws {
        let (before, after) = (
            try ResultFile(path: compare[0]).read(), try ResultFile(path: compare[1]).read()
        )
        let comparison = Comparison(from: before, to: after, tolerance: tolerance / 100)
        guard !comparison.changes.isEmpty else {
            throw ValidationError("The two files have no workload in common that was observed often enough.")
        }
        print(comparison.text(isColored: Self.isColored), terminator: "")
        if comparison.isSlower { throw ExitCode.targetFailed }
    }

    private func removeLeftOvers(through door: Door) async throws {
        let outcome = await onThread { () throws(BenchError) in try CleanUp(through: door).removed() }
        switch outcome {
        case .success(let schemas):
            print(
                schemas.isEmpty
                    ? "nothing was left" : schemas.map { "removed \($0.text)" }.joined(separator: "\n"))
        case .failure(let error): throw Self.failed(error)
        }
    }

    /// Says what failed and what to do; returns how the program ends.
    static func failed(_ error: BenchError) -> ExitCode {
        StandardError.print("bench: \(error)")
        let remedy =
            switch error {
            case .postgres(let error, _): error.remedy
            default: error.remedy
            }
        if let remedy { StandardError.print("mend: \(remedy)") }
        return .targetFailed
    }
}

extension Profile: ExpressibleByArgument {}
extension Workload: ExpressibleByArgument {}
