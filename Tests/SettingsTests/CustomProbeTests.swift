import ProbeDefinitions
import SQL
import Settings
import Testing

/// What good descriptions of custom probes mean.
@Suite struct CustomProbeTests {
    @Test func `what is not said of a custom probe has its default`() throws {
        let settings = try Fixture.load(
            "servers: [{name: main}]\ncustom_probes: [{name: one, steps: [{sql: SELECT 1, measure: true}]}]")
        var statement = CustomProbe.Statement(sql: "SELECT 1")
        statement.isMeasured = true
        var expected = CustomProbe(name: "one", steps: [.statement(statement)])
        expected.schedule.coldEvery = 0
        #expect(settings.servers[0].customProbes == [expected])
        #expect(expected.searchPath == ["public"])
    }

    @Test func `everything can be said of a custom probe`() throws {
        let settings = try Fixture.load(
            #"""
            servers: [{name: main}]
            search_probes:
              - {name: docs, target: {table: docs, column: embedding, operator: "<=>"}}
            custom_probes:
              - name: hybrid
                server: main
                database: app
                run_on: primary
                search_path: [app, ext]
                schedule: {interval: 1m, timeout: 20s}
                steps:
                  - set: {work_mem: 64MB, hnsw.ef_search: 100}
                  - sql: "(SELECT $4 || $3 || $2 || $1)"
                    params: [007, {values: [1, a]}, {sql: TABLE t}, {queries: docs}]
                    measure: yes
                    expect:
                      rows_min: 1
                      rows_max: 10
                      plan: seq_scan
                      columns: {id: {matches: "^[0-9]+$"}, rank: {min: -1, max: 1e3}}
                  - sql: SELECT 2
                limits: {db_seconds_per_hour: 5, max_replay_lag: 1s, blackout: ["daily 00:00-24:00 UTC"]}
                objective: {median: 1s, p95: 1s}
            """#)
        var statement = CustomProbe.Statement(sql: "(SELECT $4 || $3 || $2 || $1)")
        statement.parameters = [
            .value("007"), .values(["1", "a"]), .sql("TABLE t"), .queries(probe: "docs"),
        ]
        statement.isMeasured = true
        statement.expectation.minimumRows = 1
        statement.expectation.maximumRows = 10
        statement.expectation.plan = .seqScan
        var id = CustomProbe.ColumnExpectation(column: "id")
        id.matches = "^[0-9]+$"
        var rank = CustomProbe.ColumnExpectation(column: "rank")
        rank.minimum = -1
        rank.maximum = 1000
        statement.expectation.columns = [id, rank]
        var expected = CustomProbe(
            name: "hybrid",
            steps: [
                .set([
                    LocalSetting("work_mem", "64MB"),
                    LocalSetting("hnsw.ef_search", "100"),
                ]), .statement(statement), .statement(CustomProbe.Statement(sql: "SELECT 2")),
            ])
        expected.database = "app"
        expected.role = .primary
        expected.searchPath = ["app", "ext"]
        expected.schedule = ProbeSchedule(
            interval: .seconds(60), timeout: .seconds(20), coldEvery: 0)
        expected.limits.databaseSecondsPerHour = 5
        expected.limits.maxReplayLag = .seconds(1)
        expected.limits.blackouts = (0..<7).map {
            Blackout(start: $0 * 86_400, end: ($0 + 1) * 86_400)
        }
        expected.objective = Objective(median: .seconds(1), p95: .seconds(1))
        #expect(settings.servers[0].customProbes == [expected])
    }
}
