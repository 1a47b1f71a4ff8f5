import Foundation
import Postgres
import Synchronization
import Testing

@testable import Runtime

/// `PGVIGIL_TEST_SERVERS` names them, one `keyword=value` connection string a line.
let servers = (ProcessInfo.processInfo.environment["PGVIGIL_TEST_SERVERS"] ?? "")
    .split(separator: "\n").map(String.init)

/// Sessions on real servers.
@Suite(.enabled(if: !servers.isEmpty, "PGVIGIL_TEST_SERVERS names no server"))
struct ServerTests {
    private static let limit = Deadline.after(.seconds(60))

    @Test(arguments: servers)
    func `a statement that nobody waits for runs to its end`(_ server: String) async throws {
        let watch = Watch(by: Self.session(server), canceller: Canceller())
        let answer = Mutex("")
        try await watch.use(Self.session(server), of: nil, connectBy: Self.limit) {
            connection, _ throws(PostgresError) in
            let rows = try connection.query("SELECT pg_catalog.pg_sleep(1.5)::text || 'done'", by: Self.limit)
            answer.withLock { $0 = rows.text(row: 0, column: 0) ?? "" }
        }
        #expect(answer.withLock { $0 } == "done")
        #expect(!watch.hasYielded)
    }

    @Test(arguments: servers)
    func `a statement is cancelled within a second of somebody waiting behind it`(_ server: String)
        async throws
    {
        let (watch, owner) = (Watch(by: Self.session(server), canceller: Canceller()), Self.session(server))
        try await Self.run("CREATE TABLE IF NOT EXISTS public.pgvigil_test_yield ()", owner)
        async let outcome = Self.outcome(of: watch, server)
        // The lock is there once the statement has begun; the migration then waits for it, and is timed.
        try await Self.untilLocked(owner)
        let began = ContinuousClock.now
        try await Self.run("ALTER TABLE public.pgvigil_test_yield ADD COLUMN IF NOT EXISTS a int", owner)
        let waited = ContinuousClock.now - began
        #expect(waited < .seconds(1))
        #expect(await outcome == .queryCanceled)
        #expect(watch.hasYielded)
        try await Self.run("DROP TABLE public.pgvigil_test_yield", owner)
    }

    @Test(arguments: servers)
    func `a statement that cannot be looked after ends within about a second`(_ server: String) async {
        let nobody = Session(
            to: ConnectionTarget(
                conninfo: "host=/nowhere", settings: SessionSettings(statementTimeout: .seconds(5))),
            limit: ConnectionLimit(1), canceller: Canceller())
        let watch = Watch(by: nobody, canceller: Canceller())
        let began = ContinuousClock.now
        #expect(await Self.outcome(of: watch, server, on: "pg_catalog.pg_class") == .queryCanceled)
        #expect(ContinuousClock.now - began < .seconds(2))
    }

    @Test(arguments: servers)
    func `where the look takes too long the statement ends within about a second`(_ server: String)
        async throws
    {
        let (watcher, gate) = (Self.session(server), Gate())
        async let busy: Void = watcher.use(connectBy: Self.limit) { connection, _ throws(PostgresError) in
            gate.open()
            _ = try connection.query("SELECT pg_catalog.pg_sleep(3)", by: Self.limit)
        }
        await gate.wait()
        let watch = Watch(by: watcher, canceller: Canceller())
        let began = ContinuousClock.now
        #expect(await Self.outcome(of: watch, server, on: "pg_catalog.pg_class") == .queryCanceled)
        let elapsed = ContinuousClock.now - began
        #expect(elapsed > .milliseconds(650) && elapsed < .seconds(2))
        #expect(watch.hasYielded)
        try await busy
        await watcher.close()
    }

    @Test(arguments: servers)
    func `what looks ask of the server is counted, a connection of their own included`(_ server: String)
        async throws
    {
        let (watcher, looks) = (Self.session(server), Journal<(usage: Connection.Usage, isNew: Bool)>())
        let watch = Watch(by: watcher, canceller: Canceller()) { looks.note(($0, $1)) }
        try await watch.use(Self.session(server), of: nil, connectBy: Self.limit) {
            connection, _ throws(PostgresError) in
            _ = try connection.query("SELECT pg_catalog.pg_sleep(0.9)", by: Self.limit)
        }
        let whole = try await watcher.use(connectBy: Self.limit) { connection, _ throws(PostgresError) in
            connection.usage
        }
        var counted = Connection.Usage()
        for look in looks.entries { counted.add(look.usage) }
        #expect(counted == whole)
        #expect((2...4).contains(counted.statements))  // The settings read back, and the looks.
        #expect(looks.entries.map(\.isNew).filter(\.self).count == 1)
        await watcher.close()
    }

    @Test(arguments: servers)
    func `a session lends its connection to one database after another`(_ server: String) async throws {
        let session = Self.session(server)
        for database in ["template1", "postgres"] {
            let (found, isNew) = try await session.use(of: database, connectBy: Self.limit) {
                connection, isNew throws(PostgresError) in (connection.database, isNew)
            }
            #expect(found == database)
            #expect(isNew)
        }
        await session.close()
    }

    // MARK: -

    private static func session(_ conninfo: String) -> Session {
        Session(
            to: ConnectionTarget(
                conninfo: conninfo,
                settings: SessionSettings(statementTimeout: .seconds(30), lockTimeout: .seconds(30))),
            limit: ConnectionLimit(3), canceller: Canceller())
    }

    private static func run(_ sql: String, _ session: Session) async throws {
        try await session.use(connectBy: limit) { connection, _ throws(PostgresError) in
            _ = try connection.query("BEGIN READ WRITE; \(sql); SELECT 1; COMMIT", by: limit)
        }
    }

    /// A long statement that holds a lock on the table, and what became of it.
    private static func outcome(
        of watch: Watch, _ server: String, on table: String = "public.pgvigil_test_yield"
    ) async -> SQLState? {
        let sql = "SELECT pg_catalog.pg_sleep(20) FROM (SELECT count(*) FROM \(table)) AS one"
        do throws(PostgresError) {
            try await watch.use(session(server), of: nil, connectBy: limit) {
                connection, _ throws(PostgresError) in _ = try connection.query(sql, by: limit)
            }
        } catch {
            if case .statementFailed(let state, _) = error { return state }
        }
        return nil
    }

    private static func untilLocked(_ session: Session) async throws {
        let isLocked = """
            SELECT count(*) > 0
            FROM pg_catalog.pg_locks
            WHERE relation = 'public.pgvigil_test_yield'::pg_catalog.regclass
            """
        while true {
            let found = try await session.use(connectBy: limit) { connection, _ throws(PostgresError) in
                try connection.query(isLocked, by: limit).truth(row: 0, column: 0)
            }
            if found == true { return }
        }
    }
}
