import Collectors
import Exposition
import Postgres
import Testing

/// The size and age of databases.
extension ServerTests {
    @Test(arguments: TestServer.all)
    func `each database has its size, and a limit where it has one`(_ server: TestServer) throws {
        var owner = try server.prepare()
        try owner.stopAutovacuum()
        try owner.createDatabase(database)
        try owner.run("ALTER DATABASE \(database) CONNECTION LIMIT 7")
        try owner.run("REVOKE CONNECT ON DATABASE \(database) FROM PUBLIC")
        let collection = try server.collect("database_size")
        for name in [database, "template0"] {
            let size = try owner.count("SELECT pg_catalog.pg_database_size('\(name)')")
            #expect(collection.count(of: "pg_database_size_bytes", ["datname": name]) == size)
        }
        #expect(
            collection.samples(of: "pg_database_connection_limit")
                == [Sample(.integer(7), labels: ["datname": database])])
        try owner.dropDatabase(database)
    }

    @Test(arguments: TestServer.all)
    func `a database dropped meanwhile has no size, and fails none of the others`(_ server: TestServer) throws
    {
        var owner = try server.prepare()
        try owner.createDatabase(database)
        var connection = try server.connect(as: TestServer.monitor)
        // The statement begins here, as far as it can see.
        _ = try connection.cell("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1 AS one")
        try owner.dropDatabase(database)
        let collection = try Collector.named("database_size").collect(from: &connection)
        let sees = try connection.cell(
            "SELECT count(*) FROM pg_catalog.pg_database WHERE datname = '\(database)'")
        #expect(sees == "1")
        #expect(collection.count(of: "pg_database_size_bytes", ["datname": database]) == nil)
        #expect(collection.count(of: "pg_database_size_bytes", ["datname": "template0"]) != nil)
    }

    @Test(arguments: TestServer.all)
    func `a thousand transactions age each database by a thousand`(_ server: TestServer) throws {
        var owner = try server.prepare()
        try owner.stopAutovacuum()  // Its workers use transactions, and freeze.
        let before = try server.collect("wraparound")
        try owner.run("SET synchronous_commit = off")
        try owner.run(
            "DO 'BEGIN FOR n IN 1..1000 LOOP PERFORM pg_catalog.txid_current(); COMMIT; END LOOP; END'")
        let after = try server.collect("wraparound")

        let age: MetricName = "pg_database_datfrozenxid_age_xids"
        for name in ["template0", "template1", "postgres"] {
            let labels: Labels = ["datname": name]
            let earlier = try #require(before.count(of: age, labels))
            let count = try #require(after.count(of: age, labels))
            #expect(count == earlier + 1000)
            let ofDatabase = "FROM pg_catalog.pg_database WHERE datname = '\(name)'"
            #expect(try count == owner.count("SELECT pg_catalog.age(datfrozenxid) \(ofDatabase)"))
            let last: Double = try owner.majorVersion >= 14 ? 2_144_483_647 : 2_146_483_647
            let ratios: [MetricName: Double] = [
                "pg_database_datfrozenxid_freeze_max_age_ratio": 200_000_000,
                "pg_database_datfrozenxid_wraparound_ratio": last,
            ]
            for (metric, limit) in ratios {
                #expect(after.number(of: metric, labels) == Double(count) / limit, "\(metric)")
            }
        }
    }

    @Test(arguments: TestServer.all)
    func `rows that several sessions lock age each database's multixacts`(_ server: TestServer) throws {
        var owner = try server.prepare()
        try owner.stopAutovacuum()
        try owner.run("DROP TABLE IF EXISTS public.pgvigil_test_locked")
        try owner.run("CREATE TABLE public.pgvigil_test_locked AS SELECT 1 AS n")
        let before = try server.collect("wraparound")
        for _ in 0..<3 { try lockTogether(try server.connectAsOwner(), try server.connectAsOwner()) }
        let after = try server.collect("wraparound")
        try owner.run("DROP TABLE public.pgvigil_test_locked")

        let age: MetricName = "pg_database_datminmxid_age_mxids"
        let labels: Labels = ["datname": "template0"]
        let count = try #require(after.count(of: age, labels))
        #expect(try count == #require(before.count(of: age, labels)) + 3)
        let last: Double = try owner.majorVersion >= 14 ? 2_144_483_647 : 2_147_483_547
        let ratios: [MetricName: Double] = [
            "pg_database_datminmxid_freeze_max_age_ratio": 400_000_000,
            "pg_database_datminmxid_wraparound_ratio": last,
        ]
        for (metric, limit) in ratios {
            #expect(after.number(of: metric, labels) == Double(count) / limit, "\(metric)")
        }
    }

    // MARK: -

    private var database: String { "pgvigil_test_size" }

    /// Makes one multixact: a row's lock that two transactions share.
    private func lockTogether(_ one: consuming Connection, _ other: consuming Connection) throws {
        try one.begin("SELECT n FROM public.pgvigil_test_locked FOR SHARE")
        try other.begin("SELECT n FROM public.pgvigil_test_locked FOR SHARE")
    }
}
