import Collectors
import Postgres
import Testing

/// A database with pgvector, made anew and dropped with the last use of this.
///
/// Tests of servers that cannot have it are cancelled.
final class VectorDatabase {
    let name = "pgvigil_test_vectors"
    let server: TestServer
    /// Somebody who may write there.
    var owner: Connection

    init(on server: TestServer) throws {
        self.server = server
        owner = try Self.make(name, on: server)
        try owner.run("CREATE SCHEMA ext")
        try owner.run("CREATE EXTENSION vector SCHEMA ext")
        try owner.run("GRANT USAGE ON SCHEMA ext TO \(TestServer.monitor)")
        try owner.run("SET search_path = public, ext")
    }

    deinit {
        do {
            var superuser = try server.connectAsOwner()
            try superuser.run("DROP DATABASE \(name) WITH (FORCE)")  // Our own connection is still there.
        } catch {
            Issue.record(error)
        }
    }

    private static func make(_ name: String, on server: TestServer) throws -> Connection {
        var superuser = try server.prepare()
        let isThere = "SELECT count(*) FROM pg_catalog.pg_available_extensions WHERE name = 'vector'"
        guard try superuser.count(isThere) == 1 else { try Test.cancel("the server has no pgvector") }
        try superuser.stopAutovacuum()
        try superuser.createDatabase(name)
        return try server.connectAsOwner(to: name)
    }

    /// Runs a collector once, as the role that the program should come as.
    func collect(_ name: String, into accumulator: Accumulator? = nil) throws -> Collection {
        try collect(.named(name), into: accumulator)
    }

    func collect(_ collector: Collector, into accumulator: Accumulator? = nil) throws -> Collection {
        var connection = try server.connect(as: TestServer.monitor, to: name)
        let deadline = Deadline.after(.seconds(10))
        let state = try ServerState.read(from: &connection, by: deadline)
        return try collector.collect(from: &connection, state, by: deadline, into: accumulator)
    }

    /// Lets the role read what there is now.
    func letRead() throws {
        try owner.run("GRANT SELECT ON ALL TABLES IN SCHEMA public TO \(TestServer.monitor)")
    }
}
