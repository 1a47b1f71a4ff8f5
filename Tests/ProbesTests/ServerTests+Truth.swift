import Exposition
import Postgres
import ProbeDefinitions
import Synchronization
import Testing

@testable import Probes

extension ServerTests {
    @Test(arguments: TestServer.all)
    func `one exact scan scores all variants`(_ server: TestServer) throws {
        try server.withDocuments { _, connection in
            let prober = SearchProber.ofDocuments {
                $0.variants.append(Variant("ef4", settings: SearchProber.effort("4")))
                $0.recall.windowQueries = 5
            }
            try prober.run(0..<1, on: &connection)
            for _ in 0..<5 { try prober.runTruth(.now, on: &connection) }
            let families = prober.families
            #expect(families.value("ground_truth_duration_seconds_count") == 5)
            #expect(families.value("recall_ratio_count", exactly) == 5)
            #expect(families.value("recall_ratio_sum", exactly) == 5)
            #expect(families.value("recall_squares_total", exactly) == 5)
            #expect(families.value("recall_window_ratio", exactly) == 1)
            #expect(families.value("recall_window_upper_ratio", exactly) == 1)
            #expect(families.value("recall_window_queries", exactly) == 5)
            #expect(families.value("recall_baseline_ratio", byDefault) == 1)
            #expect(families.value("distance_excess_ratio_sum", exactly) == 0)
            #expect(families.value("recall_empty_total", exactly) == 0)
            // With the own row among four, at most three of ten are found.
            let few = "variant=\"ef4\",source=\"exact\""
            #expect(families.value("recall_ratio_count", few) == 5)
            #expect(try #require(families.value("recall_ratio_sum", few)) <= 1.5)
            #expect(try #require(families.value("recall_ratio_sum", few)) > 0)
            #expect(families.value("ground_truth_last_success_timestamp_seconds") ?? 0 > 1_000_000_000)
            #expect(families.value("attempts_total", byDefault) == 1)  // None of it is latency.
            #expect(families.value("duration_seconds_count", byDefault) == 1)
        }
    }

    @Test(arguments: TestServer.all)
    func `recall counts rows that are just as near as found`(_ server: TestServer) throws {
        try server.withDatabase { owner in
            try owner.createDocuments(type: .bit)
            try owner.run("UPDATE docs SET embedding = (embedding >> 10)")  // 64 vectors, each many times.
            try owner.run("CREATE INDEX docs_idx ON docs USING hnsw (embedding bit_hamming_ops)")
            var connection = try server.connect(to: TestServer.database)
            let prober = SearchProber.ofDocuments(operator: "<~>")
            try prober.run(0..<1, on: &connection)
            for _ in 0..<10 { try prober.runTruth(.now, on: &connection) }
            #expect(prober.families.value("recall_ratio_count", exactly) == 10)
            #expect(prober.families.value("recall_ratio_sum", exactly) == 10)
            #expect(prober.families.value("distance_excess_ratio_sum", exactly) == 0)
        }
    }

    @Test(arguments: TestServer.all)
    func `a filter that matches nothing is empty, and one that matches less than is asked for is not short`(
        _ server: TestServer
    ) throws {
        try server.withDocuments { _, connection in
            let prober = SearchProber.ofDocuments {
                $0.target.filter = "id BETWEEN $1 AND $2"
                $0.target.filterValues = .listed([["1", "4"], ["0", "0"]])
                $0.queries.origin = .sql("SELECT embedding FROM docs")
                $0.variants = [Variant(settings: [])]
                $0.expectedPlan = .any
            }
            try prober.run(0..<1, on: &connection)
            for _ in 0..<2 { try prober.runTruth(.now, on: &connection) }
            try prober.run(1..<5, on: &connection)
            let families = prober.families
            #expect(families.value("recall_empty_total", exactly) == 1)
            #expect(families.value("recall_ratio_count", exactly) == 1)
            #expect(families.value("recall_ratio_sum", exactly) == 1)
            #expect(families.value("short_results_total", byDefault) == 0)
            #expect(families.value("plan_expected", byDefault) == nil)
            #expect(families.value("sentinel_checks_total", byDefault) == nil)
        }
    }

    @Test(arguments: TestServer.all)
    func `what cannot be proved exact is no truth`(_ server: TestServer) throws {
        try server.withDocuments { owner, connection in
            let prober = SearchProber.ofDocuments {
                $0.target.filter = "id < 20"
                $0.queries.origin = .sql("SELECT embedding FROM docs")
            }
            try prober.run(0..<1, on: &connection)
            // What the filter is looked up by now bears the name of what sorted by distance.
            try owner.run("DROP INDEX docs_idx")
            try owner.run("ALTER TABLE docs DROP CONSTRAINT docs_pkey")
            try owner.run("CREATE INDEX docs_idx ON docs (id)")
            var truth = try server.connect(to: TestServer.database)
            try truth.run("SET enable_seqscan = off")
            try truth.run("SET enable_bitmapscan = off")
            try prober.runTruth(.now, on: &truth)
            let families = prober.families
            #expect(families.value("ground_truth_failures_total", "reason=\"not_exact\"") == 1)
            #expect(families.value("recall_ratio_count", exactly) == 0)
            #expect(families.value("ground_truth_duration_seconds_count") == 0)
            #expect(families.value("ground_truth_last_success_timestamp_seconds") == nil)
        }
    }

    @Test(arguments: TestServer.all, [false, true])
    func `a scan that takes too long ends, and says whether it made way for somebody`(
        _ server: TestServer, _ wasYielded: Bool
    ) throws {
        try server.withDocuments { _, connection in
            let prober = SearchProber.ofDocuments {
                $0.target.filter = "pg_catalog.pg_sleep(0.01) IS NOT NULL"
                $0.queries.origin = .sql("SELECT embedding FROM docs")
                $0.variants = [Variant(settings: SearchProber.effort("20"))]
            }
            try prober.run(0..<1, on: &connection)
            let occasion = TruthOccasion(
                allowance: .milliseconds(500), server: ServerState(version: 180_000),
                wasYielded: { wasYielded })
            try prober.runTruth(occasion, on: &connection)
            let families = prober.families
            let failures = ["timeout", "yield"].map {
                families.value("ground_truth_failures_total", "reason=\"\($0)\"")
            }
            #expect(failures == (wasYielded ? [0, 1] : [1, 0]))
            #expect(families.value("recall_ratio_count", exactly) == 0)
            let isReusable = connection.isReusable
            #expect(isReusable)
        }
    }

    @Test(arguments: TestServer.all)
    func `a cached truth saves the scan, loses rows that are no more, and ends when the table has changed`(
        _ server: TestServer
    ) throws {
        try server.withDocuments { owner, connection in
            let cached = "variant=\"default\",source=\"exact_cached\""
            let prober = SearchProber.ofDocuments {
                $0.recall.modes = [.exactCached]
                $0.queries.count = 1
                $0.queries.origin = .sql("SELECT embedding FROM docs WHERE id = 7")
            }
            try prober.run(0..<1, on: &connection)
            for _ in 0..<3 { try prober.runTruth(.now, on: &connection) }
            #expect(prober.families.value("ground_truth_duration_seconds_count") == 1)
            #expect(prober.families.value("recall_ratio_count", cached) == 3)
            try owner.run("DELETE FROM docs WHERE id = 7")
            try prober.runTruth(.now, on: &connection)
            #expect(prober.families.value("ground_truth_duration_seconds_count") == 1)
            #expect(prober.families.value("recall_ratio_sum", cached) == 4)
            try owner.run("UPDATE docs SET lang = 'fr' WHERE id <= 50")
            #expect(
                try owner.becomesTrue(
                    "SELECT n_tup_upd >= 49 FROM pg_catalog.pg_stat_user_tables WHERE relname = 'docs'"))
            try prober.runTruth(.now, on: &connection)
            #expect(prober.families.value("ground_truth_duration_seconds_count") == 2)
            #expect(prober.families.value("recall_ratio_sum", cached) == 5)
        }
    }

    @Test(arguments: TestServer.all)
    func `where the table is too large to scan, the index with all its effort is the measure`(
        _ server: TestServer
    ) throws {
        try server.withDocuments { _, connection in
            let prober = SearchProber.ofDocuments {
                $0.recall.modes = [.exact, .highEffort]
                $0.recall.exact.longestScan = 1000
            }
            try prober.run(0..<1, on: &connection)
            try prober.runTruth(.now, on: &connection)
            let families = prober.families
            #expect(families.value("ground_truth_skipped_total", "reason=\"size\"") == 1)
            #expect(families.value("recall_ratio_count", exactly) == 0)
            #expect(families.value("recall_ratio_sum", "variant=\"default\",source=\"high_effort\"") == 1)
        }
    }

    @Test(arguments: TestServer.all)
    func `another index begins a new window`(_ server: TestServer) throws {
        try server.withDocuments { owner, connection in
            let prober = SearchProber.ofDocuments()
            try prober.run(0..<1, on: &connection)
            try prober.runTruth(.now, on: &connection)
            #expect(prober.families.value("recall_window_queries", exactly) == 1)
            try owner.run("REINDEX INDEX docs_idx")
            prober.doubt()
            try prober.run(1..<2, on: &connection)
            #expect(prober.families.value("recall_window_queries", exactly) == 0)
            #expect(prober.families.value("recall_ratio_count", exactly) == 1)
        }
    }

    @Test(arguments: TestServer.all)
    func `nothing is scanned while an index is built on the table`(_ server: TestServer) throws {
        try server.withDocuments { owner, connection in
            let prober = SearchProber.ofDocuments()
            try prober.run(0..<1, on: &connection)
            var builder = try server.connectAsOwner(to: TestServer.database)
            // It has announced its build, and waits for the writer's transaction to end.
            _ = try owner.cell("BEGIN; UPDATE docs SET lang = 'fr' WHERE id = 1; SELECT 1 AS one")
            try builder.run("SET lock_timeout = 0")
            do throws(PostgresError) {
                let sql = "CREATE INDEX CONCURRENTLY docs_lang ON docs (lang)"
                _ = try builder.query(sql, by: .after(.milliseconds(500)))
                Issue.record("nothing made it wait")
            } catch {
                #expect(error == .timedOut)
            }
            try prober.runTruth(.now, on: &connection)
            try owner.run("COMMIT")
            #expect(
                prober.families.value("ground_truth_skipped_total", "reason=\"index_build\"") == 1)
            #expect(prober.families.value("recall_ratio_count", exactly) == 0)
        }
    }
}

extension TruthOccasion {
    static var now: TruthOccasion {
        TruthOccasion(allowance: .seconds(5), server: ServerState(version: 180_000))
    }
}
