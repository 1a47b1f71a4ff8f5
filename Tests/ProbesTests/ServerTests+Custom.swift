import Exposition
import Postgres
import ProbeDefinitions
import SQL
import Testing

@testable import Probes

extension ServerTests {
    private static func prober(
        _ steps: [CustomProbe.Step], vectors: [String] = [], timeout: Duration = .seconds(5)
    ) -> CustomProber {
        var probe = CustomProbe(name: "docs", steps: steps)
        probe.schedule.timeout = timeout
        return CustomProber(probe, budget: ProbeBudget()) { name in name == "searches" ? vectors : [] }
    }

    private static func statement(
        _ sql: String, _ parameters: [CustomProbe.Parameter] = [], isMeasured: Bool = true,
        _ expect: (inout CustomProbe.Expectation) -> Void = { _ in }
    ) -> CustomProbe.Step {
        var statement = CustomProbe.Statement(sql: sql)
        statement.parameters = parameters
        statement.isMeasured = isMeasured
        expect(&statement.expectation)
        return .statement(statement)
    }

    private static func value(
        matching pattern: String? = nil, from minimum: Double? = nil, upTo maximum: Double? = nil
    ) -> CustomProbe.ColumnExpectation {
        var column = CustomProbe.ColumnExpectation(column: "value")
        (column.matches, column.minimum, column.maximum) = (pattern, minimum, maximum)
        return column
    }

    @Test(arguments: TestServer.all)
    func `where nobody looks after a custom probe no statement outlasts the tick's allowance`(
        _ server: TestServer
    ) throws {
        var connection = try server.connect()
        let prober = Self.prober([Self.statement("SELECT pg_sleep(60)")], timeout: .seconds(5))
        let began = ContinuousClock.now
        try prober.run(
            ProbeTick(
                number: 0, due: .now, server: ServerState(version: 180_000), allowance: .milliseconds(300)),
            on: &connection)
        #expect(ContinuousClock.now - began < .seconds(2))
        #expect(prober.families.value("failures_total", reason: "timeout") == 1)
    }

    @Test(arguments: TestServer.all)
    func `a custom probe's steps run in one read-only transaction, and one of them is timed`(
        _ server: TestServer
    ) throws {
        var connection = try server.connect()
        let prober = Self.prober([
            .set([LocalSetting("work_mem", "1234kB")]),
            Self.statement("SELECT pg_sleep(0.3)", isMeasured: false),
            Self.statement(
                "SELECT current_setting($1) AS value", [.values(["work_mem", "transaction_read_only"])]
            ) {
                $0.columns = [Self.value(matching: "^(1234kB|on)$")]
                $0.minimumRows = 1
                $0.maximumRows = 1
            },
        ])
        for number in 0..<2 { try prober.run(.now(number), on: &connection) }
        let families = prober.families
        #expect(prober.latestProblem == nil)
        #expect(families.value("attempts_total", byDefault) == 2)
        #expect(families.value("success", byDefault) == 1)
        #expect(families.value("duration_seconds_count", byDefault) == 2)
        #expect(try #require(families.value("duration_seconds_sum", byDefault)) < 0.3)
        #expect(families.value("failures_total", reason: "validation") == 0)
        #expect(families.value("requested_rows_total", byDefault) == 2)
        #expect(families.value("returned_rows_total", byDefault) == 2)
        #expect(
            families.lines.contains(#"pg_probe_info{probe="docs",datname="postgres",kind="custom"} 1"#))
        let isReusable = connection.isReusable
        #expect(isReusable)
    }

    @Test(arguments: TestServer.all)
    func `what is not as expected fails validation, and nothing of it is told`(_ server: TestServer) throws {
        var connection = try server.connect()
        let wrongColumn = "statement 1: column value is not as expected"
        let cases: [(sql: String, expect: (inout CustomProbe.Expectation) -> Void, problem: String)] = [
            (
                "SELECT 'secret' AS value WHERE false", { $0.minimumRows = 1 },
                "statement 1 returned 0 rows, fewer than 1"
            ),
            (
                "SELECT generate_series(1, 3) AS value", { $0.maximumRows = 2 },
                "statement 1 returned 3 rows, more than 2"
            ),
            (
                "SELECT 'secret' AS other", { $0.columns = [Self.value(matching: "s")] },
                "statement 1 returned no column value"
            ),
            (
                "SELECT unnest(ARRAY['secret', 'x']) AS value",
                { $0.columns = [Self.value(matching: "secret")] }, wrongColumn
            ),
            ("SELECT NULL AS value", { $0.columns = [Self.value(matching: ".")] }, wrongColumn),
            ("SELECT unnest(ARRAY[5, 11]) AS value", { $0.columns = [Self.value(upTo: 10)] }, wrongColumn),
        ]
        for (sql, expect, problem) in cases {
            let prober = Self.prober([Self.statement(sql, [], expect)])
            try prober.run(.now(0), on: &connection)
            let families = prober.families
            #expect(prober.latestProblem == problem)
            #expect(families.value("failures_total", reason: "validation") == 1, "\(problem)")
            #expect(families.value("attempts_total", byDefault) == 1, "\(problem)")
            #expect(families.value("duration_seconds_count", byDefault) == 1, "\(problem)")
            #expect(families.value("success", byDefault) == 0, "\(problem)")
            #expect(families.value("short_results_total", byDefault) == (problem.contains("fewer") ? 1 : 0))
        }
    }

    @Test(arguments: TestServer.all)
    func `a custom probe takes values from a statement and from another probe's queries`(_ server: TestServer)
        throws
    {
        var connection = try server.connect()
        let step = Self.statement(
            "SELECT $1::int + $2::int AS value",
            [.sql("SELECT i FROM generate_series(1, 3) AS i"), .queries(probe: "searches")]
        ) {
            $0.columns = [Self.value(from: 11, upTo: 23)]
        }
        let prober = Self.prober([step], vectors: ["10", "20"])
        for number in 0..<6 { try prober.run(.now(number), on: &connection) }
        #expect(prober.families.value("attempts_total", byDefault) == 6)
        #expect(prober.families.value("failures_total", reason: "validation") == 0)
        let without = Self.prober([step])
        try without.run(.now(0), on: &connection)
        #expect(without.families.value("skipped_total", "reason=\"unresolved\"") == 1)
        #expect(without.families.value("attempts_total", byDefault) == 0)
    }

    @Test(arguments: TestServer.all)
    func `a custom probe that may not write, or takes too long, fails`(_ server: TestServer) throws {
        var connection = try server.connect()
        let writer = Self.prober([Self.statement("CREATE TABLE pgvigil_test_never (i int)")])
        try writer.run(.now(0), on: &connection)
        #expect(writer.families.value("failures_total", reason: "query") == 1)
        #expect(writer.latestProblem == "the server refused the statement (SQLSTATE 25006)")
        let sleeper = Self.prober(
            [Self.statement("SELECT pg_sleep(5)")], timeout: .milliseconds(300))
        try sleeper.run(.now(0), on: &connection)
        #expect(sleeper.families.value("failures_total", reason: "timeout") == 1)
        #expect(sleeper.families.value("duration_seconds_count", byDefault) == 1)
        #expect(try #require(sleeper.families.value("duration_seconds_sum", byDefault)) >= 0.3)
        let isReusable = connection.isReusable
        #expect(isReusable)
    }

    @Test(arguments: TestServer.all)
    func `a custom probe says whether its plan is as expected`(_ server: TestServer) throws {
        try server.withDocuments { owner, connection in
            let vector = try #require(try owner.cell("SELECT embedding FROM docs WHERE id = 1"))
            let prober = Self.prober([
                .set(SearchProber.effort("40")),
                Self.statement(
                    "SELECT id FROM docs ORDER BY embedding <-> $1::vector LIMIT 10", [.value(vector)]
                ) { $0.plan = .annIndex },
            ])
            try prober.run(.now(0), on: &connection)
            #expect(prober.families.value("plan", "\(byDefault),path=\"ann_index\"") == 1)
            #expect(prober.families.value("plan_expected", byDefault) == 1)
            try owner.run("DROP INDEX docs_idx")
            for number in 1...20 { try prober.run(.now(number), on: &connection) }
            let families = prober.families
            #expect(families.value("plan", "\(byDefault),path=\"seq_scan\"") == 1)
            #expect(families.value("plan_expected", byDefault) == 0)
            #expect(families.value("failures_total", reason: "validation") == 1)
            #expect(prober.latestProblem == "the plan of statement 1 is seq_scan, not ann_index")
        }
    }
}
