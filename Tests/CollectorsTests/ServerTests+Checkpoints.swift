import Collectors
import Exposition
import Postgres
import Testing

extension ServerTests {
    @Test(arguments: TestServer.all)
    func `a CHECKPOINT is one more that was requested, and writes what was changed`(_ server: TestServer)
        throws
    {
        var owner = try server.prepare()
        try owner.stopAutovacuum()
        let (view, requests, blocks) =
            try owner.majorVersion >= 17
            ? ("pg_stat_checkpointer", "num_requested", "buffers_written")
            : ("pg_stat_bgwriter", "checkpoints_req", "buffers_checkpoint")
        try owner.run("DROP TABLE IF EXISTS public.pgvigil_test_changed")
        try owner.run("CHECKPOINT")
        try owner.awaitStatistics()
        let before = try server.collect("checkpointer")
        let requested = try #require(before.count(of: requested))
        let written = try #require(before.count(of: written))
        try owner.run(
            "CREATE TABLE public.pgvigil_test_changed AS SELECT pg_catalog.generate_series(1, 300000) AS n")
        let duration = try ContinuousClock().measure { try owner.run("CHECKPOINT") }
        #expect(
            try owner.becomesTrue(
                "SELECT \(requests) > \(requested) AND \(blocks) > \(written) FROM pg_catalog.\(view)"))
        let after = try server.collect("checkpointer")
        try owner.run("DROP TABLE public.pgvigil_test_changed")

        #expect(after.count(of: self.requested) == requested + 1)
        #expect(after.count(of: timed) == before.count(of: timed))
        #expect(try #require(after.count(of: self.written)) >= written + 1000)  // The table has 1328 blocks.
        let seconds = try working(after) - working(before)
        // PostgreSQL rounds both up to milliseconds.
        #expect(seconds > 0 && seconds <= duration / .seconds(1) + 0.002)
        let done: MetricName = "pg_stat_checkpointer_num_done_total"
        if try owner.majorVersion >= 18 {
            #expect(try after.count(of: done) == #require(before.count(of: done)) + 1)
        } else {
            #expect(after.samples(of: done).isEmpty)
        }
    }

    @Test(arguments: TestServer.all)
    func `buffers are counted as they are allocated`(_ server: TestServer) throws {
        var owner = try server.prepare()
        try owner.stopAutovacuum()
        let allocated: MetricName = "pg_stat_bgwriter_buffers_alloc_total"
        try owner.awaitStatistics()
        let before = try #require(try server.collect("bgwriter").count(of: allocated))
        try owner.run("CREATE TABLE public.pgvigil_test_new (n int)")
        try owner.run("INSERT INTO public.pgvigil_test_new SELECT pg_catalog.generate_series(1, 100000)")
        let blocks = try owner.count("SELECT pg_catalog.pg_relation_size('public.pgvigil_test_new') / 8192")
        // The background writer counts them, at its next round.
        #expect(
            try owner.becomesTrue(
                "SELECT buffers_alloc >= \(before + blocks) FROM pg_catalog.pg_stat_bgwriter"))
        let after = try #require(try server.collect("bgwriter").count(of: allocated))
        try owner.run("DROP TABLE public.pgvigil_test_new")
        #expect(blocks == 443)
        #expect((before + blocks..<before + blocks + 1000).contains(after))
    }

    @Test(arguments: TestServer.all)
    func `counters say when they were last reset, once`(_ server: TestServer) throws {
        var owner = try server.prepare()
        let since = ["bgwriter": 0, "wal": 14, "io": 16, "checkpointer": 17]
        for (name, _) in try since.filter({ try $0.value <= owner.majorVersion }) {
            let view = "pg_catalog.pg_stat_\(name)"
            let start = try #require(try owner.cell("SELECT pg_catalog.clock_timestamp()"))
            _ = try owner.cell("SELECT pg_catalog.pg_stat_reset_shared('\(name)')")
            #expect(try owner.becomesTrue("SELECT bool_and(stats_reset >= '\(start)') FROM \(view)"))
            let reset = try owner.cell("SELECT extract(epoch FROM max(stats_reset)) FROM \(view)")
            let metric = try #require(MetricName("pg_stat_\(name)_stats_reset_timestamp_seconds"))
            let samples = try server.collect(name).samples(of: metric)
            #expect(samples == [Sample(.real(try #require(Double(reset ?? ""))), labels: [:])], "\(metric)")
        }
    }

    // MARK: -

    private var requested: MetricName { "pg_stat_checkpointer_num_requested_total" }
    private var timed: MetricName { "pg_stat_checkpointer_num_timed_total" }
    private var written: MetricName { "pg_stat_checkpointer_buffers_written_total" }

    /// The time that checkpoints have taken, in seconds.
    private func working(_ collection: Collection) throws -> Double {
        try #require(collection.number(of: "pg_stat_checkpointer_write_seconds_total"))
            + #require(collection.number(of: "pg_stat_checkpointer_sync_seconds_total"))
    }
}
