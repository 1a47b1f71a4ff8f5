import Collectors
import Exposition
import Postgres
import Testing

extension ServerTests {
    @Test(arguments: TestServer.all)
    func `a vector index says what it is made of, and how many rows it lacks where that can be known`(
        _ server: TestServer
    ) throws {
        let database = try VectorDatabase(on: server)
        try makeDocs(database)
        try database.letRead()
        try database.owner.run(
            "CREATE INDEX near ON docs USING hnsw (embedding vector_cosine_ops) WITH (m = 8)")
        let built = try database.collect("vector_indexes")
        let info: Labels = [
            "datname": database.name, "schemaname": "public", "relname": "docs", "indexrelname": "near",
            "access_method": "hnsw", "opclass": "vector_cosine_ops", "operators": "<=>",
            "element_type": "vector", "dimensions": "3", "partial": "false", "expression": "false",
        ]
        #expect(built.samples(of: "pg_vector_index_info") == [Sample(.integer(1), labels: info)])
        for (option, value) in [("m", 8), ("ef_construction", 64)] as [(String, Int64)] {
            #expect(
                built.count(of: "pg_vector_index_option", index(database, "near", ["option": option]))
                    == value)
        }
        let near = index(database, "near")
        #expect(built.count(of: "pg_vector_index_rows", near) == 180)
        #expect(built.count(of: "pg_vector_index_valid", near) == 1)
        #expect(built.samples(of: "pg_vector_index_recommended_lists").isEmpty)
        let uncovered: MetricName = "pg_vector_index_uncovered_rows"
        #expect(built.samples(of: uncovered).isEmpty)  // How many rows have no vector is not known yet.

        try database.owner.run("ANALYZE docs")
        #expect(try database.collect("vector_indexes").count(of: uncovered, near) == 0)
        try database.owner.run("INSERT INTO docs SELECT 500 + g, '[1,1,1]' FROM generate_series(1, 100) AS g")
        try database.owner.run("VACUUM docs")  // Counts the table, and not the index.
        try database.owner.awaitStatistics()
        let vacuumed = try database.collect("vector_indexes")
        #expect(vacuumed.count(of: "pg_vector_index_valid", near) == 1)
        #expect(vacuumed.samples(of: uncovered).isEmpty)
    }

    @Test(arguments: TestServer.all)
    func `an index whose concurrent build failed is not valid, and lacks all rows with a vector`(
        _ server: TestServer
    ) throws {
        let database = try VectorDatabase(on: server)
        try makeDocs(database)
        try database.letRead()
        try database.owner.run("ALTER TABLE docs ALTER embedding TYPE vector")
        try database.owner.run("ANALYZE docs")
        #expect(throws: PostgresError.self) {
            try database.owner.run(
                "CREATE INDEX CONCURRENTLY broken ON docs USING hnsw (embedding vector_l2_ops)")
        }
        let broken = index(database, "broken")
        let collection = try database.collect("vector_indexes")
        #expect(collection.count(of: "pg_vector_index_valid", broken) == 0)
        #expect(collection.count(of: "pg_vector_index_uncovered_rows", broken) == 180)
        let columns = try database.collect("vector_columns")
        let unindexed: Labels = [
            "datname": database.name, "schemaname": "public", "relname": "docs", "attname": "embedding",
            "type": "vector", "indexed": "false",
        ]
        #expect(columns.count(of: "pg_vector_column_info", unindexed) == 1)
    }

    @Test(arguments: TestServer.all)
    func `searches by an index raise its counters by what they were and returned`(_ server: TestServer) throws
    {
        let database = try VectorDatabase(on: server)
        try makeDocs(database)
        try database.owner.run(
            "CREATE INDEX lists ON docs USING ivfflat (embedding vector_l2_ops) WITH (lists = 1)")
        try database.owner.run("ANALYZE docs")
        try database.owner.run("SET enable_seqscan = off")
        for _ in 0..<3 {
            _ = try database.owner.cell("SELECT id FROM docs ORDER BY embedding <-> '[1,2,3]' LIMIT 7")
        }
        let lists = index(database, "lists")
        let scans: MetricName = "pg_vector_index_scans_total"
        // A session's counts are told when it ends, if not before.
        database.owner = try server.connectAsOwner(to: database.name)
        try database.owner.awaitStatistics()
        let isTold = "SELECT idx_scan = 3 FROM pg_catalog.pg_stat_all_indexes WHERE indexrelname = 'lists'"
        #expect(try database.owner.becomesTrue(isTold))
        let collection = try database.collect("vector_indexes")
        #expect(collection.count(of: scans, lists) == 3)
        #expect(collection.count(of: "pg_vector_index_returned_rows_total", lists) == 21)
        #expect(collection.count(of: "pg_vector_index_recommended_lists", lists) == 1)
        #expect(try #require(collection.count(of: "pg_vector_index_hit_blocks_total", lists)) > 0)
    }

    @Test(arguments: TestServer.all)
    func `a build under way shows its phase by its table, and how far only where that is known`(
        _ server: TestServer
    ) throws {
        let database = try VectorDatabase(on: server)
        try makeDocs(database)
        let writer = try Client(of: server, in: database.name)
        try writer.connection.run("SET default_transaction_read_only = off")
        try writer.connection.begin("INSERT INTO public.docs VALUES (0, NULL)")
        let builder = try Client(of: server, in: database.name)
        try builder.connection.run("SET default_transaction_read_only = off")
        try builder.connection.run("SET lock_timeout = 0")
        try builder.connection.leave(
            "CREATE INDEX CONCURRENTLY more ON public.docs USING hnsw (embedding ext.vector_l1_ops)")
        let collection = try withExtendedLifetime((writer, builder)) { try database.collect("vector_builds") }
        let build: Labels = [
            "datname": database.name, "schemaname": "public", "relname": "docs", "access_method": "hnsw",
            "phase": "waiting for writers before build",
        ]
        let elapsed: MetricName = "pg_vector_index_build_elapsed_seconds"
        #expect(collection.samples(of: elapsed).map(\.labels) == [build])
        let seconds = try #require(collection.number(of: elapsed, build))
        #expect(seconds > 0.2 && seconds < 60)
        #expect(collection.samples(of: "pg_vector_index_build_progress_ratio").isEmpty)
    }

    @Test(arguments: TestServer.all)
    func `a VACUUM of a table with a vector index shows its phase, and one of another table does not`(
        _ server: TestServer
    ) throws {
        let database = try VectorDatabase(on: server)
        try makeDocs(database)
        try database.owner.run("CREATE INDEX near ON docs USING hnsw (embedding vector_l2_ops)")
        try database.owner.run("CREATE TABLE plain AS SELECT repeat('x', 1000) FROM generate_series(1, 200)")
        let vacuumers = try ["docs", "plain"].map { table in
            let client = try Client(of: server, in: database.name)
            for setting in [
                "default_transaction_read_only = off", "vacuum_cost_delay = 100", "vacuum_cost_limit = 1",
            ] {
                try client.connection.run("SET \(setting)")
            }
            try client.connection.leave("VACUUM public.\(table)")
            return client
        }
        let isUnderWay = "SELECT count(*) = 2 FROM pg_catalog.pg_stat_progress_vacuum"
        #expect(try database.owner.becomesTrue(isUnderWay))
        let collection = try withExtendedLifetime(vacuumers) { try database.collect("vector_vacuum") }
        let vacuum: Labels = [
            "datname": database.name, "schemaname": "public", "relname": "docs", "phase": "scanning heap",
        ]
        let elapsed: MetricName = "pg_vector_index_vacuum_elapsed_seconds"
        #expect(collection.samples(of: elapsed).map(\.labels) == [vacuum])
        let seconds = try #require(collection.number(of: elapsed, vacuum))
        #expect(seconds > 0.2 && seconds < 60)
    }

    // MARK: -

    /// Two hundred rows, of which each tenth has no vector.
    private func makeDocs(_ database: VectorDatabase) throws {
        try database.owner.run("CREATE TABLE docs (id int, embedding vector(3))")
        try database.owner.run(
            """
            INSERT INTO docs
            SELECT g, CASE WHEN g % 10 <> 0 THEN format('[%s,1,2]', g)::vector END
            FROM generate_series(1, 200) AS g
            """)
    }

    private func index(_ database: VectorDatabase, _ name: String, _ others: Labels = [:]) -> Labels {
        let own: Labels = [
            "datname": database.name, "schemaname": "public", "relname": "docs", "indexrelname": name,
        ]
        return own.followed(by: others)
    }
}
