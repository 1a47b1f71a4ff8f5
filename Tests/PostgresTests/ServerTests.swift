import Foundation
import SQL
import Testing

@testable import Postgres

/// `PGVIGIL_TEST_SERVERS` names them, one `keyword=value` connection string a line.
private let servers = (ProcessInfo.processInfo.environment["PGVIGIL_TEST_SERVERS"] ?? "")
    .split(separator: "\n").map(String.init)

/// Connections to real servers.
@Suite(.enabled(if: !servers.isEmpty, "PGVIGIL_TEST_SERVERS names no server"))
struct ServerTests {
    @Test(arguments: servers, [false, true])
    func `session settings hold, with a pooler in between or not`(_ server: String, _ isPooled: Bool) throws {
        var connection = try Self.connect(to: server, isPooled: isPooled)
        let isWrapped = connection.isWrapped
        #expect(isWrapped == isPooled)
        let timeout = try connection.text("SELECT pg_catalog.current_setting('statement_timeout')")
        #expect(timeout == "300ms")
        let lockTimeout = try connection.text("SELECT pg_catalog.current_setting('lock_timeout')")
        #expect(lockTimeout == "100ms")
        let application = try connection.text("SELECT pg_catalog.current_setting('application_name')")
        #expect(application == "pgvigil")
        let readOnly = try connection.text("SELECT pg_catalog.current_setting('transaction_read_only')")
        #expect(readOnly == "on")
    }

    @Test(arguments: servers, [false, true])
    func `a refused statement leaves the connection usable, and no transaction open`(
        _ server: String, _ isPooled: Bool
    ) throws {
        var connection = try Self.connect(to: server, isPooled: isPooled)
        let process = try connection.text("SELECT pg_catalog.pg_backend_pid()")
        try Self.expectFailure(of: "SELECT * FROM nowhere", on: &connection, .undefinedTable)
        try Self.expectFailure(of: "CREATE TABLE public.x()", on: &connection, SQLState(rawValue: "25006"))
        try Self.expectFailure(of: "SELECT pg_catalog.pg_sleep(9)", on: &connection, .queryCanceled)
        let isReusable = connection.isReusable
        #expect(isReusable)
        let after = try connection.text("SELECT pg_catalog.pg_backend_pid()")
        #expect(after == process)
    }

    @Test(arguments: servers)
    func `a deadline leaves a connection that is busy, and cancelling ends its statement`(_ server: String)
        throws
    {
        var connection = try Self.connect(to: server, statementTimeout: .seconds(60))
        var witness = try Self.connect(to: server)
        let process = try connection.text("SELECT pg_catalog.pg_backend_pid()") ?? ""
        #expect(throws: PostgresError.timedOut) {
            _ = try connection.query("SELECT pg_catalog.pg_sleep(60)", by: .after(.milliseconds(200)))
        }
        let (isBusy, isReusable) = (connection.isBusy, connection.isReusable)
        #expect(isBusy && !isReusable)
        if let key = connection.cancelKey() { Canceller().cancel(key, patience: .seconds(2)) }
        let abandoned = connection.abandon()
        let count = "SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE pid = \(process)"
        let deadline = Deadline.after(.seconds(10))
        var isGone = false
        while !isGone, !deadline.hasPassed { isGone = try witness.text(count) == "0" }
        #expect(isGone)
        var isOver = false
        while !isOver, !deadline.hasPassed { isOver = abandoned.isOver }
        #expect(isOver)
    }

    @Test(arguments: servers)
    func `statements of several sessions are all cancelled where they have to end at once`(_ server: String)
        async throws
    {
        let canceller = Canceller()
        let processes = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<4 {
                group.addTask { try Self.cancelledSleep(on: server, canceller) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(processes.count == 4)
        var witness = try Self.connect(to: server)
        let count = """
            SELECT count(*) FROM pg_catalog.pg_stat_activity
            WHERE state = 'active' AND pid IN (\(processes.joined(separator: ", ")))
            """
        let deadline = Deadline.after(.seconds(5))
        var left: String? = "4"
        while left != "0", !deadline.hasPassed { left = try witness.text(count) }
        #expect(left == "0")
    }

    /// Leaves a statement of a minute as a session does that has to stop; the process that ran it.
    private static func cancelledSleep(on server: String, _ canceller: Canceller) throws -> String {
        var connection = try connect(to: server, statementTimeout: .seconds(60))
        let process = try connection.text("SELECT pg_catalog.pg_backend_pid()") ?? ""
        #expect(throws: PostgresError.timedOut) {
            _ = try connection.query("SELECT pg_catalog.pg_sleep(60)", by: .after(.milliseconds(200)))
        }
        if let key = connection.cancelKey() { canceller.cancel(key, patience: .seconds(2)) }
        _ = connection.abandon()
        return process
    }

    @Test(arguments: servers)
    func `nobody can tell who waits behind a process that is none of ours`(_ server: String) throws {
        var watcher = try Self.connect(to: server)
        let other = try Self.connect(to: server)
        let own = try watcher.hasWaiters(behind: other.processID, by: .after(.seconds(20)))
        let checkpointer = try watcher.text(
            "SELECT pid FROM pg_catalog.pg_stat_activity WHERE backend_type = 'checkpointer'")
        let process = try #require(checkpointer.flatMap(Int32.init))
        let foreign = try watcher.hasWaiters(behind: process, by: .after(.seconds(20)))
        #expect(own == false)
        #expect(foreign == nil)
    }

    @Test(arguments: servers, [false, true])
    func `values and settings hold inside a transaction and nowhere else`(
        _ server: String, _ isPooled: Bool
    ) throws {
        var connection = try Self.connect(to: server, isPooled: isPooled)
        let before = try connection.text("SELECT pg_catalog.current_setting('work_mem')")
        let settings = [LocalSetting("work_mem", "123kB"), LocalSetting("lock_timeout", .seconds(1))]
        let sql = "SELECT pg_catalog.current_setting('work_mem') || $1 || coalesce($2, '-')"
        let found = try connection.transaction(set: settings, by: .after(.seconds(5))) {
            connection throws(PostgresError) in
            try connection.query(sql, with: [" it's \\", nil], by: .after(.seconds(5)))
                .text(row: 0, column: 0)
        }
        #expect(found == "123kB it's \\-")
        let after = try connection.text("SELECT pg_catalog.current_setting('work_mem')")
        #expect(after == before)
    }

    @Test(arguments: servers)
    func `both statements of a repeatable-read transaction see one snapshot`(_ server: String) throws {
        var connection = try Self.connect(to: server)
        var other = try Self.connect(to: server)
        _ = try other.text("SELECT pg_catalog.set_config('default_transaction_read_only', 'off', false)")
        let snapshots = try connection.transaction(.repeatableRead, by: .after(.seconds(5))) {
            connection throws(PostgresError) in
            let sql = "SELECT pg_catalog.txid_current_snapshot()"
            let first = try connection.text(sql)
            _ = try other.text("SELECT pg_catalog.txid_current()")
            return try [first, connection.text(sql)]
        }
        #expect(snapshots[0] != nil && snapshots[0] == snapshots[1])
    }

    @Test(arguments: servers, [false, true])
    func `a refusal inside a transaction ends it, and the connection goes on`(
        _ server: String, _ isPooled: Bool
    ) throws {
        var connection = try Self.connect(to: server, isPooled: isPooled)
        var refusal: PostgresError?
        do throws(PostgresError) {
            try connection.transaction(by: .after(.seconds(5))) { connection throws(PostgresError) in
                _ = try connection.query("SELECT 1 / $1::int", with: ["0"], by: .after(.seconds(5)))
            }
        } catch {
            refusal = error
        }
        #expect(
            refusal == .statementFailed(SQLState(rawValue: "22012"), "division by zero"))
        let isReusable = connection.isReusable
        #expect(isReusable)
        let application = try connection.text("SELECT pg_catalog.current_setting('application_name')")
        #expect(application == "pgvigil")
    }

    @Test(arguments: servers, [false, true])
    func `the statements of a transaction with a limit take no longer than it, all together`(
        _ server: String, _ isPooled: Bool
    ) throws {
        var connection = try Self.connect(to: server, isPooled: isPooled, statementTimeout: .seconds(60))
        let (end, began) = (Deadline.after(.seconds(20)), ContinuousClock.now)
        var answers = 0
        do throws(PostgresError) {
            try connection.transaction(within: .seconds(1), by: end) {
                connection throws(PostgresError) in
                for _ in 0..<9 {
                    _ = try connection.query("SELECT pg_catalog.pg_sleep($1::float8)", with: ["0.4"], by: end)
                    answers += 1
                }
            }
            Issue.record("nothing ended it")
        } catch {
            guard case .statementFailed(.queryCanceled, _) = error else { throw error }
        }
        let elapsed = ContinuousClock.now - began
        #expect(answers == 2)
        #expect(elapsed > .milliseconds(950) && elapsed < .milliseconds(1700))
        let isReusable = connection.isReusable
        #expect(isReusable)
    }

    @Test(arguments: servers)
    func `an interrupt ends a wait at once`(_ server: String) throws {
        let interrupt = Interrupt()
        var connection = try Self.connect(to: server, statementTimeout: .seconds(60), interrupt: interrupt)
        Thread.start { interrupt.fire() }
        #expect(throws: PostgresError.interrupted) {
            _ = try connection.query("SELECT pg_catalog.pg_sleep(60)", by: .after(.seconds(60)))
        }
    }

    // MARK: -

    private static func connect(
        to server: String, isPooled: Bool = false, statementTimeout: Duration = .milliseconds(300),
        interrupt: Interrupt = Interrupt()
    ) throws(PostgresError) -> Connection {
        let deadline = Deadline.after(.seconds(20))
        let target = ConnectionTarget(
            conninfo: server, isPooled: isPooled,
            settings: SessionSettings(statementTimeout: statementTimeout))
        var attempt = try ConnectionAttempt(to: target, by: deadline, unless: interrupt)
        try attempt.advance(by: deadline)
        var connection = attempt.connection()
        try connection.verifySettings(by: deadline)
        return connection
    }

    private static func expectFailure(of sql: String, on connection: inout Connection, _ state: SQLState)
        throws
    {
        do throws(PostgresError) {
            _ = try connection.query(sql, by: .after(.seconds(20)))
            Issue.record("\(sql) did not fail")
        } catch {
            guard case .statementFailed(let found, _) = error else { throw error }
            #expect(found == state)
        }
    }
}

extension Connection {
    fileprivate mutating func text(_ sql: String) throws(PostgresError) -> String? {
        try query(sql, by: .after(.seconds(20))).text(row: 0, column: 0)
    }
}
