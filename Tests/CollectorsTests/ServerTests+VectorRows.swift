import Collectors
import Exposition
import Postgres
import Testing

extension ServerTests {
    @Test(arguments: TestServer.all)
    func `a vector column says what it holds, and its table how large it is with its TOAST`(
        _ server: TestServer
    ) throws {
        let database = try VectorDatabase(on: server)
        try database.owner.run(
            "CREATE TABLE docs (half halfvec(3), long vector(700), flags bit(8), name text)")
        try database.owner.run(
            """
            INSERT INTO docs
            SELECT CASE WHEN g % 4 > 0 THEN '[1,2,3]'::halfvec END, array_fill(g, ARRAY[700])::real[]::vector,
                   B'10101010', 'x'
            FROM generate_series(1, 400) AS g
            """)
        try database.owner.run("CREATE INDEX near ON docs USING hnsw ((long::halfvec(700)) halfvec_l2_ops)")
        try database.owner.run("VACUUM ANALYZE docs")
        try database.owner.run("DELETE FROM docs WHERE name = 'x' AND half IS NULL")
        database.owner = try server.connectAsOwner(to: database.name)
        try database.owner.awaitStatistics()
        let hidden = try database.collect("vector_columns")
        try database.letRead()
        let collection = try database.collect("vector_columns")

        let half = column(database, "half")
        let long = column(database, "long")
        #expect(
            collection.samples(of: "pg_vector_column_info").map(\.labels) == [
                half.followed(by: ["type": "halfvec", "dimensions": "3", "indexed": "false"]),
                long.followed(by: ["type": "vector", "dimensions": "700", "indexed": "true"]),
            ])
        for place in [half, long] {
            #expect(collection.count(of: "pg_vector_column_rows", place) == 400)
            #expect(collection.count(of: "pg_vector_column_dead_rows", place) == 100)
        }
        #expect(collection.number(of: "pg_vector_column_null_ratio", half) == 0.25)
        #expect(collection.number(of: "pg_vector_column_null_ratio", long) == 0)
        // VACUUM does not always look at the index of TOAST.
        let bounds = try ["ARRAY[oid, reltoastrelid]", "ARRAY[oid, reltoastrelid, indexrelid]"].map { files in
            try database.owner.count(
                """
                SELECT sum(pg_catalog.pg_relation_size(file))
                FROM pg_catalog.pg_class
                JOIN pg_catalog.pg_index ON indrelid = reltoastrelid
                CROSS JOIN pg_catalog.unnest(\(files)) AS file
                WHERE relname = 'docs'
                """)
        }
        let size: Labels = ["datname": database.name, "schemaname": "public", "relname": "docs"]
        #expect(bounds[0] > 400 * 2800)
        #expect(
            (bounds[0]...bounds[1]).contains(
                try #require(collection.count(of: "pg_vector_table_size_bytes", size))))

        #expect(hidden.count(of: "pg_vector_column_rows", half) == 400)
        #expect(hidden.samples(of: "pg_vector_column_null_ratio").isEmpty)
    }

    @Test(arguments: TestServer.all)
    func `a sample tells zero, repeated and differently long vectors of columns that we may read`(
        _ server: TestServer
    ) throws {
        let database = try VectorDatabase(on: server)
        try database.owner.run("CREATE TABLE docs (embedding vector, sparse sparsevec(9))")
        try database.owner.run(
            """
            INSERT INTO docs
            SELECT CASE g % 4 WHEN 0 THEN '[0,0]' WHEN 1 THEN format('[%s,1,2]', g)::vector
                              WHEN 2 THEN '[7,8]' END,
                   format('{1:%s}/9', g)::sparsevec
            FROM generate_series(1, 40) AS g
            """)
        let hidden = try database.collect("vector_samples")
        try database.letRead()
        try database.owner.run("CREATE TABLE secret (embedding vector)")
        let collection = try database.collect("vector_samples")
        #expect(hidden.page.isEmpty)
        let mixed = column(database, "embedding")
        #expect(collection.count(of: "pg_vector_column_sampled_rows", mixed) == 30)
        #expect(collection.number(of: "pg_vector_column_zero_vectors_ratio", mixed) == 10.0 / 30)
        #expect(collection.count(of: "pg_vector_column_dimension_values", mixed) == 2)
        #expect(collection.number(of: "pg_vector_column_duplicates_ratio", mixed) == 1 - 12.0 / 30)
        let sparse = column(database, "sparse")
        #expect(collection.count(of: "pg_vector_column_sampled_rows", sparse) == 40)
        #expect(collection.count(of: "pg_vector_column_dimension_values", sparse) == 1)
        #expect(collection.number(of: "pg_vector_column_duplicates_ratio", sparse) == 0)
        #expect(collection.samples(of: "pg_vector_column_sampled_rows").count == 2)
    }

    @Test(arguments: TestServer.all)
    func `a sample of a large table comes from all of it, and is no longer than a thousand rows`(
        _ server: TestServer
    ) throws {
        let database = try VectorDatabase(on: server)
        try database.owner.run("CREATE TABLE docs (embedding vector(3))")
        try database.owner.run(
            """
            INSERT INTO docs
            SELECT format('[%s,0,0]', CASE WHEN g <= 10000 THEN 0 ELSE g END)::vector
            FROM generate_series(1, 40000) AS g
            """)
        try database.owner.run("ANALYZE docs")
        try database.letRead()
        let collection = try database.collect("vector_samples")
        let docs = column(database, "embedding")
        let rows = try #require(collection.count(of: "pg_vector_column_sampled_rows", docs))
        #expect((500...1000).contains(rows))
        // A quarter of the rows is zero: five standard deviations to either side.
        let zeros = try #require(collection.number(of: "pg_vector_column_zero_vectors_ratio", docs))
        #expect(abs(zeros - 0.25) < 5 * (0.25 * 0.75 / Double(rows)).squareRoot())
    }

    @Test(arguments: TestServer.all)
    func `rows without a vector are counted with the age of the oldest, and a locked table costs only itself`(
        _ server: TestServer
    ) throws {
        let database = try VectorDatabase(on: server)
        for table in ["docs", "other"] {
            try database.owner.run("CREATE TABLE \(table) (made timestamptz, embedding vector(3))")
            try database.owner.run(
                """
                INSERT INTO \(table)
                SELECT now() - interval '1 minute' * g, CASE WHEN g % 2 = 0 THEN '[1,2,3]'::vector END
                FROM generate_series(1, 100) AS g
                """)
        }
        try database.letRead()
        let collector = Collector.vectorFreshness(
            of: ["docs", "other", "missing"].map {
                EmbeddedColumn(database: database.name, table: $0, column: "embedding", createdAt: "made")
            } + [EmbeddedColumn(database: "elsewhere", table: "docs", column: "embedding", createdAt: nil)])
        let rows: MetricName = "pg_vector_column_unembedded_rows"
        let age: MetricName = "pg_vector_column_unembedded_age_seconds"
        let free = try database.collect(collector)
        for table in ["docs", "other"] {
            let place = column(database, "embedding", of: table)
            #expect(free.count(of: rows, place) == 50)
            #expect(abs(try #require(free.number(of: age, place)) - 99 * 60) < 60)
        }
        #expect(free.samples(of: rows).count == 2)

        let holder = try Client(of: server, in: database.name)
        try holder.connection.begin("LOCK TABLE public.docs IN ACCESS EXCLUSIVE MODE")
        let locked = try withExtendedLifetime(holder) { try database.collect(collector) }
        #expect(locked.samples(of: rows).map(\.labels) == [column(database, "embedding", of: "other")])
        try holder.connection.run("ROLLBACK")

        try database.owner.run("UPDATE other SET embedding = '[1,2,3]'")
        let other = column(database, "embedding", of: "other")
        let fresh = try database.collect(collector)
        #expect(fresh.count(of: rows, other) == 0 && fresh.count(of: age, other) == 0)
        try database.owner.run("INSERT INTO other SELECT now(), NULL FROM generate_series(1, 100001)")
        #expect(try database.collect(collector).count(of: rows, other) == 100_000)
    }

    @Test(arguments: TestServer.all)
    func `a database's own settings of searches are told, and those of our role are not`(_ server: TestServer)
        throws
    {
        let database = try VectorDatabase(on: server)
        try database.owner.run("ALTER DATABASE \(database.name) SET hnsw.ef_search = 123")
        try database.owner.run("ALTER DATABASE \(database.name) SET hnsw.iterative_scan = 'relaxed_order'")
        try database.owner.run("ALTER ROLE \(TestServer.monitor) SET hnsw.ef_search = 456")
        let collection = try database.collect("vector_settings")
        let value: MetricName = "pg_vector_setting_value"
        for (setting, number) in [("hnsw.ef_search", 123), ("ivfflat.probes", 1)] as [(String, Int64)] {
            #expect(collection.count(of: value, ["datname": database.name, "setting": setting]) == number)
        }
        let scan: Labels = [
            "datname": database.name, "setting": "hnsw.iterative_scan", "value": "relaxed_order",
        ]
        #expect(collection.count(of: "pg_vector_setting_info", scan) == 1)
        let version = try #require(
            try database.owner.cell("SELECT extversion FROM pg_catalog.pg_extension WHERE extname = 'vector'")
        )
        let info: Labels = ["datname": database.name, "extension": "vector", "version": version]
        let extensions = try database.collect("vector_extensions")
        #expect(extensions.samples(of: "pg_vector_extension_info") == [Sample(.integer(1), labels: info)])
    }

    @Test(arguments: TestServer.all)
    func
        `the application's searches are counted by operator, ours are not, and a reset takes nothing away`(
            _ server: TestServer
        ) throws
    {
        let database = try VectorDatabase(on: server)
        let library = "SELECT pg_catalog.current_setting('pg_stat_statements.max', true) IS NOT NULL"
        guard try database.owner.cell(library) == "t" else { try Test.cancel("no pg_stat_statements") }
        try database.owner.run("CREATE EXTENSION pg_stat_statements SCHEMA ext")
        try database.owner.run(
            "CREATE TABLE docs AS SELECT '[1,2,3]'::vector(3) AS e FROM generate_series(1, 9)")
        try database.letRead()
        let accumulator = Accumulator()
        #expect(try database.collect("vector_statements", into: accumulator).page.isEmpty)
        for _ in 0..<4 { _ = try database.owner.cell("SELECT e FROM docs ORDER BY e <=> '[1,1,1]' LIMIT 5") }
        _ = try database.owner.cell(
            "/* x */ WITH a AS (SELECT e FROM docs ORDER BY e\n<-> '[1,1,1]') SELECT e FROM a")
        let ours = try Client(of: server, as: TestServer.monitor, in: database.name)
        _ = try ours.connection.cell(
            "/* pgvigil docs */ SELECT e FROM public.docs ORDER BY e OPERATOR(ext.<=>) '[1,1,1]' LIMIT 5")
        _ = try database.owner.cell("SELECT e <=> '[1,1,1]' FROM docs")
        _ = try database.owner.cell("EXPLAIN SELECT e FROM docs ORDER BY e <=> '[1,1,1]' LIMIT 5")
        let busy = try database.collect("vector_statements", into: accumulator)
        let (calls, rows): (MetricName, MetricName) = (
            "pg_vector_statement_calls_total", "pg_vector_statement_rows_total"
        )
        let (cosine, euclidean) = (searches(database, "<=>"), searches(database, "<->"))
        #expect(busy.samples(of: calls).count == 2)
        #expect(busy.count(of: calls, cosine) == 4 && busy.count(of: rows, cosine) == 20)
        #expect(busy.count(of: calls, euclidean) == 1 && busy.count(of: rows, euclidean) == 9)
        #expect(try #require(busy.number(of: "pg_vector_statement_seconds_total", cosine)) > 0)
        #expect(busy.repeatedSeries == 0)

        _ = try database.owner.cell("SELECT ext.pg_stat_statements_reset()")
        let reset = try database.collect("vector_statements", into: accumulator)
        #expect(reset.count(of: calls, cosine) == 4)
        _ = try database.owner.cell("SELECT e FROM docs ORDER BY e <=> '[1,1,1]' LIMIT 5")
        #expect(try database.collect("vector_statements", into: accumulator).count(of: calls, cosine) == 5)
        // Without the sums of a daemon's life it is what the server has now.
        #expect(try database.collect("vector_statements").count(of: calls, cosine) == 1)
    }

    // MARK: -

    private func column(_ database: VectorDatabase, _ name: String, of table: String = "docs") -> Labels {
        ["datname": database.name, "schemaname": "public", "relname": table, "attname": name]
    }

    private func searches(_ database: VectorDatabase, _ name: String) -> Labels {
        ["datname": database.name, "usename": "postgres", "operator": name]
    }
}
