import ArgumentParser
import Bench
import Exposition
import FoundationEssentials
import Postgres
import Probes
import Synchronization

/// `pgvigil probe NAME`: a probe's searches, one after the other.
struct ProbeRun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs a search probe and says what it showed (the default).",
        discussion: """
            Its limit of database seconds an hour does not hold here; all its other limits do. Exit status 1 \
            where a search failed, or none was made.

              pgvigil probe docs --config pgvigil.yml --count 100 --truths 50
              pgvigil probe docs --config pgvigil.yml --debug
            """)

    @OptionGroup var choice: ProbeChoice

    @Option(help: ArgumentHelp("How many searches of each variant that is due.", valueName: "number"))
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
        var (probe, target) = try await choice.find()
        if debug { return try await ProbeDebug(probe: probe, target: target).run() }
        let truths = probe.recall.needsTruth ? truths ?? min(count, 20) : 0
        probe.limits.databaseSecondsPerHour = Self.secondsPerHour
        probe.recall.windowQueries = max(1, truths)
        probe.schedule.interval = .seconds(60)  // No next tick is in the way of what takes its time.
        let result = Mutex(ProbeResult(probe.name))
        let prober = SearchProber(probe, budget: ProbeBudget(secondsPerHour: Self.secondsPerHour))
        let (count, pace) = (count, pace?.duration ?? .zero)
        let session = ProbeSession(name: "probe", target: target, database: probe.database)
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
                let occasion = TruthOccasion(server: server)
                try prober.runTruth(occasion, on: &connection)
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
