import Collectors
import Exposition
import Postgres
import Testing

extension ServerTests {
    @Test(arguments: TestServer.all)
    func `a table that grows extends files by its size`(_ server: TestServer) throws {
        var owner = try server.prepare()
        let growth = try growth(on: try owner.majorVersion)
        try owner.stopAutovacuum()
        try owner.run("DROP TABLE IF EXISTS public.pgvigil_test_growing")
        try owner.run("CREATE TABLE public.pgvigil_test_growing (n int)")
        let before = try server.collect("io")
        try fill(try server.connectAsOwner())
        let size = try owner.count("SELECT pg_catalog.pg_relation_size('public.pgvigil_test_growing')")
        let earlier = try #require(before.count(of: "pg_stat_io_extend_bytes_total", ordinary))
        #expect(
            try owner.becomesTrue(
                """
                SELECT \(growth) >= \(earlier + size)
                FROM pg_catalog.pg_stat_io
                WHERE backend_type = 'client backend' AND object = 'relation' AND context = 'normal'
                """))
        let after = try server.collect("io")
        try owner.run("DROP TABLE public.pgvigil_test_growing")

        #expect(size == 443 * 8192)
        let grown = try #require(after.count(of: "pg_stat_io_extend_bytes_total", ordinary)) - earlier
        #expect((size..<size + 1_000_000).contains(grown))
        let extends: MetricName = "pg_stat_io_extends_total"
        #expect(
            try #require(after.count(of: extends, ordinary)) > #require(before.count(of: extends, ordinary)))
    }

    @Test(arguments: TestServer.all)
    func `what is not timed has no seconds, and what is timed but did nothing has zero`(_ server: TestServer)
        throws
    {
        var owner = try server.prepare()
        _ = try growth(on: try owner.majorVersion)
        let hasWAL = try owner.majorVersion >= 18
        for (blocks, wal) in [(false, false), (true, false), (false, true), (true, true)] {
            try owner.set("track_io_timing", to: blocks ? "on" : "off")
            try owner.set("track_wal_io_timing", to: wal ? "on" : "off")
            let collection = try server.collect("io")
            // initdb measured nothing.
            func seconds(_ object: String) -> Int64? {
                collection.count(
                    of: "pg_stat_io_write_seconds_total",
                    ["backend_type": "standalone backend", "object": object, "context": "normal"])
            }
            #expect(seconds("relation") == (blocks ? 0 : nil))
            #expect(seconds("wal") == (wal && hasWAL ? 0 : nil))
        }
        try owner.set("track_io_timing", to: nil)
        try owner.set("track_wal_io_timing", to: nil)
    }

    // MARK: -

    private var ordinary: Labels {
        ["backend_type": "client backend", "object": "relation", "context": "normal"]
    }

    /// What files grew by, in the words of the version's view.
    private func growth(on version: Int) throws -> String {
        if version < 16 { try Test.cancel("pg_stat_io came with PostgreSQL 16") }
        return version >= 18 ? "extend_bytes" : "extends * op_bytes"
    }

    /// Leaves, too: only then is all of it in the statistics.
    private func fill(_ connection: consuming Connection) throws {
        try connection.run(
            "INSERT INTO public.pgvigil_test_growing SELECT pg_catalog.generate_series(1, 100000)")
    }
}
