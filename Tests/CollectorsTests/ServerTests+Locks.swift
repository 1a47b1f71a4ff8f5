import Collectors
import Exposition
import Postgres
import Testing

extension ServerTests {
    @Test(arguments: TestServer.all)
    func `locks appear by database and mode, and who waits for one by what it waits for`(
        _ server: TestServer
    ) throws {
        var owner = try server.prepare()
        try owner.stopAutovacuum()  // Its workers lock tables.
        try owner.createDatabase(database)
        try createTables(try server.connectAsOwner(to: database))
        let idle = try collectLocks(of: server)
        let holder = try Client(of: server, in: database)
        try holder.connection.begin(
            """
            LOCK TABLE public.first IN ACCESS EXCLUSIVE MODE; LOCK TABLE public.second IN SHARE MODE;
            LOCK TABLE pg_catalog.pg_shdescription IN SHARE MODE
            """)
        let waiter = try Client(of: server, in: database)
        try waiter.connection.wait(for: "LOCK TABLE public.first IN ROW EXCLUSIVE MODE")
        #expect(try owner.becomesTrue("SELECT count(*) = 1 FROM pg_catalog.pg_locks WHERE NOT granted"))
        let busy = try withExtendedLifetime((holder, waiter)) { try collectLocks(of: server) }

        #expect(idle.held.isEmpty)  // Though the collector itself reads there.
        // Each transaction holds one on itself, and the one that writes of its lock another.
        #expect(busy.held == ["AccessExclusiveLock": 1, "ShareLock": 1, "ExclusiveLock": 3])
        let shared: Labels = ["datname": "(shared)", "mode": "ShareLock"]
        #expect(idle.collection.count(of: "pg_locks_held", shared) == nil)
        #expect(busy.collection.count(of: "pg_locks_held", shared) == 1)
        let waiting: Labels = ["datname": "\(database)", "locktype": "relation", "mode": "RowExclusiveLock"]
        #expect(idle.collection.samples(of: "pg_locks_waiting").isEmpty)
        #expect(
            busy.collection.samples(of: "pg_locks_waiting") == [Sample(.integer(1), labels: waiting)])
        #expect(idle.collection.count(of: "pg_locks_waiting_backends") == 0)
        #expect(busy.collection.count(of: "pg_locks_waiting_backends") == 1)
        let age: MetricName = "pg_locks_oldest_wait_age_seconds"
        #expect(idle.collection.samples(of: age).isEmpty)
        if try owner.majorVersion >= 14 {
            guard case .real(let seconds) = busy.collection.value(of: age) else {
                Issue.record("how long the waiter has waited is unknown")
                return
            }
            #expect(seconds > 0 && seconds < 60)
        } else {
            #expect(busy.collection.samples(of: age).isEmpty)
        }
    }

    @Test(arguments: TestServer.all)
    func `the lock table grows by what is locked, once for all who lock it`(_ server: TestServer) throws {
        var owner = try server.prepare()
        try owner.stopAutovacuum()
        try owner.createDatabase(database)
        try createTables(try server.connectAsOwner(to: database))
        let idle = try collectLocks(of: server)
        let clients = [try Client(of: server, in: database), try Client(of: server, in: database)]
        // An ordinary reader's locks have room in its own process.
        try clients[0].connection.begin("SELECT 1 AS one FROM public.first")
        let reading = try collectLocks(of: server)
        let lock = "pg_catalog.pg_advisory_lock_shared(key) FROM pg_catalog.generate_series(1, "
        _ = try clients[0].connection.cell("SELECT \(lock)5) AS key")
        _ = try clients[1].connection.cell("SELECT \(lock)2) AS key")
        let busy = try withExtendedLifetime(clients) { try collectLocks(of: server) }

        let entries: MetricName = "pg_locks_table_entries"
        let before = try #require(idle.collection.count(of: entries))
        #expect(reading.held["AccessShareLock"] == 1)
        #expect(reading.collection.count(of: entries) == before)
        #expect(busy.held["ShareLock"] == 7)
        #expect(busy.collection.count(of: entries) == before + 5)
    }

    @Test(arguments: TestServer.all)
    func `the lock table has room for each process that can hold locks`(_ server: TestServer) throws {
        var owner = try server.prepare()
        // Each process that shows in pg_stat_activity has 64 bytes for its application's name.
        let slots = try owner.count(
            """
            SELECT size / 64
            FROM pg_catalog.pg_shmem_allocations
            WHERE name = 'Backend Application Name Buffer'
            """)
        let withoutLocks: [Int: Int64] = [13: 7, 14: 8, 15: 6, 16: 6, 17: 6, 18: 38]
        let processes = slots - (try #require(withoutLocks[try owner.majorVersion]))
        let prepared = try owner.count("SHOW max_prepared_transactions")
        let each = try owner.count("SHOW max_locks_per_transaction")
        let capacity = try server.collect("locks").count(of: "pg_locks_table_capacity")
        #expect(capacity == each * (processes + prepared))
    }

    @Test(arguments: TestServer.all)
    func `a prepared transaction's locks are held in its database, though it has no session`(
        _ server: TestServer
    ) throws {
        var owner = try server.prepare()
        guard try owner.count("SHOW max_prepared_transactions") > 0 else {
            try Test.cancel("the server does not have max_prepared_transactions > 0")
        }
        try owner.stopAutovacuum()
        try owner.createDatabase(database)
        var session = try server.connectAsOwner(to: database)
        try session.run("CREATE TABLE public.first ()")
        try session.begin("LOCK TABLE public.first IN SHARE UPDATE EXCLUSIVE MODE")
        try session.run("PREPARE TRANSACTION 'pgvigil_test'")
        let held = try collectLocks(of: server).held
        try session.run("ROLLBACK PREPARED 'pgvigil_test'")
        #expect(held == ["ShareUpdateExclusiveLock": 1])
    }

    // MARK: -

    private var database: String { "pgvigil_test_locks" }

    private func createTables(_ connection: consuming Connection) throws {
        try connection.run("CREATE TABLE public.first ()")
        try connection.run("CREATE TABLE public.second ()")
    }

    /// What there is, and what of it is held in the database by mode.
    private func collectLocks(of server: TestServer) throws -> (collection: Collection, held: [String: Int64])
    {
        let collection = try server.collect("locks", in: database)
        let modes = [
            "AccessShareLock", "RowShareLock", "RowExclusiveLock", "ShareUpdateExclusiveLock", "ShareLock",
            "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock",
        ]
        var held: [String: Int64] = [:]
        for mode in modes {
            held[mode] = collection.count(of: "pg_locks_held", ["datname": "\(database)", "mode": "\(mode)"])
        }
        return (collection, held)
    }
}
