import ProbeDefinitions
import SQL
import Settings
import Testing

/// What good descriptions of probes mean.
@Suite struct ProbeTests {
    private static func probe(_ lines: String...) throws(SettingsErrors) -> SearchProbe {
        try load(lines).servers[0].searchProbes[0]
    }

    private static func load(_ lines: [String]) throws(SettingsErrors) -> Settings {
        try Fixture.load(
            """
            servers: [{name: main}]
            search_probes:
              - name: docs
                \(lines.joined(separator: "\n    "))
            """)
    }

    private static let target = #"target: {table: docs, column: embedding, operator: "<=>"}"#

    @Test func `what is not said of a search has its default`() throws {
        let expected = SearchProbe(
            name: "docs",
            target: SearchTarget(table: "docs", searched: .column("embedding"), operator: "<=>"))
        #expect(try Self.probe(Self.target) == expected)
        #expect(expected.variants == [Variant()])
        #expect(expected.recall.modes == [.residentSample, .exact])
        #expect(expected.schedule.interval == .seconds(15))
        #expect(expected.schedule.timeout == .seconds(5))
        let server = try Fixture.load("servers: [{name: main}]").servers[0]
        #expect(server.searchProbes == [] && server.customProbes == [] && server.vectorColumns == [])
        #expect(server.search == .off && server.databases == .all)
    }

    @Test func `everything can be said of a search`() throws {
        let probe = try Self.probe(
            "server: main", "database: app", "run_on: standby",
            #"target: {schema: s, table: Docs, expression: "binary_quantize(e)::bit(8)", operator: <~>, "#
                + #"metric: {column: e, operator: <=>}, rerank: {candidates: 200}, key: [a, b], k: 100, "#
                + #"filter: lang = $1, filter_params: {values: [en, [de]]}, expect_index: docs_idx}"#,
            "queries: {source: table, table: {exclude_duplicates: true}, count: 500, refresh: 0s, seed: 7, "
                + "order: round_robin}",
            "schedule: {interval: 30s, timeout: 10s}",
            "session: {mode: warm, cold_every: 0, settings_from_role: app}",
            "variants: [{name: a}, {name: b, set: {hnsw.ef_search: 200, enable_seqscan: off}, every: 4}]",
            "explain: {every: 0}", "plan_check: {every: 5, expect: any}",
            "recall: {mode: [exact_cached, high_effort], exact: {interval: 1h, timeout: 2m, run_on: standby, "
                + "parallel_workers: 2, max_scan_bytes: 8GiB}, "
                + "resident_sample: {rows: 100, refresh: 1d, max_bytes: 1MiB}, window_queries: 50, "
                + "tie_epsilon: 0, baseline: {a: 0.9, b: 0.95}}",
            "limits: {db_seconds_per_hour: 2.5, max_replay_lag: unlimited, pause_during: [], "
                + #"blackout: ["Mon 00:00-01:00 UTC"]}"#,
            "objective: {median: 5ms, p95: 50ms, recall: 0.9}")
        var expected = SearchProbe(
            name: "docs",
            target: SearchTarget(
                table: "Docs", searched: .expression("binary_quantize(e)::bit(8)"), operator: "<~>"))
        expected.database = "app"
        expected.role = .standby
        expected.target.schema = "s"
        expected.target.metric = SearchTarget.TrueMetric(column: "e", operator: "<=>")
        expected.target.rerankedCandidates = 200
        expected.target.key = ["a", "b"]
        expected.target.k = 100
        expected.target.filter = "lang = $1"
        expected.target.filterValues = .listed([["en"], ["de"]])
        expected.target.expectedIndex = .named("docs_idx")
        expected.queries.origin = .table(excludesDuplicates: true)
        expected.queries.count = 500
        expected.queries.refresh = nil
        expected.queries.seed = 7
        expected.queries.isShuffled = false
        expected.schedule = ProbeSchedule(
            interval: .seconds(30), timeout: .seconds(10), coldEvery: 0)
        expected.settingsFromRole = "app"
        expected.variants = [
            Variant("a"),
            Variant(
                "b",
                settings: [
                    LocalSetting("hnsw.ef_search", "200"),
                    LocalSetting("enable_seqscan", "off"),
                ], every: 4),
        ]
        expected.explainEvery = 0
        expected.planCheckEvery = 5
        expected.expectedPlan = .any
        expected.recall.modes = [.exactCached, .highEffort]
        expected.recall.exact.interval = .seconds(3600)
        expected.recall.exact.timeout = .seconds(120)
        expected.recall.exact.role = .standby
        expected.recall.exact.parallelWorkers = 2
        expected.recall.exact.longestScan = 8 << 30
        expected.recall.sample.rows = 100
        expected.recall.sample.refresh = .seconds(86_400)
        expected.recall.sample.maxBytes = 1 << 20
        expected.recall.windowQueries = 50
        expected.recall.tieEpsilon = 0
        expected.recall.baseline = .byVariant(["a": 0.9, "b": 0.95])
        expected.limits.databaseSecondsPerHour = 2.5
        expected.limits.maxReplayLag = nil
        expected.limits.pauses = []
        expected.limits.blackouts = [Blackout(start: 0, end: 3600)]
        expected.objective = Objective(median: .milliseconds(5), p95: .milliseconds(50), recall: 0.9)
        #expect(probe == expected)
    }

    @Test(
        arguments: [
            ("{source: sql, sql: SELECT v FROM q}", .sql("SELECT v FROM q")),
            ("{source: file, file: /q.NPY}", .file(path: "/q.NPY")),
            ("{source: vchord_samples}", .vectorChordSamples),
            ("{source: table}", .table(excludesDuplicates: false)),
        ] as [(String, QuerySource.Origin)])
    func `query vectors come from where it is said`(_ yaml: String, _ origin: QuerySource.Origin)
        throws
    {
        #expect(try Self.probe(Self.target, "queries: \(yaml)").queries.origin == origin)
    }

    @Test func `random vectors are not judged unless that is asked for, which is refused`() throws {
        #expect(try Self.probe(Self.target, "queries: {source: random_unit}").recall.modes == [])
        #expect(
            try Self.probe(Self.target, "queries: {source: random_unit}", "recall: {window_queries: 10}")
                .recall.modes == [])
    }

    @Test func `limits that are not said keep to those that are`() throws {
        let fast = try Self.probe(Self.target, "schedule: {interval: 3s}")
        #expect(fast.schedule.timeout == .seconds(1))
        #expect(fast.recall.exact.interval == .seconds(300))
        let slow = try Self.probe(Self.target, "schedule: {interval: 10m}")
        #expect(slow.schedule.timeout == .seconds(5))
        #expect(slow.recall.exact.interval == .seconds(600))
        let often = try Self.probe(Self.target, "recall: {exact: {interval: 30s}}")
        #expect(often.recall.exact.timeout == .seconds(10))
    }

    @Test func `where no index is meant, no plan is expected but one that is said`() throws {
        let target = Self.target.replacing("}", with: ", expect_index: none}")
        #expect(try Self.probe(target).expectedPlan == .any)
        #expect(try Self.probe(target, "plan_check: {expect: seq_scan}").expectedPlan == .seqScan)
        #expect(try Self.probe(target).target.expectedIndex == .any)
    }

    @Test func `a probe belongs to the server that it names, in which its name is unique`() throws {
        let settings = try Fixture.load(
            """
            servers: [{name: a}, {name: b}]
            search_probes:
              - {name: docs, server: b, target: {table: t, column: c, operator: "<->"}}
              - {name: docs, server: a, target: {table: u, column: c, operator: "<->"}}
            custom_probes:
              - {name: one, server: b, steps: [{sql: SELECT 1, measure: true}]}
            """)
        #expect(settings.servers.map { $0.searchProbes.map(\.target.table) } == [["u"], ["t"]])
        #expect(settings.servers.map { $0.customProbes.map(\.name) } == [[], ["one"]])
    }

    @Test func `a server says whose searches are found and which columns are looked at`() throws {
        let server = try Fixture.server(
            "search: auto", "databases: [app, all]",
            "vector_columns: [{database: app, schema: s, table: t, column: c, created_at: at}, "
                + "{database: app, table: t, column: c}]")
        #expect(server.search == .auto)
        #expect(server.databases == .named(["app", "all"]))
        #expect(try Fixture.server("databases: own").databases == .own)
        var first = Settings.VectorColumn(database: "app", table: "t", column: "c")
        #expect(server.vectorColumns.last == first)
        first.schema = "s"
        first.createdAt = "at"
        #expect(server.vectorColumns.first == first)
    }

    // MARK: - Notes

    @Test(arguments: [
        (
            "k: 50",
            [
                "test.yml:5:67: hnsw.ef_search: is below the 51 rows that the search asks for; without "
                    + "hnsw.iterative_scan it returns no more than this"
            ]
        ),
        ("k: 39", []),
    ])
    func `an effort below the rows asked for is noted`(_ k: String, _ notes: [String]) throws {
        let settings = try Self.load([
            Self.target.replacing("}", with: ", \(k)}"),
            "variants: [{name: default}, {name: few, set: {hnsw.ef_search: 40}}, "
                + "{name: iterative, set: {hnsw.ef_search: 40, hnsw.iterative_scan: strict_order}}]",
        ])
        #expect(settings.notes.map(\.description) == notes)
    }

    @Test func `an operator that is not pgvector's, and few vectors, are noted`() throws {
        let settings = try Self.load([
            Self.target.replacing("<=>", with: "@#"), "queries: {count: 99}",
        ])
        #expect(
            settings.notes.map(\.description) == [
                "test.yml:4:56: operator: is none of pgvector's; "
                    + "the resident sample cannot judge these searches",
                "test.yml:5:22: count: is below 100; so few searches keep the pages that they need in memory",
            ])
        #expect(try Self.load([Self.target]).notes == [])
    }
}
