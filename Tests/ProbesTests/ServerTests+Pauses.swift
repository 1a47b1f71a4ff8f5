import Exposition
import Postgres
import ProbeDefinitions
import SQL
import Testing

@testable import Probes

/// What probes do besides searching, and how they stand back.
extension ServerTests {
    private static func tick(
        _ number: Int, freeFor pause: Duration, allowance: Duration = .seconds(3600), wasYielded: Bool = false
    ) -> ProbeTick {
        let now = ContinuousClock.now
        return ProbeTick(
            number: number, due: now, server: ServerState(version: 180_000), allowance: allowance,
            wasYielded: { wasYielded }, freeUntil: { now + pause })
    }

    @Test(arguments: TestServer.all)
    func `what does not fit before the next tick on the session is put off, and costs nobody anything`(
        _ server: TestServer
    ) throws {
        try server.withDocuments { _, connection in
            let prober = SearchProber.ofDocuments {
                $0.target.filter = "lang = $1"
                $0.target.filterValues = .sql("SELECT 'en' FROM pg_sleep(0.7)", refresh: .zero)
                ($0.explainEvery, $0.planCheckEvery) = (0, 0)
            }
            try prober.run(0..<1, on: &connection)
            #expect(prober.families.value("skipped_total", "reason=\"upkeep\"") == 0)
            for (number, pause) in [(1, Duration.milliseconds(200)), (2, .zero)] {
                let began = ContinuousClock.now
                try prober.run(Self.tick(number, freeFor: pause), on: &connection)
                #expect(ContinuousClock.now - began < pause + .milliseconds(350))
                #expect(prober.families.value("skipped_total", "reason=\"upkeep\"") == Double(number))
            }
            try prober.run(3..<4, on: &connection)
            #expect(prober.families.value("skipped_total", "reason=\"upkeep\"") == 2)
            #expect(prober.families.value("attempts_total", byDefault) == 4)
            #expect(prober.families.value("success", byDefault) == 1)
            #expect(prober.latestProblem == nil)
        }
    }

    @Test(arguments: TestServer.all)
    func `an EXPLAIN ANALYZE for which there is no time is a plain one, and made up for later`(
        _ server: TestServer
    ) throws {
        try server.withDocuments { _, connection in
            let prober = SearchProber.ofDocuments {
                $0.target.filter = "pg_catalog.pg_sleep(0.025) IS NOT NULL"
                $0.queries.origin = .sql("SELECT embedding FROM docs")
                $0.recall.modes = []
            }
            try prober.run(Self.tick(0, freeFor: .seconds(1)), on: &connection)
            #expect(prober.families.value("explain_samples_total", byDefault) == 1)
            for number in 1...2 { try prober.run(.now(number), on: &connection) }
            let took = try #require(prober.summary.variants[0].latestDuration)
            #expect(took > .milliseconds(200))
            try prober.run(Self.tick(20, freeFor: took + .milliseconds(150)), on: &connection)
            #expect(prober.families.value("explain_samples_total", byDefault) == 1)
            #expect(prober.families.value("plan", "\(byDefault),path=\"ann_index\"") == 1)
            #expect(prober.families.value("skipped_total", "reason=\"upkeep\"") == 1)
            try prober.run(.now(21), on: &connection)
            #expect(prober.families.value("explain_samples_total", byDefault) == 2)
        }
    }

    @Test(arguments: TestServer.all)
    func `finding out what to search is put off too, and gets more time each time`(_ server: TestServer)
        throws
    {
        try server.withDocuments { _, connection in
            let prober = SearchProber.ofDocuments {
                $0.target.filter = "lang = $1"
                $0.target.filterValues = .sql("SELECT 'en' FROM pg_sleep(0.25)", refresh: nil)
            }
            for number in 0..<3 {
                try prober.run(Self.tick(number, freeFor: .zero), on: &connection)
                #expect(!prober.isResolved)
            }
            #expect(prober.families.value("skipped_total", "reason=\"upkeep\"") == 3)
            #expect(prober.families.value("attempts_total", byDefault) == 0)
            try prober.run(Self.tick(3, freeFor: .zero), on: &connection)
            #expect(prober.isResolved)
            #expect(prober.families.value("attempts_total", byDefault) == 1)
        }
    }

    @Test(arguments: TestServer.all)
    func `a resident sample that takes too long is lost, and nothing but it`(_ server: TestServer) throws {
        try server.withDatabase { owner in
            try owner.createDocuments()
            try owner.run("DELETE FROM docs WHERE id > 40")
            try owner.run("VACUUM FULL ANALYZE docs")
            try owner.run(
                """
                CREATE FUNCTION slowly(v vector) RETURNS vector IMMUTABLE LANGUAGE sql
                BEGIN ATOMIC
                    SELECT v FROM pg_catalog.pg_sleep(0.01) AS slept;
                END
                """)
            var connection = try server.connect(to: TestServer.database)
            let prober = SearchProber.ofDocuments {
                $0.target.searched = .expression("slowly(embedding)")
                $0.queries.origin = .sql("SELECT embedding FROM docs")
                $0.schedule.interval = .seconds(1)
                ($0.explainEvery, $0.planCheckEvery) = (0, 0)
            }
            try prober.run(0..<2, on: &connection)
            let families = prober.families
            #expect(families.value("skipped_total", "reason=\"upkeep\"") == 1)
            #expect(families.value("attempts_total", byDefault) == 2)
            #expect(families.value("success", byDefault) == 1)
            #expect(families.value("failures_total", reason: "connect") == 0)
            #expect(families.value("sentinel_sample_ratio") == nil)
            #expect(prober.adjustedProbe.recall.sample.rows == 500)
            let isReusable = connection.isReusable
            #expect(isReusable)
        }
    }

    @Test(arguments: TestServer.all)
    func `a search that makes way is a failure of its own kind, and an observation`(_ server: TestServer)
        throws
    {
        try server.withDocuments { _, connection in
            let prober = SearchProber.ofDocuments {
                $0.target.filter = "pg_catalog.pg_sleep(0.1) IS NOT NULL"
                $0.queries.origin = .sql("SELECT embedding FROM docs")
                $0.variants.append(Variant("other", settings: SearchProber.effort("40"), every: 1))
            }
            // The server ends it as the watch would.
            let tick = Self.tick(0, freeFor: .seconds(9), allowance: .milliseconds(300), wasYielded: true)
            try prober.run(tick, on: &connection)
            let families = prober.families
            #expect(families.value("failures_total", reason: "yield") == 1)
            #expect(families.value("failures_total", reason: "timeout") == 0)
            #expect(families.value("failures_total", reason: "cancelled") == 0)
            #expect(families.value("duration_seconds_count", byDefault) == 1)
            let sum = try #require(families.value("duration_seconds_sum", byDefault))
            #expect(sum > 0.29 && sum < 1)
            #expect(families.value("attempts_total", "variant=\"other\"") == 0)
            #expect(families.value("skipped_total", "reason=\"overrun\"") == 1)
        }
    }

    @Test(arguments: TestServer.all)
    func `in the other role nothing is shown but counts, until the next run`(_ server: TestServer) throws {
        try server.withDocuments { _, connection in
            let prober = SearchProber.ofDocuments { $0.role = .primary }
            try prober.run(0..<1, on: &connection)
            for _ in 0..<2 { try prober.runTruth(.now, on: &connection) }
            let before = prober.families
            let standby = ServerState(version: 180_000, isInRecovery: true)
            try prober.run(ProbeTick(number: 1, due: .now, server: standby), on: &connection)
            let during = prober.families
            let (seen, left) = (Set(before.map(\.metric.name)), Set(during.map(\.metric.name)))
            #expect(
                seen.subtracting(left) == [
                    "pg_probe_success", "pg_probe_plan", "pg_probe_plan_expected",
                    "pg_probe_index_candidates", "pg_probe_setting_value", "pg_probe_setting_info",
                    "pg_probe_recall_window_ratio", "pg_probe_recall_window_lower_ratio",
                    "pg_probe_recall_window_upper_ratio", "pg_probe_recall_window_queries",
                    "pg_probe_sentinel_sample_ratio",
                ])
            #expect(during.value("attempts_total", byDefault) == 1)
            #expect(during.value("recall_ratio_count", exactly) == 2)
            #expect(during.value("skipped_total", "reason=\"role\"") == 1)
            try prober.run(2..<3, on: &connection)
            #expect(prober.families.value("plan", "\(byDefault),path=\"ann_index\"") == 1)
            #expect(prober.families.value("index_candidates", "match=\"usable\"") == 1)
            #expect(prober.families.value("setting_value", "\(byDefault),setting=\"hnsw.ef_search\"") == 1000)
            #expect(prober.families.value("recall_window_queries", exactly) == nil)
            try prober.runTruth(.now, on: &connection)
            #expect(Set(prober.families.map(\.metric.name)) == seen)
            #expect(prober.families.value("recall_window_queries", exactly) == 3)
        }
    }

    @Test(arguments: TestServer.all)
    func `where nobody looks after it all statements of a truth share one allowance`(_ server: TestServer)
        throws
    {
        try server.withDocuments { _, connection in
            // Each search takes 0.2 s, and may take 5 s.
            let prober = SearchProber.ofDocuments {
                $0.target.filter = "CASE WHEN id % 20 = 0 THEN pg_catalog.pg_sleep(0.004) IS NOT NULL END"
                $0.queries.origin = .sql("SELECT embedding FROM docs")
                $0.variants += (0..<6).map {
                    Variant("v\($0)", settings: [LocalSetting("enable_indexscan", "off")], every: 100)
                }
            }
            try prober.run(0..<1, on: &connection)
            let began = ContinuousClock.now
            let occasion = TruthOccasion(
                allowance: .milliseconds(500), server: ServerState(version: 180_000))
            try prober.runTruth(occasion, on: &connection)
            #expect(ContinuousClock.now - began < .milliseconds(1200))
            let families = prober.families
            #expect(families.value("ground_truth_failures_total", "reason=\"timeout\"") == 1)
            #expect(families.value("ground_truth_failures_total", "reason=\"cancelled\"") == 0)
            #expect(families.value("ground_truth_duration_seconds_count") == 1)
            #expect(families.value("ground_truth_last_success_timestamp_seconds") == nil)
            let isReusable = connection.isReusable
            #expect(isReusable)
        }
    }

    @Test(arguments: TestServer.all, [false, true])
    func `where nobody looks after it all steps of a custom probe share one allowance`(
        _ server: TestServer, _ wasYielded: Bool
    ) throws {
        var connection = try server.connect()
        let statements = (0..<8).map { number in
            var statement = CustomProbe.Statement(sql: "SELECT pg_sleep(0.2)")
            statement.isMeasured = number == 7
            return CustomProbe.Step.statement(statement)
        }
        let prober = CustomProber(
            CustomProbe(name: "docs", steps: statements), budget: ProbeBudget(), vectors: { _ in [] })
        let began = ContinuousClock.now
        let tick = Self.tick(
            0, freeFor: .seconds(9), allowance: .milliseconds(500), wasYielded: wasYielded)
        try prober.run(tick, on: &connection)
        #expect(ContinuousClock.now - began < (wasYielded ? .milliseconds(400) : .milliseconds(1200)))
        let failures = ["timeout", "yield", "cancelled"].map {
            prober.families.value("failures_total", reason: $0)
        }
        #expect(failures == (wasYielded ? [0, 1, 0] : [1, 0, 0]))
        let isReusable = connection.isReusable
        #expect(isReusable)
    }
}
