import Foundation
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
