import Exposition
import Postgres
import ProbeDefinitions
import Testing

@testable import Probes

extension ServerTests {
    @Test(arguments: TestServer.all)
    func `the first tick is one observation, and tells the plan, the settings and the index`(
        _ server: TestServer
    ) throws {
        try server.withDocuments { owner, connection in
            let prober = SearchProber.ofDocuments()
            try prober.run(0..<1, on: &connection)
            let families = prober.families
            #expect(families.value("attempts_total", byDefault) == 1)
            #expect(families.value("duration_seconds_count", byDefault) == 1)
            #expect(families.value("success", byDefault) == 1)
            #expect(families.value("requested_rows_total", byDefault) == 10)
            #expect(families.value("returned_rows_total", byDefault) == 10)
            #expect(families.value("short_results_total", byDefault) == 0)
            #expect(families.value("plan", "\(byDefault),path=\"ann_index\"") == 1)
            #expect(families.value("plan", "\(byDefault),path=\"seq_scan\"") == 0)
            #expect(families.value("plan_expected", byDefault) == 1)
            #expect(families.value("explain_samples_total", byDefault) == 1)
            #expect(families.value("server_duration_seconds_count", byDefault) == 1)
            #expect(try #require(families.value("shared_hit_blocks_total", byDefault)) > 0)
            #expect(families.value("setting_value", "\(byDefault),setting=\"hnsw.ef_search\"") == 1000)
            #expect(families.value("setting_value", "\(byDefault),setting=\"enable_seqscan\"") == 0)
            #expect(
                families.value(
                    "setting_info", "\(byDefault),setting=\"hnsw.iterative_scan\",value=\"off\"") == 1)
            #expect(families.value("index_candidates", "match=\"usable\"") == 1)
            #expect(families.value("index_candidates", "match=\"operator\"") == 0)
            #expect(families.value("sentinel_sample_ratio") == 1)
            #expect(families.value("sentinel_checks_total", byDefault) == 0)
            #expect(
                families.lines.contains(
                    """
                    pg_probe_info{probe="docs",datname="pgvigil_test_search",schemaname="public",\
                    relname="docs",attname="embedding",operator="<->",access_method="hnsw",k="10",\
                    source="table",kind="search"} 1
                    """))
            #expect(prober.latestProblem == nil)
            let isReusable = connection.isReusable
            #expect(isReusable)
        }
    }

    @Test(arguments: TestServer.all)
    func
        `a search that finds everything misses nothing of the sample, whatever rows are gone`(
            _ server: TestServer
        ) throws
    {
        try server.withDocuments { owner, connection in
            let prober = SearchProber.ofDocuments()
            try prober.run(0..<6, on: &connection)
            #expect(prober.families.value("sentinel_checks_total", byDefault) == 5)
            #expect(prober.families.value("sentinel_misses_total", byDefault) == 0)
            try owner.run("DELETE FROM docs WHERE id % 2 = 0")
            try owner.run("VACUUM docs")
            try prober.run(6..<16, on: &connection)
            #expect(prober.families.value("sentinel_checks_total", byDefault) == 15)
            #expect(prober.families.value("sentinel_misses_total", byDefault) == 0)
        }
    }

    @Test(arguments: TestServer.all)
    func `a LIMIT above ef_search is a short result, and its misses are seen`(_ server: TestServer) throws {
        try server.withDocuments { _, connection in
            let prober = SearchProber.ofDocuments {
                $0.variants = [Variant(settings: SearchProber.effort("5"))]
            }
            try prober.run(0..<4, on: &connection)
            let families = prober.families
            #expect(families.value("requested_rows_total", byDefault) == 40)
            #expect(families.value("returned_rows_total", byDefault) == 16)  // The own row is one of five.
            #expect(families.value("short_results_total", byDefault) == 4)
            #expect(families.value("failures_total", reason: "query") == 0)
            #expect(families.value("sentinel_checks_total", byDefault) == 3)
            #expect(families.value("sentinel_misses_total", byDefault) == 3)
        }
    }

    @Test(arguments: TestServer.all)
    func `a search waits for its tick, and one that is late counts from it`(_ server: TestServer) throws {
        try server.withDocuments { _, connection in
            let prober = SearchProber.ofDocuments()
            try prober.run(0..<1, on: &connection)
            let before = try #require(prober.families.value("duration_seconds_sum", byDefault))
            let due = ContinuousClock.now + .milliseconds(400)
            try prober.run(
                ProbeTick(number: 1, due: due, server: ServerState(version: 180_000)), on: &connection)
            #expect(ContinuousClock.now >= due)
            let early = try #require(prober.families.value("duration_seconds_sum", byDefault))
            #expect(early - before < 0.2)
            try prober.run(
                ProbeTick(number: 2, due: .now - .seconds(3), server: ServerState(version: 180_000)),
                on: &connection)
            let late = try #require(prober.families.value("duration_seconds_sum", byDefault))
            #expect(late - early >= 3)
        }
    }

    @Test(arguments: TestServer.all)
    func `a locked table is a failure of its own kind, and the wait an observation`(_ server: TestServer)
        throws
    {
        try server.withDocuments { owner, connection in
            let prober = SearchProber.ofDocuments(timeout: .milliseconds(500))
            try prober.run(0..<1, on: &connection)
            let before = try #require(prober.families.value("duration_seconds_sum", byDefault))
            _ = try owner.cell("BEGIN; LOCK TABLE docs IN ACCESS EXCLUSIVE MODE; SELECT 1 AS one")
            try prober.run(1..<2, on: &connection)
            let families = prober.families
            #expect(families.value("failures_total", reason: "lock") == 1)
            #expect(families.value("failures_total", reason: "timeout") == 0)
            #expect(families.value("attempts_total", byDefault) == 2)
            #expect(families.value("duration_seconds_count", byDefault) == 2)
            #expect(try #require(families.value("duration_seconds_sum", byDefault)) - before >= 0.49)
            #expect(families.value("success", byDefault) == 0)
            try owner.run("ROLLBACK")
            try prober.run(2..<3, on: &connection)
            #expect(prober.families.value("success", byDefault) == 1)
        }
    }

    @Test(arguments: TestServer.all)
    func `a timeout is observed, takes the other variants with it, and timeouts in a row make the probe rest`(
        _ server: TestServer
    ) throws {
        try server.withDocuments { _, connection in
            let prober = SearchProber.ofDocuments(timeout: .milliseconds(300)) {
                $0.target.filter = "pg_catalog.pg_sleep(0.1) IS NOT NULL"
                $0.queries.origin = .sql("SELECT embedding FROM docs")  // Not through the filter.
                $0.variants.append(Variant("other", settings: SearchProber.effort("40")))
            }
            try prober.run(0..<3, on: &connection)
            let families = prober.families
            #expect(families.value("failures_total", reason: "timeout") == 2)
            #expect(families.value("attempts_total", byDefault) == 2)
            #expect(families.value("attempts_total", "variant=\"other\"") == 0)
            #expect(families.value("duration_seconds_count", byDefault) == 2)
            #expect(try #require(families.value("duration_seconds_sum", byDefault)) >= 0.6)
            #expect(families.value("skipped_total", "reason=\"overrun\"") == 2)
            #expect(families.value("skipped_total", "reason=\"budget\"") == 1)
            #expect(
                prober.latestProblem == "the server refused the statement (SQLSTATE 57014)")
            #expect(try #require(families.value("database_seconds_total")) >= 0.6)
            #expect(try #require(families.value("budget_seconds")) <= 59.4)
        }
    }

    @Test(arguments: TestServer.all)
    func `a fresh session's search is a variant of its own`(_ server: TestServer) throws {
        try server.withDocuments { _, connection in
            let prober = SearchProber.ofDocuments()
            var cold = try server.connect(to: TestServer.database)
            try prober.run(.now(0, isNewConnection: true, cold: .milliseconds(7)), on: &cold)
            #expect(prober.families.value("skipped_total", "reason=\"unresolved\"") == 1)
            try prober.run(0..<1, on: &connection)
            try prober.run(.now(40, isNewConnection: true, cold: .milliseconds(8)), on: &cold)
            let families = prober.families
            #expect(families.value("attempts_total", "variant=\"cold\"") == 1)
            #expect(families.value("duration_seconds_count", "variant=\"cold\"") == 1)
            #expect(families.value("returned_rows_total", "variant=\"cold\"") == 10)
            #expect(families.value("sentinel_checks_total", "variant=\"cold\"") == 1)
            #expect(families.value("attempts_total", byDefault) == 1)
            #expect(families.value("connects_total") == 2)
            #expect(families.value("connect_seconds_total") == 0.015)
        }
    }

    @Test(arguments: TestServer.all)
    func `a table that is dropped fails once and is then unresolved, until it is back`(_ server: TestServer)
        throws
    {
        try server.withDocuments { owner, connection in
            let prober = SearchProber.ofDocuments()
            try prober.run(0..<1, on: &connection)
            try owner.run("DROP TABLE docs")
            try prober.run(1..<4, on: &connection)
            let families = prober.families
            #expect(families.value("failures_total", reason: "query") == 1)
            #expect(families.value("attempts_total", byDefault) == 2)
            #expect(families.value("skipped_total", "reason=\"unresolved\"") == 2)
            #expect(families.value("plan", "\(byDefault),path=\"ann_index\"") == nil)
            #expect(families.value("index_candidates", "match=\"usable\"") == nil)
            #expect(families.value("sentinel_sample_ratio") == nil)
            #expect(prober.latestProblem == "there is no table public.docs")
            try owner.createDocuments()
            try prober.run(4..<5, on: &connection)
            #expect(prober.families.value("success", byDefault) == 1)
            #expect(prober.families.value("plan", "\(byDefault),path=\"seq_scan\"") == 1)
            #expect(prober.families.value("plan_expected", byDefault) == 0)
        }
    }

    @Test(arguments: TestServer.all)
    func `an index that is dropped shows in the plan and in the candidates`(_ server: TestServer) throws {
        try server.withDocuments { owner, connection in
            let prober = SearchProber.ofDocuments { $0.explainEvery = 1 }
            try prober.run(0..<1, on: &connection)
            try owner.run("DROP INDEX docs_idx")
            try prober.run(1..<2, on: &connection)
            let families = prober.families
            #expect(families.value("plan", "\(byDefault),path=\"ann_index\"") == 0)
            #expect(families.value("plan", "\(byDefault),path=\"seq_scan\"") == 1)
            #expect(families.value("plan_expected", byDefault) == 0)
            #expect(families.value("failures_total", reason: "query") == 0)
            #expect(families.value("index_candidates", "match=\"usable\"") == 0)
        }
    }

    @Test(arguments: TestServer.all)
    func `each variant searches with its own settings, in its own turn`(_ server: TestServer) throws {
        try server.withDocuments { _, connection in
            let prober = SearchProber.ofDocuments {
                $0.variants.append(Variant("ef4", settings: SearchProber.effort("4"), every: 2))
            }
            try prober.run(0..<4, on: &connection)
            let families = prober.families
            #expect(families.value("attempts_total", byDefault) == 4)
            #expect(families.value("attempts_total", "variant=\"ef4\"") == 2)
            #expect(families.value("returned_rows_total", byDefault) == 40)
            #expect(families.value("returned_rows_total", "variant=\"ef4\"") == 6)
            #expect(families.value("setting_value", "\(byDefault),setting=\"hnsw.ef_search\"") == 1000)
            #expect(families.value("setting_value", "variant=\"ef4\",setting=\"hnsw.ef_search\"") == 4)
            #expect(families.value("plan", "variant=\"ef4\",path=\"ann_index\"") == 1)
            #expect(try connection.cell("SELECT current_setting('hnsw.ef_search')") == "40")
        }
    }

    @Test(arguments: TestServer.all)
    func `a session that the server ends is a failure, and the next one goes on with what is known`(
        _ server: TestServer
    ) throws {
        try server.withDocuments { owner, connection in
            let prober = SearchProber.ofDocuments()
            try prober.run(0..<2, on: &connection)
            let ended = connection.processID
            #expect(try owner.cell("SELECT pg_terminate_backend(\(ended), 10000)") == "t")
            do throws(PostgresError) {
                try prober.run(.now(2), on: &connection)
                Issue.record("nobody said that the connection is lost")
            } catch {
                #expect(error.endsConnection)
            }
            #expect(prober.families.value("failures_total", reason: "connect") == 1)
            var next = try server.connect(to: TestServer.database)
            try prober.run(.now(3, isNewConnection: true), on: &next)
            let families = prober.families
            #expect(families.value("success", byDefault) == 1)
            #expect(families.value("attempts_total", byDefault) == 4)
            #expect(families.value("sentinel_checks_total", byDefault) == 2)
        }
    }
}
