import ArgumentParser
import Bench
import Exposition
import FoundationEssentials
import Postgres
import ProbeDefinitions
import Probes
import Synchronization

/// `pgvigil probe NAME`: a probe's runs, one after the other.
struct ProbeRun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs a probe and says what it showed (the default).",
        discussion: """
            Its limit of database seconds an hour does not hold here; all its other limits do. Exit status 1 \
            where a search failed or a statement returned what was not expected, or none ran.

              pgvigil probe docs --config pgvigil.yml --count 100 --truths 50
              pgvigil probe docs --config pgvigil.yml --debug
            """)

    @OptionGroup var choice: ProbeChoice

    @Option(
        help: ArgumentHelp("How many runs; of a search, of each variant that is due.", valueName: "number"))
    var count = 20

    @Option(
        help: ArgumentHelp(
            "How many of them are compared with exact truth, after the others.", valueName: "number"))
    var truths: Int?

    @Option(
        help: ArgumentHelp(
            "Time from one search to the next; as fast as they come where there is none.",
            valueName: "duration"))
    var pace: PaceArgument?

    @Flag(
        help:
            "One run, step by step: what was found and is in effect, what took how long, what is exported."
    )
    var debug = false

    @Flag(help: "The result as JSON, with every latency.")
    var json = false

    func validate() throws {
        guard 1...100_000 ~= count else { throw ValidationError("--count: allowed is 1 to 100000.") }
        guard 0...100_000 ~= truths ?? 0 else { throw ValidationError("--truths: allowed is 0 to 100000.") }
    }

    /// Whoever runs it by hand decides what it may take: a limit that nobody meets.
    private static let secondsPerHour = 1e6

    func run() async throws {
        let chosen = try await choice.find()
        switch chosen.kind {
        case .search(let probe):
            if debug { return try await ProbeDebug(probe: probe, target: chosen.target).run() }
            try await run(probe, at: chosen.target)
        case .custom(let probe, let searches):
            guard truths == nil else {
                throw ValidationError(
                    "--truths: \(probe.name) is a custom probe, of which there is no truth.")
            }
            let vectors = try await chosen.vectors(for: probe, of: searches)
            guard !debug else {
                return try await CustomDebug(probe: probe, target: chosen.target, vectors: vectors).run()
            }
            try await run(probe, vectors, at: chosen.target)
        }
    }

    private func run(_ probe: SearchProbe, at target: ConnectionTarget) async throws {
        var probe = probe
        let truths = probe.recall.needsTruth ? truths ?? min(count, 20) : 0
        probe.limits.databaseSecondsPerHour = Self.secondsPerHour
        probe.recall.windowQueries = max(1, truths)
        probe.schedule.interval = .seconds(60)  // No next tick is in the way of what takes its time.
        let prober = SearchProber(probe, budget: ProbeBudget(secondsPerHour: Self.secondsPerHour))
        try await run(prober, probe.name, of: probe.database, at: target, truths: truths) {
            connection, server throws(PostgresError) in
            try prober.runTruth(TruthOccasion(server: server), on: &connection)
        }
    }

    private func run(_ probe: CustomProbe, _ vectors: [String: [String]], at target: ConnectionTarget)
        async throws
    {
        var probe = probe
        probe.limits.databaseSecondsPerHour = Self.secondsPerHour
        let prober = CustomProber(
            probe, budget: ProbeBudget(secondsPerHour: Self.secondsPerHour), vectors: { vectors[$0] ?? [] })
        try await run(prober, probe.name, of: probe.database, at: target)
    }

    private func run(
        _ prober: some Prober, _ name: String, of database: String?, at target: ConnectionTarget,
        truths: Int = 0,
        truth: @escaping @Sendable (inout Connection, ServerState) throws(PostgresError) -> Void = { _, _ in }
    ) async throws {
        let result = Mutex(ProbeResult(name))
        let (count, pace) = (count, pace?.duration ?? .zero)
        let session = ProbeSession(name: "probe", target: target, database: database)
        try await session.use { connection, server throws(PostgresError) in
            let progress = TerminalProgress("probe", of: count + truths)
            defer { progress.end() }
            var due = ContinuousClock.now
            for number in 1...count {
                // Early enough for its transaction to be open when it is due.
                due = max(due + pace, .now + .milliseconds(5))
                let tick = ProbeTick(number: number, due: due, server: server, isNewConnection: number == 1)
                try prober.run(tick, on: &connection)
                result.withLock { $0.note(prober.summary) }
                progress.show(number)
            }
            for number in 0..<truths {
                try truth(&connection, server)
                progress.show(count + number + 1)
            }
        }
        let found = result.withLock { result in
            result.conclude(prober.summary)
            return result
        }
        print(json ? try found.json : found.text, terminator: "")
        if !found.isGood { throw ExitCode.targetFailed }
    }
}
