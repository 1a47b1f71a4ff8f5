import CLibPQ
import Glibc
package import SQL

/// One session with a PostgreSQL server.
///
/// A connection has exactly one owner, and closes when its owner lets go of it.
/// Calls block the calling thread until the server answers, the deadline passes or the interrupt fires.
package struct Connection: ~Copyable {
    private let handle: Handle
    package let kind: ServerKind
    private let settings: SessionSettings
    private let interrupt: Interrupt
    /// Whether each statement brings the session settings along, in a transaction of its own.
    package private(set) var isWrapped: Bool
    /// Whether a transaction that we began is open: then nothing more is wrapped.
    private var isInTransaction = false
    /// Of the transaction that is open; nil where it has none.
    private var limit: TransactionLimit?
    package private(set) var usage = Usage()

    init(
        _ handle: consuming Handle, to kind: ServerKind, settings: SessionSettings, isWrapped: Bool,
        interrupt: Interrupt
    ) {
        self.handle = handle
        self.kind = kind
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
    ///
    /// A console's commands cannot be cancelled, and a request to do so would be one more connection.
    package func cancelKey() -> CancelKey? {
        guard !kind.isPooler, !handle.isUnheard else { return nil }
        return unsafe PQgetCancel(handle.pointer).map { unsafe CancelKey(owning: $0) }
    }

    /// The server's name for this session, as `pg_stat_activity.pid`; a pooler's own where one is in between.
    package var processID: Int32 { unsafe PQbackendPID(handle.pointer) }

    /// The database that we are connected to.
    package var database: String { unsafe String(cString: PQdb(handle.pointer)) }

    /// Reads the session settings back; where they are not in effect, each statement will carry them.
    package mutating func verifySettings(by deadline: Deadline) throws(PostgresError) {
        guard !isWrapped, !kind.isPooler else { return }
        isWrapped = try !settings.areInEffect(query(SessionSettings.readBack, by: deadline))
    }

    /// Runs one statement and returns all its rows.
    ///
    /// After an error the transaction is rolled back at once, so that it holds no pooler's server connection.
    package mutating func query(_ sql: String, by deadline: Deadline) throws(PostgresError) -> Rows {
        try keepToLimit(by: deadline)
        let message = isWrapped && !isInTransaction ? settings.wrapping(sql) : sql
        return try ask(by: deadline) { connection throws(PostgresError) in try connection.send(message) }
    }

    /// Runs one statement inside `transaction`, with values for `$1`, `$2`, … as text; nil is NULL.
    ///
    /// The statement has no name, so that poolers let it pass, and the planner sees the values.
    package mutating func query(_ sql: String, with values: [String?], by deadline: Deadline)
        throws(PostgresError) -> Rows
    {
        precondition(isInTransaction, "values travel only inside a transaction")
        try keepToLimit(by: deadline)
        return try ask(by: deadline) { connection throws(PostgresError) in
            try connection.send(sql, with: values)
        }
    }

    /// Runs one statement of a session that may write, in a transaction of its own; nil is NULL.
    ///
    /// The answer is empty where the statement returns no table.
    @discardableResult
    package mutating func run(_ sql: String, with values: [String?] = [], by deadline: Deadline)
        throws(PostgresError) -> Rows
    {
        precondition(!settings.isReadOnly && !isWrapped && !isInTransaction, "this session may not write")
        return try ask(by: deadline, wantsTable: false) { connection throws(PostgresError) in
            try connection.send(sql, with: values)
        }
    }

    /// Runs `body` in one read-only transaction, with settings that end with it.
    ///
    /// `duration` is for all of its statements together: each may take what is left, and one for which
    /// nothing is left fails with `.outOfTime`. After an error the transaction is rolled back at once.
    package mutating func transaction<Answer>(
        _ isolation: Isolation = .readCommitted, set locals: [LocalSetting] = [],
        within duration: Duration? = nil, by deadline: Deadline,
        _ body: (inout Connection) throws(PostgresError) -> Answer
    ) throws(PostgresError) -> Answer {
        precondition(!isInTransaction, "a transaction is open already")
        let all = (isWrapped ? settings.locals : []) + locals
        let begin = "BEGIN ISOLATION LEVEL \(isolation.rawValue) READ ONLY"
        try command(([begin] + all.map(\.statement)).joined(separator: "; "), by: deadline)
        isInTransaction = true
        limit = duration.map { TransactionLimit($0, after: all) }
        defer { (isInTransaction, limit) = (false, nil) }
        let answer: Answer
        do throws(PostgresError) {
            answer = try body(&self)
        } catch {
            rollBackIfOpen(by: deadline)
            throw error
        }
        try command("COMMIT", by: deadline)
        return answer
    }

    /// Makes the next statement of a transaction with a limit take no longer than is left of it.
    ///
    /// Each statement does so by itself; one that is timed should not have to.
    package mutating func keepToLimit(by deadline: Deadline) throws(PostgresError) {
        guard let timeout = try limit?.nextTimeout() else { return }
        try command(LocalSetting("statement_timeout", timeout).statement, by: deadline)
    }

    /// Blocks the thread until `deadline`, ready to send.
    ///
    /// Throws `.interrupted` as soon as the interrupt fires.
    package borrowing func wait(until deadline: Deadline) throws(PostgresError) {
        try deadline.wait(unless: interrupt)
    }

    /// Lets go of a connection whose server may be busy with a statement, without letting go of its count.
    ///
    /// The server notices our end only after its statement; until then it counts the session, and so do we.
    package consuming func abandon() -> AbandonedConnection {
        AbandonedConnection(leaving: handle)
    }

    /// Says goodbye; until the server has closed its end it counts the session, and so do we.
    package consuming func close() -> AbandonedConnection {
        AbandonedConnection(closing: handle)
    }

    // MARK: - The conversation with libpq

    private mutating func command(_ sql: String, by deadline: Deadline) throws(PostgresError) {
        _ = try ask(by: deadline, wantsTable: false) { connection throws(PostgresError) in
            try connection.send(sql)
        }
    }

    /// Sends one message and takes everything that comes back for it: the table, if there is one.
    private mutating func ask(
        by deadline: Deadline, wantsTable: Bool = true,
        sending send: (borrowing Connection) throws(PostgresError) -> Void
    ) throws(PostgresError) -> Rows {
        let started = ContinuousClock.now
        defer { usage.add(statement: .now - started) }
        do {
            try send(self)
            return try takeAnswer(by: deadline, wantsTable: wantsTable)
        } catch {
            rollBackIfOpen(by: deadline)
            throw error
        }
    }

    private func rollBackIfOpen(by deadline: Deadline) {
        let status = unsafe PQtransactionStatus(handle.pointer)
        guard status == PQTRANS_INERROR || status == PQTRANS_INTRANS else { return }
        do throws(PostgresError) {
            try send("ROLLBACK")
            _ = try takeAnswer(by: deadline, wantsTable: false)
        } catch {
            return  // The connection is broken or busy, and whoever lent it will see that.
        }
    }

    private borrowing func send(_ sql: String) throws(PostgresError) {
        guard unsafe PQsendQuery(handle.pointer, sql) == 1 else { throw .connectionLost(message) }
    }

    private borrowing func send(_ sql: String, with values: [String?]) throws(PostgresError) {
        let isSent = unsafe withCStrings(values.map { $0 ?? "" }) { texts in
            var cells = unsafe Array(texts)
            for (index, value) in values.enumerated() where value == nil { unsafe cells[index] = nil }
            return unsafe PQsendQueryParams(
                handle.pointer, sql, CInt(values.count), nil, cells, nil, nil, 0)
        }
        guard isSent == 1 else { throw .connectionLost(message) }
    }

    private func takeAnswer(by deadline: Deadline, wantsTable: Bool) throws(PostgresError) -> Rows {
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
        ConnectFailure.firstLine(of: handle.message) ?? "the connection is closed"
    }
}
