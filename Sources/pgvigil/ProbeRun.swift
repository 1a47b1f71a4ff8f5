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
        commandName: "run", abstract: "Runs a search probe and says what it showed (the default).")

    @OptionGroup var choice: ProbeChoice

    @Option(help: ArgumentHelp("How many searches of each variant that is due.", valueName: "number"))
    var count = 20

    @Option(help: ArgumentHelp("How many of them are compared with exact truth, after the others.", valueName: "number"))
    var truths: Int?

    @Option(help: ArgumentHelp("Time from one search to the next; as fast as they come where there is none.", valueName: "duration"))
    var pace: PaceArgument?

    @Flag(help: "One run, step by step: what was found, what is in effect, what took how long, what would be exported.")
    var debug = false

    @Flag(help: "The result as JSON, with every latency.")
    var json = false

    func validate() throws {
        guard 1...100_000 ~= count else { throw ValidationError("--count: allowed is 1 to 100000.") }
        guard 0...100_000 ~= truths ?? 0 else { throw ValidationError("--truths: allowed is 0 to 100000.") }
    }

    func run() async throws {
        let (probe, target) = try choice.find()
        if debug { return try await ProbeDebug(probe: probe, target: target).run() }
        let result = Mutex(ProbeResult(probe.name))
        let prober = SearchProber(probe, budget: ProbeBudget(secondsPerHour: 3600))
        let (count, truths, pace) = (count, truths ?? min(count, 20), pace?.duration ?? .zero)
        try await lend(target, of: probe.database) { connection, server throws(PostgresError) in
            var due = ContinuousClock.now
            for number in 1...count {
                // Early enough for its transaction to be open when it is due.
                due = max(due + pace, .now + .milliseconds(5))
                let tick = ProbeTick(number: number, due: due, server: server, isNewConnection: number == 1)
                try prober.run(tick, on: &connection)
                result.withLock { $0.note(prober.summary) }
            }
            for _ in 0..<(probe.recall.needsTruth ? truths : 0) {
                let occasion = TruthOccasion(allowance: probe.recall.exact.timeout, server: server)
                try prober.runTruth(occasion, on: &connection)
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
