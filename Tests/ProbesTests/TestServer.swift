import Foundation
import Postgres
import SQL

/// A throw-away server that tests may change.
///
/// `PGVIGIL_TEST_SERVERS` names them, one `keyword=value` connection string a line: a superuser's, with trust
/// for every role.
struct TestServer {
    let conninfo: String

    static let all = (ProcessInfo.processInfo.environment["PGVIGIL_TEST_SERVERS"] ?? "")
        .split(separator: "\n").map { TestServer(conninfo: String($0)) }

    /// Opens a connection as the program does for its probes, so as application `pgvigil` and read only.
    func connect(as role: String? = nil, to database: String? = nil) throws -> Connection {
        let others = [role.map { "user=\($0)" }, database.map { "dbname=\($0)" }].compactMap(\.self)
        let target = ConnectionTarget(
            conninfo: ([conninfo] + others).joined(separator: " "), isPooled: false,
            settings: SessionSettings(statementTimeout: .seconds(10), isOfProbes: true))
        let deadline = Deadline.after(.seconds(10))
        var attempt = try ConnectionAttempt(to: target, by: deadline, unless: Interrupt())
        try attempt.advance(by: deadline)
        return attempt.connection()
    }

    /// Opens a connection that may write.
    func connectAsOwner(to database: String? = nil) throws -> Connection {
        var connection = try connect(to: database)
        try connection.run("SET default_transaction_read_only = off")
        try connection.run("SET search_path = public")
        return connection
    }

    /// A role that may do nothing but what a test grants it.
    static let reader = "pgvigil_test_reader"

    /// Gives `body` a database of its own, with pgvector in a schema if it is asked for.
    ///
    /// Where the server has no pgvector, there is nothing to run.
    func withDatabase(
        vectorIn schema: String? = "public", _ body: (inout Connection) throws -> Void
    ) throws {
        var owner = try connectAsOwner()
        let extensions = "SELECT count(*) FROM pg_catalog.pg_available_extensions WHERE name = 'vector'"
        if schema != nil, try owner.cell(extensions) == "0" { return }
        try owner.dropDatabase(Self.database)
        try owner.run("DROP ROLE IF EXISTS \(Self.reader)")
        try owner.run("CREATE ROLE \(Self.reader) LOGIN")
        try owner.run("CREATE DATABASE \(Self.database)")
        try use(schema, body)
        try owner.dropDatabase(Self.database)
        try owner.run("DROP ROLE \(Self.reader)")
    }

    static let database = "pgvigil_test_search"

    private func use(_ schema: String?, _ body: (inout Connection) throws -> Void) throws {
        var connection = try connectAsOwner(to: Self.database)
        if let schema {
            try connection.run("CREATE SCHEMA IF NOT EXISTS \(schema.quotedIdentifier)")
            try connection.run("CREATE EXTENSION vector SCHEMA \(schema.quotedIdentifier)")
        }
        try body(&connection)
    }
}

extension TestServer: CustomStringConvertible {
    /// Without what may be secret.
    var description: String {
        conninfo.split(separator: " ").filter { $0.hasPrefix("host=") || $0.hasPrefix("port=") }.joined(
            separator: " ")
    }
}
