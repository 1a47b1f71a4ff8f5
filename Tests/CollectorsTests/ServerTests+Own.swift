import Collectors
import Exposition
import Postgres
import Testing

/// Collectors that an operator wrote.
extension ServerTests {
    @Test(arguments: TestServer.all)
    func `an own collector shows what an application counts, and rises by exactly that`(_ server: TestServer)
        throws
    {
        var owner = try prepareCounts(on: server)
        for isPooled in [false, true] {
            var connection = try server.connect(as: TestServer.monitor, isPooled: isPooled)
            let before = try searches().collect(from: &connection)
            try owner.run("UPDATE public.pgvigil_test_counts SET n = n + 41 WHERE namespace = 'north'")
            let after = try searches().collect(from: &connection)
            #expect(before.count(of: counted, ["namespace": "south"]) == 7)
            #expect(after.count(of: counted, ["namespace": "south"]) == 7)
            let (then, now) = (
                before.count(of: counted, ["namespace": "north"]),
                after.count(of: counted, ["namespace": "north"])
            )
            #expect(try now == #require(then) + 41)
            #expect(after.samples(of: counted).count == 2 && after.rowCount == 2)
        }
        try owner.run("DROP TABLE public.pgvigil_test_counts")
    }

    @Test(arguments: TestServer.all)
    func `an own collector of each database says which one it speaks of`(_ server: TestServer) throws {
        var owner = try prepareCounts(on: server)
        var connection = try server.connect(as: TestServer.monitor)
        let collection = try searches(namesDatabase: true).collect(from: &connection)
        let database = try #require(try owner.cell("SELECT pg_catalog.current_database()"))
        #expect(collection.count(of: counted, ["datname": database, "namespace": "south"]) == 7)
        try owner.run("DROP TABLE public.pgvigil_test_counts")
    }

    @Test(arguments: TestServer.all)
    func `an own collector that is slow is ended by its limit, and costs nothing else`(_ server: TestServer)
        throws
    {
        _ = try server.prepare()
        for isPooled in [false, true] {
            var connection = try server.connect(as: TestServer.monitor, isPooled: isPooled)
            let slow = own("SELECT 1 AS n FROM pg_sleep(8)")
            let duration = ContinuousClock().measure {
                let error = #expect(throws: CollectorError.self) { try slow.collect(from: &connection) }
                #expect(error?.state == .queryCanceled)
            }
            #expect(duration >= .seconds(1) && duration < .seconds(2))
            #expect(try own("SELECT 2 AS n").collect(from: &connection).count(of: number) == 2)
            #expect(try connection.cell("SHOW statement_timeout") == "10s")
        }
    }

    @Test(arguments: TestServer.all)
    func `an own collector takes no more time than is left, and is not sent where none is`(
        _ server: TestServer
    ) throws {
        _ = try server.prepare()
        var connection = try server.connect(as: TestServer.monitor)
        let state = try ServerState.read(from: &connection, by: .after(.seconds(10)))
        let slow = own("SELECT 1 AS n FROM pg_sleep(8)")
        let duration = ContinuousClock().measure {
            let error = #expect(throws: CollectorError.self) {
                try slow.collect(from: &connection, state, by: .after(.milliseconds(600)))
            }
            #expect(error?.state == .queryCanceled)
        }
        #expect(duration >= .milliseconds(450) && duration < .milliseconds(600))
        let error = #expect(throws: CollectorError.self) {
            try own("SELECT 1 AS n").collect(from: &connection, state, by: .after(.milliseconds(100)))
        }
        #expect(error == .postgres(.outOfTime))
        let isReusable = connection.isReusable
        #expect(isReusable)
    }

    @Test(arguments: TestServer.all)
    func `an own collector does not wait for a table that is locked`(_ server: TestServer) throws {
        var owner = try prepareCounts(on: server)
        try owner.begin("LOCK TABLE public.pgvigil_test_counts")
        var connection = try server.connect(as: TestServer.monitor)
        let duration = ContinuousClock().measure {
            let error = #expect(throws: CollectorError.self) { try searches().collect(from: &connection) }
            #expect(error?.state == .lockNotAvailable)
        }
        #expect(duration < .milliseconds(900))
        try owner.run("ROLLBACK")
        #expect(try searches().collect(from: &connection).samples(of: counted).count == 2)
        try owner.run("DROP TABLE public.pgvigil_test_counts")
    }

    @Test(arguments: TestServer.all)
    func `an own collector says what it lacks, and never what it reads`(_ server: TestServer) throws {
        var owner = try prepareCounts(on: server)
        var connection = try server.connect(as: TestServer.monitor)
        let cases: [(sql: String, state: SQLState)] = [
            ("SELECT canary AS n FROM pgvigil_test_counts", .undefinedColumn),
            ("SELECT 1 AS n FROM canary", .undefinedTable),
            ("SELECT canary(1) AS n", .undefinedFunction),
            ("SELECT 1 AS n canary canary", .syntaxError),
            ("SELECT 'canary'::int AS n", SQLState(rawValue: "22P02")),
            ("SELECT 1 / 0 AS n, 'canary' AS c", SQLState(rawValue: "22012")),
            ("SELECT nextval('pgvigil_test_canary') AS n", .readOnlyTransaction),
            (
                "WITH canary AS (DELETE FROM pgvigil_test_counts RETURNING n) SELECT n FROM canary",
                .featureNotSupported
            ),
        ]
        try owner.run("CREATE SEQUENCE public.pgvigil_test_canary")
        try owner.run("GRANT ALL ON public.pgvigil_test_counts, public.pgvigil_test_canary TO PUBLIC")
        for (sql, state) in cases {
            let error = #expect(throws: CollectorError.self) { try own(sql).collect(from: &connection) }
            #expect(error?.state == state, "\(sql)")
            #expect(
                error?.description.contains("canary") == false
                    && error?.description.contains("SELECT") == false)
        }
        try owner.run("REVOKE ALL ON public.pgvigil_test_counts FROM PUBLIC, \(TestServer.monitor)")
        let refusal = #expect(throws: CollectorError.self) { try searches().collect(from: &connection) }
        #expect(refusal?.state == .insufficientPrivilege)
        #expect(refusal?.description.contains("pgvigil_test_counts") == false)
        #expect(throws: CollectorError.missingColumn("n")) {
            try own("SELECT 1 AS m").collect(from: &connection)
        }
        #expect(throws: CollectorError.notANumber(column: "n")) {
            try own("SELECT 'canary' AS n").collect(from: &connection)
        }
        #expect(try owner.count("SELECT count(*) FROM public.pgvigil_test_counts") == 2)
        try owner.run("DROP TABLE public.pgvigil_test_counts; DROP SEQUENCE public.pgvigil_test_canary")
    }

    @Test(arguments: TestServer.all)
    func `rows beyond those of an own collector are left out and counted`(_ server: TestServer) throws {
        _ = try server.prepare()
        var connection = try server.connect(as: TestServer.monitor)
        let many = "SELECT i AS n, 'row ' || i AS namespace FROM generate_series(1, 30000) AS i ORDER BY i"
        let collection = try own(many, labels: ["namespace"], mostRows: 3).collect(from: &connection)
        #expect(collection.samples(of: number).map(\.value) == [.integer(1), .integer(2), .integer(3)])
        // The server is asked for one more.
        #expect(collection.droppedSeries == 1)
    }

    @Test(arguments: TestServer.all)
    func `of a long cell no more is fetched than is shown`(_ server: TestServer) throws {
        _ = try server.prepare()
        var connection = try server.connect(as: TestServer.monitor)
        let long = "SELECT 1 AS n, repeat('x', 1000000) AS namespace, repeat('y', 1000000) AS other"
        let collector = own(long, labels: ["namespace"])
        let collection = try collector.collect(from: &connection)
        #expect(collection.cutLabels == 1)
        #expect(collection.samples(of: number).map(\.value) == [.integer(1)])
        var cells: [Int] = []
        try collector.ask(&connection, ServerState(version: 180_000), by: .after(.seconds(5))) { rows in
            cells = [0, 1].map { rows.text(row: 0, column: $0)?.utf8.count ?? 0 }
        }
        #expect(cells == [Labels.longestValue + 1, 1])
    }

    @Test(arguments: TestServer.all)
    func `NULL gives no sample and no label, and rows with the same labels are one series`(
        _ server: TestServer
    )
        throws
    {
        _ = try server.prepare()
        var connection = try server.connect(as: TestServer.monitor)
        let rows = "VALUES ('a', 1), ('b', NULL), (NULL, 3), ('a', 4) -- and no more"
        let sql = "SELECT v.a AS namespace, v.n FROM (\(rows)\n) AS v (a, n)"
        let collection = try own(sql, labels: ["namespace"]).collect(from: &connection)
        #expect(
            collection.samples(of: number) == [
                Sample(1, labels: ["namespace": "a"]), Sample(3, labels: [:]),
            ])
        #expect(collection.repeatedSeries == 1)
    }

    // MARK: -

    private var counted: MetricName { "shop_searches_total" }
    private var number: MetricName { "shop_n" }

    private func prepareCounts(on server: TestServer) throws -> Connection {
        var owner = try server.prepare()
        try owner.run("DROP TABLE IF EXISTS public.pgvigil_test_counts")
        try owner.run("DROP SEQUENCE IF EXISTS public.pgvigil_test_canary")
        try owner.run(
            """
            CREATE TABLE public.pgvigil_test_counts AS
            SELECT namespace, n FROM (VALUES ('north', 3::bigint), ('south', 7)) AS v (namespace, n)
            """)
        try owner.run("GRANT SELECT ON public.pgvigil_test_counts TO \(TestServer.monitor)")
        return owner
    }

    private func searches(namesDatabase: Bool = false) -> Collector {
        let columns = (namesDatabase ? ["datname"] : []) + ["namespace"]
        return Collector(
            own: "searches", scope: .server, audience: .everyServer,
            columns: columns.map { .label($0) } + [.value("n", Metric(counted, .counter, help: "Searches."))],
            mostRows: 1000,
            OwnStatement(
                "SELECT namespace, n FROM pgvigil_test_counts", searchPath: ["public"], within: .seconds(5),
                namesDatabase: namesDatabase))
    }

    private func own(_ sql: String, labels: [String] = [], mostRows: Int = 1000) -> Collector {
        Collector(
            own: "number", scope: .server, audience: .everyServer,
            columns: labels.map { .label($0) } + [.value("n", Metric(number, .gauge, help: "A number."))],
            mostRows: mostRows,
            OwnStatement(sql, searchPath: ["public"], within: .seconds(5), namesDatabase: false))
    }
}

extension CollectorError {
    /// The server's, where it is the server's error.
    fileprivate var state: SQLState? {
        guard case .postgres(.statementFailed(let state, _)) = self else { return nil }
        return state
    }
}
