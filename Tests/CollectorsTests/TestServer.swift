import Foundation
import Postgres

/// A throw-away server that tests may change.
///
/// `PGVIGIL_TEST_SERVERS` names them, one `keyword=value` connection string a line: a superuser's, with
/// trust for every role, `archive_mode=on`, `archive_command=false` and room for 90 connections.
struct TestServer {
    let conninfo: String

    static let all = (ProcessInfo.processInfo.environment["PGVIGIL_TEST_SERVERS"] ?? "")
        .split(separator: "\n").map { TestServer(conninfo: String($0)) }

    /// Opens a connection as the program does, so as application `pgvigil` and read only.
    func connect(as role: String? = nil, to database: String? = nil, isPooled: Bool = false) throws
        -> Connection
    {
        let others = [role.map { "user=\($0)" }, database.map { "dbname=\($0)" }].compactMap(\.self)
        let target = ConnectionTarget(
            conninfo: ([conninfo] + others).joined(separator: " "), isPooled: isPooled,
            settings: SessionSettings(statementTimeout: .seconds(10)))
        let deadline = Deadline.after(.seconds(10))
        var attempt = try ConnectionAttempt(to: target, by: deadline, unless: Interrupt())
        try attempt.advance(by: deadline)
        return attempt.connection()
    }

    /// The role that the program should come as, and one without any rights.
    static let (monitor, plain) = ("pgvigil_test_monitor", "pgvigil_test_plain")

    /// Makes the roles anew, and returns a connection that may write.
    func prepare() throws -> Connection {
        var owner = try connectAsOwner()
        for role in [Self.monitor, Self.plain] {
            // Sessions of an earlier test may still be on their way out.
            let isGone = "SELECT count(*) = 0 FROM pg_catalog.pg_stat_activity WHERE usename = '\(role)'"
            guard try owner.becomesTrue(isGone) else { throw PostgresError.timedOut }
            try owner.run("DROP ROLE IF EXISTS \(role)")
            try owner.run("CREATE ROLE \(role) LOGIN")
        }
        try owner.run("GRANT pg_monitor TO \(Self.monitor)")
        return owner
    }

    /// Opens a connection that may write.
    func connectAsOwner(to database: String? = nil) throws -> Connection {
        var connection = try connect(to: database)
        try connection.run("SET default_transaction_read_only = off")
        return connection
    }
}

extension TestServer: CustomStringConvertible {
    /// Without what may be secret.
    var description: String {
        conninfo.split(separator: " ").filter { $0.hasPrefix("host=") || $0.hasPrefix("port=") }.joined(
            separator: " ")
    }
}
