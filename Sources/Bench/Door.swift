package import Postgres
import Synchronization

/// The way to the server, which knows the sessions that we have opened there.
package final class Door: Sendable {
    /// Our name at the server.
    package static let application = "pgvigil bench"

    private let target: @Sendable (SessionSettings) -> ConnectionTarget
    private let opened = Mutex<Set<Int32>>([])

    /// `target` is how to reach the database, with session settings that it is given.
    package init(to target: @escaping @Sendable (SessionSettings) -> ConnectionTarget) {
        self.target = target
    }

    /// The server's numbers for all sessions that were ever opened.
    var processIDs: [Int32] { opened.withLock { $0.sorted() } }

    /// Opens a session that may write.
    func connect(statementTimeout: Duration = .seconds(60), unless interrupt: Interrupt)
        throws(PostgresError) -> Connection
    {
        let settings = SessionSettings(
            statementTimeout: statementTimeout, lockTimeout: .seconds(10), isOfProbes: true,
            isReadOnly: false,
            application: Self.application)
        let deadline = Deadline.after(.seconds(10))
        var attempt = try ConnectionAttempt(to: target(settings), by: deadline, unless: interrupt)
        try attempt.advance(by: deadline)
        var connection = attempt.connection()
        try connection.verifySettings(by: deadline)
        opened.withLock { _ = $0.insert(connection.processID) }
        return connection
    }
}
