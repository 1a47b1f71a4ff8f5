import CLibPQ
import Glibc

/// One session with a PostgreSQL server.
///
/// A connection has exactly one owner, and closes when its owner lets go of it.
/// Calls block the calling thread until the server answers, the deadline passes or the interrupt fires.
package struct Connection: ~Copyable {
    private let handle: Handle
    private let settings: SessionSettings
    private let interrupt: Interrupt
    /// Whether each statement brings the session settings along, in a transaction of its own.
    package private(set) var isWrapped: Bool
    package private(set) var usage = Usage()

    init(_ handle: consuming Handle, settings: SessionSettings, isWrapped: Bool, interrupt: Interrupt) {
        self.handle = handle
        self.settings = settings
        self.isWrapped = isWrapped
        self.interrupt = interrupt
        unsafe _ = PQsetErrorVerbosity(self.handle.pointer, PQERRORS_DEFAULT)
    }

    /// Whether another statement may be sent: nothing is broken, and nothing is under way.
    package var isReusable: Bool {
        unsafe !handle.isBroken && PQtransactionStatus(handle.pointer) == PQTRANS_IDLE
    }

    /// Whether the server may still be busy with a statement that nobody waits for any more.
    package var isBusy: Bool {
        unsafe !handle.isBroken && PQtransactionStatus(handle.pointer) == PQTRANS_ACTIVE
    }

    /// What it takes to cancel the statement under way; nil where the server's host is silent.
    package func cancelKey() -> CancelKey? {
        guard !handle.isUnheard else { return nil }
        return unsafe PQgetCancel(handle.pointer).map { unsafe CancelKey(owning: $0) }
    }

    /// Reads the session settings back; where they are not in effect, each statement will carry them.
    package mutating func verifySettings(by deadline: Deadline) throws(PostgresError) {
        guard !isWrapped else { return }
        isWrapped = try !settings.areInEffect(query(SessionSettings.readBack, by: deadline))
    }

    /// Runs one statement and returns all its rows.
    ///
    /// After an error the transaction is rolled back at once, so that it holds no pooler's server connection.
    package mutating func query(_ sql: String, by deadline: Deadline) throws(PostgresError) -> Rows {
        let started = ContinuousClock.now
        defer { usage.add(statement: .now - started) }
        do {
            return try run(isWrapped ? settings.wrapping(sql) : sql, by: deadline)
        } catch {
            let status = unsafe PQtransactionStatus(handle.pointer)
            if status == PQTRANS_INERROR || status == PQTRANS_INTRANS {
                _ = try? run("ROLLBACK", by: deadline, wantsTable: false)
            }
            throw error
        }
    }

    /// Lets go of a connection whose server may be busy with a statement, without letting go of its count.
    ///
    /// The server notices our end only after its statement; until then it counts the session, and so do we.
    package consuming func abandon() -> AbandonedConnection {
        AbandonedConnection(handle)
    }

    // MARK: - The conversation with libpq

    /// Sends one message and takes everything that comes back for it: the table, if there is one.
    private func run(_ sql: String, by deadline: Deadline, wantsTable: Bool = true) throws(PostgresError)
        -> Rows
    {
        guard unsafe PQsendQuery(handle.pointer, sql) == 1 else { throw .connectionLost(message) }
        try flush(by: deadline)
        guard var rows = try receive(by: deadline) else { throw .connectionLost(message) }
        var error = rows.error
        while let more = try receive(by: deadline) {  // libpq takes the next statement only after a nil.
            error = error ?? more.error
            if more.isTable { rows = consume more }
        }
        if handle.isBroken { throw .connectionLost(message) }
        if let error { throw error }
        guard rows.isTable || !wantsTable else { throw .noTable }
        return rows
    }

    private func flush(by deadline: Deadline) throws(PostgresError) {
        while true {
            switch unsafe PQflush(handle.pointer) {
            case 0: return
            case 1: try wait(for: POLLOUT | POLLIN, by: deadline)
            default: throw .connectionLost(message)
            }
            if unsafe PQconsumeInput(handle.pointer) == 0 { throw .connectionLost(message) }
        }
    }

    /// The next result of the statement under way; nil when it has ended.
    private func receive(by deadline: Deadline) throws(PostgresError) -> Rows? {
        while unsafe PQisBusy(handle.pointer) == 1 {
            try wait(for: POLLIN, by: deadline)
            if unsafe PQconsumeInput(handle.pointer) == 0 { throw .connectionLost(message) }
        }
        guard let result = unsafe PQgetResult(handle.pointer) else { return nil }
        return unsafe Rows(adopting: result)
    }

    private func wait(for events: CInt, by deadline: Deadline) throws(PostgresError) {
        try Postgres.wait(for: events, on: handle.socket, by: deadline, unless: interrupt)
    }

    private var message: String {
        handle.message.split(separator: "\n").last.map(String.init) ?? "the connection is closed"
    }
}

extension Connection {
    /// What we have asked of the server.
    package struct Usage: Sendable, Equatable {
        package private(set) var statements = 0
        /// Time between sending statements and having their answers.
        package private(set) var databaseTime = Duration.zero

        package init() {}

        /// What came after `earlier`.
        package func since(_ earlier: Usage) -> Usage {
            var usage = self
            usage.statements -= earlier.statements
            usage.databaseTime -= earlier.databaseTime
            return usage
        }

        mutating func add(statement duration: Duration) {
            statements += 1
            databaseTime += duration
        }
    }
}
