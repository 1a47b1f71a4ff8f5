import ArgumentParser
import Bench
import Glibc
import Postgres
import Synchronization
import UnixSignals

/// A run of the bench at a terminal: with a bar, and with signals that end it early and clean.
struct BenchSession {
    private let plan: Plan
    private let door: Door
    private let progress = Progress()
    private let interrupt = Interrupt()

    init(_ plan: Plan, through door: Door) {
        self.plan = plan
        self.door = door
    }

    func result() async throws -> BenchResult {
        let run = BenchRun(
            plan, through: door, program: BuildInfo.version, progress: progress, interrupt: interrupt
        ) { StandardError.print("\(Self.lineStart)bench: \($0)") }
        let received = Signal()
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup)
        let outcome = await withTaskGroup(of: Void.self) { group in
            group.addTask { [interrupt] in
                for await signal in signals {
                    received.note(signal)
                    interrupt.fire()
                }
            }
            if StandardError.isTerminal { group.addTask { [progress] in await Self.draw(progress) } }
            let outcome = await onThread { () throws(BenchError) in try run.result() }
            group.cancelAll()
            return outcome
        }
        if StandardError.isTerminal { StandardError.write(Self.lineStart) }
        switch outcome {
        case .success(let result): return result
        case .failure(.interrupted):
            StandardError.print("bench: interrupted; nothing is left behind")
            throw ExitCode(128 + received.number)
        case .failure(let error): throw BenchCommand.failed(error)
        }
    }

    // MARK: -

    /// Back to the start of the line, and nothing on it.
    private static var lineStart: String { StandardError.isTerminal ? "\r\u{1B}[K" : "" }

    private static func draw(_ progress: Progress) async {
        while !Task.isCancelled {
            if let state = progress.current {
                StandardError.write("\(lineStart)\(ProgressBar().line(for: state, at: .now))")
            }
            try? await Task.sleep(for: .milliseconds(100))
        }
    }

    /// The signal that ended the run.
    private final class Signal: Sendable {
        private let latest = Mutex(SIGINT)

        func note(_ signal: UnixSignal) { latest.withLock { $0 = signal.rawValue } }

        var number: Int32 { latest.withLock { $0 } }
    }
}

/// Runs what blocks for long on a thread of its own.
func onThread<Answer: Sendable, Failure: Error>(
    _ body: @escaping @Sendable () throws(Failure) -> Answer
) async -> Result<Answer, Failure> {
    await withCheckedContinuation { continuation in
        Thread.start {
            do throws(Failure) {
                continuation.resume(returning: .success(try body()))
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
    }
}
