import ArgumentParser
import Glibc
import Postgres
import Probes
import Runtime
import Synchronization
import UnixSignals

/// A connection for a probe by hand: looked after as the daemon's are, and given up at a signal.
struct ProbeSession {
    /// The command, which stands before what it says.
    let name: String
    let target: ConnectionTarget
    let database: String?

    /// Lends it to `body`; ends the program where that fails, and at a signal once the server was told.
    func use(
        _ body: @escaping @Sendable (inout Connection, ServerState) throws(PostgresError) -> Void
    ) async throws {
        ProcessEnvironment.prepare()
        let (limit, canceller) = (ConnectionLimit(2), Canceller())
        let session = Session(to: target, limit: limit, canceller: canceller)
        let watcher = Session(to: target, limit: limit, canceller: canceller)
        let watch = Watch(by: watcher, canceller: canceller)
        let received = Mutex<Int32?>(nil)
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup)
        let failure = await withTaskGroup(of: Void.self) { group -> SearchError? in
            group.addTask { @Sendable in
                for await signal in signals {
                    received.withLock { $0 = signal.rawValue }
                    for session in [session, watcher] { session.interruptForGood() }
                }
            }
            defer { group.cancelAll() }
            return await outcome(of: session, under: watch, body)
        }
        for session in [session, watcher] { await session.close() }
        if let signal = received.withLock({ $0 }) {
            StandardError.print("\(name): interrupted")
            throw ExitCode(128 + signal)
        }
        guard let failure else { return }
        let reason =
            watch.hasYielded
            ? "stopped: a session waited behind it, or none could look for sessions that do" : "\(failure)"
        StandardError.print("\(name): \(reason)")
        if let remedy = Self.remedy(for: failure) { StandardError.print("mend: \(remedy)") }
        throw ExitCode.targetFailed
    }

    private static func remedy(for failure: SearchError) -> String? {
        switch failure {
        case .postgres(.statementFailed(.queryCanceled, _)), .postgres(.timedOut):
            "give searches more time by the probe's schedule.timeout, exact ones by its recall.exact.timeout"
        case .postgres(let error): error.remedy
        default: nil
        }
    }

    private func outcome(
        of session: Session, under watch: Watch,
        _ body: @escaping @Sendable (inout Connection, ServerState) throws(PostgresError) -> Void
    ) async -> SearchError? {
        do throws(PostgresError) {
            let deadline = Deadline.after(.seconds(10))
            try await watch.use(session, of: database, connectBy: deadline) {
                connection, _ throws(PostgresError) in
                let state = try ServerState.read(from: &connection, by: deadline)
                try body(&connection, state)
            }
            return nil
        } catch {
            return SearchError(error)
        }
    }
}
