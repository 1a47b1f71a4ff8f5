import Postgres
import ProbeDefinitions
import SQL
import Testing

@testable import Probes

extension ServerTests {
    /// Access method, type, operator, operator class.
    static let sorts: [(String, VectorType, DistanceOperator, String)] = [
        ("hnsw", .vector, .l2, "vector_l2_ops"), ("hnsw", .vector, .innerProduct, "vector_ip_ops"),
        ("hnsw", .vector, .cosine, "vector_cosine_ops"), ("hnsw", .vector, .l1, "vector_l1_ops"),
        ("hnsw", .halfvec, .l2, "halfvec_l2_ops"), ("hnsw", .halfvec, .cosine, "halfvec_cosine_ops"),
        ("hnsw", .sparsevec, .l2, "sparsevec_l2_ops"), ("hnsw", .sparsevec, .l1, "sparsevec_l1_ops"),
        ("hnsw", .bit, .hamming, "bit_hamming_ops"), ("hnsw", .bit, .jaccard, "bit_jaccard_ops"),
        ("ivfflat", .vector, .l2, "vector_l2_ops"), ("ivfflat", .vector, .innerProduct, "vector_ip_ops"),
        ("ivfflat", .vector, .cosine, "vector_cosine_ops"), ("ivfflat", .halfvec, .l2, "halfvec_l2_ops"),
        ("ivfflat", .bit, .hamming, "bit_hamming_ops"),
    ]

    @Test(arguments: TestServer.all, sorts)
    func `a search uses its index, an exact one none, and both return keys and true distances`(
        _ server: TestServer, _ sort: (String, VectorType, DistanceOperator, String)
    ) throws {
        let (method, type, distance, opclass) = sort
        let options = method == "ivfflat" ? " WITH (lists = 2)" : ""
        try server.withDatabase { owner in
            try owner.createDocuments(type: type)
            try owner.run("CREATE INDEX docs_idx ON docs USING \(method) (embedding \(opclass))\(options)")
            var connection = try server.connect(to: TestServer.database)
            let target = SearchTarget(
                table: "docs", searched: .column("embedding"), operator: distance.rawValue)
            let search = try connection.resolve(target)
            #expect(search.elementType == type)
            #expect(search.metricType == type)
            #expect(search.metricOperator == distance)
            #expect(search.dimensions == 16)
            #expect(search.keyColumns == ["id"])
            #expect(search.candidates.map(\.name) == ["docs_idx"])
            #expect(search.candidates.map(\.match) == [.usable])
            #expect(search.candidates.map(\.accessMethod) == [method])
            #expect(search.candidates.map(\.lists) == [method == "ivfflat" ? 2 : nil])
            #expect(search.annIndexNames == ["docs_idx"])
            #expect(search.estimatedRows == 1000)
            #expect(search.tableBytes > 0)
            #expect(search.isPartitioned == false)
            #expect(search.locals.isEmpty)

            try search.loadLibrary(on: &connection, by: .after(.seconds(10)))
            let queries = try search.drawQueries(on: &connection, by: .after(.seconds(10)))
            #expect(queries.count == 200)
            let query = try #require(queries.first)
            #expect(try connection.plan(of: search, query).indexNames == ["docs_idx"])
            #expect(
                try connection.exactPlan(of: search, query).indexNames.isDisjoint(with: search.annIndexNames))
            let found = try connection.rows(of: search.searchSQL(rows: 10, variant: "default"), [query.text])
            let exact = try connection.rows(of: search.exactSQL(rows: 10), [query.text])
            let truth = try owner.firstColumn(
                """
                SELECT round((embedding \(distance.rawValue) \(query.text.quotedLiteral)::\(type)\(
                    type == .bit ? "(16)" : ""))::numeric, 9)
                FROM docs ORDER BY 1 LIMIT 10
                """)
            #expect(exact.map { $0.distance } == truth.map { Double($0 ?? "") ?? .nan })
            #expect(found.count == 10)
            #expect(found.map { $0.distance } == found.map { $0.distance }.sorted())
            for row in found {
                let vector = try #require(
                    try owner.cell("SELECT embedding FROM docs WHERE id = \(row.key)"))
                let own = try #require(VectorValue(vector, type: type))
                let asked = try #require(VectorValue(query.text, type: type))
                #expect(abs((distance.distance(own, asked) ?? .nan) - row.distance) < 1e-5)
            }
        }
    }

    @Test(arguments: TestServer.all)
    func `a quantized index is searched by the very expression and judged by the column`(
        _ server: TestServer
    ) throws {
        try server.withDatabase { owner in
            try owner.createDocuments()
            try owner.run(
                """
                CREATE INDEX docs_idx ON docs
                USING hnsw ((binary_quantize(embedding)::bit(16)) bit_hamming_ops)
                """)
            var connection = try server.connect(to: TestServer.database)
            var target = SearchTarget(
                table: "docs", searched: .expression("binary_quantize(embedding)::bit(16)"), operator: "<~>")
            let alone = try connection.resolve(target)
            #expect(alone.metricType == .bit)
            #expect(alone.metricOperator == .hamming)
            #expect(alone.dimensions == 16)
            let bits = try alone.drawQueries(on: &connection, by: .after(.seconds(10)))
            #expect(bits.allSatisfy { $0.text.utf8.count == 16 })
            #expect(try connection.plan(of: alone, try #require(bits.first)).indexNames == ["docs_idx"])

            target.metric = SearchTarget.TrueMetric(column: "embedding", operator: "<=>")
            target.rerankedCandidates = 500
            let search = try connection.resolve(target)
            #expect(search.elementType == .bit)
            #expect(search.metricType == .vector)
            #expect(search.metricOperator == .cosine)
            #expect(search.candidates.map(\.match) == [.usable])
            let query = try #require(
                try search.drawQueries(on: &connection, by: .after(.seconds(10))).first)
            let effort = [LocalSetting("hnsw.ef_search", "500")]
            try search.loadLibrary(on: &connection, by: .after(.seconds(10)))
            #expect(try connection.plan(of: search, query, set: effort).indexNames == ["docs_idx"])
            let found = try connection.rows(
                of: search.searchSQL(rows: 10, variant: "default"), [query.text], set: search.locals + effort)
            let exact = try connection.rows(
                of: search.exactSQL(rows: 10), [query.text], set: search.locals)
            #expect(found.first?.key == query.key)
            #expect(found.count == 10)
            #expect(found.first?.distance == exact.first?.distance)
            #expect(found.map { $0.distance } == found.map { $0.distance }.sorted())
            #expect(
                try connection.exactPlan(of: search, query).indexNames.isDisjoint(with: search.annIndexNames))
        }
    }

    @Test(arguments: TestServer.all)
    func `a column of halves finds by itself and is judged by the whole one`(_ server: TestServer) throws {
        try server.withDatabase { owner in
            try owner.createDocuments()
            for (name, type) in [("half", "halfvec(16)"), ("bits", "bit(16)"), ("sparse", "sparsevec(16)")] {
                try owner.run("ALTER TABLE docs ADD COLUMN \(name) \(type)")
            }
            try owner.run(
                """
                UPDATE docs SET half = embedding, bits = binary_quantize(embedding), sparse = embedding
                """)
            var connection = try server.connect(to: TestServer.database)
            for (name, sort) in [("half", "<=>"), ("bits", "<~>"), ("sparse", "<=>"), ("embedding", "<->")] {
                var target = SearchTarget(table: "docs", searched: .column(name), operator: sort)
                target.metric = SearchTarget.TrueMetric(column: "embedding", operator: "<=>")
                let search = try connection.resolve(target)
                let query = try #require(
                    try search.drawQueries(on: &connection, by: .after(.seconds(10))).first)
                #expect(VectorValue(query.text, type: .vector)?.dimensions == 16)
                let found = try connection.rows(
                    of: search.searchSQL(rows: 10, variant: "default"), [query.text])
                #expect(found.contains { $0.key == query.key && $0.distance == 0 }, "\(name)")
            }
        }
    }

    @Test(arguments: TestServer.all)
    func `a filter takes its values behind the query, and what the planner knows of it decides`(
        _ server: TestServer
    ) throws {
        try server.withDatabase { owner in
            try owner.createDocuments()
            try owner.run(
                "CREATE INDEX en_idx ON docs USING hnsw (embedding vector_cosine_ops) WHERE lang = 'en'")
            try owner.run(
                "CREATE INDEX few_idx ON docs USING hnsw (embedding vector_cosine_ops) WHERE id > 500")
            var connection = try server.connect(to: TestServer.database)
            var target = SearchTarget(table: "docs", searched: .column("embedding"), operator: "<=>")
            func matches(_ filter: String?, _ values: ProbeValues = .none) throws -> [IndexMatch] {
                target.filter = filter
                target.filterValues = values
                return try connection.resolve(target).candidates.map(\.match)
            }
            #expect(try matches(nil) == [.predicate, .predicate])
            #expect(try matches("lang = 'de'") == [.predicate, .predicate])
            #expect(try matches("lang='en'") == [.usable, .predicate])
            #expect(try matches("id > 600") == [.predicate, .usable])
            #expect(try matches("lang = $1", .listed([["en"], ["de"]])) == [.usable, .predicate])
            #expect(try matches("lang = $1", .listed([["de"]])) == [.predicate, .predicate])
            #expect(
                try matches(
                    "lang = $1 AND id > $2::int", .sql("SELECT 'en', 100;", refresh: nil))
                    == [.usable, .predicate])

            target.filter = "lang = $1"
            target.filterValues = .sql("SELECT DISTINCT lang FROM docs ORDER BY lang -- all", refresh: nil)
            let search = try connection.resolve(target)
            #expect(try search.filterValues(on: &connection, by: .after(.seconds(10))) == [["de"], ["en"]])
            let queries = try search.drawQueries(on: &connection, by: .after(.seconds(10)))
            #expect(try search.drawSample(on: &connection, by: .after(.seconds(10))).isEmpty)
            let sample = try search.drawSample(
                matching: ["de"], on: &connection, by: .after(.seconds(10)))
            #expect(sample.count == 500)
            #expect(sample.allSatisfy { (Int($0.key) ?? 0) % 2 == 1 })  // Those in German.
            let query = try #require(queries.first)
            let plan = try connection.plan(of: search, query, values: ["en"])
            #expect(plan.indexNames == ["en_idx"])
            let found = try connection.rows(
                of: search.searchSQL(rows: 10, variant: "default"), [query.text, "en"], set: search.locals)
            #expect(found.count == 10)
            #expect(found.allSatisfy { (Int($0.key) ?? 1) % 2 == 0 })
        }
    }

    @Test(arguments: TestServer.all)
    func `a partitioned table is one table, with a plan of its partitions' indexes`(_ server: TestServer)
        throws
    {
        try server.withDatabase { owner in
            try owner.run(
                """
                CREATE TABLE docs (
                    id int, lang text, embedding vector(16), PRIMARY KEY (lang, id)) PARTITION BY LIST (lang)
                """)
            try owner.run("CREATE TABLE docs_en PARTITION OF docs FOR VALUES IN ('en')")
            try owner.run("CREATE TABLE docs_de PARTITION OF docs FOR VALUES IN ('de')")
            try owner.fillDocuments(type: .vector)
            try owner.run("CREATE INDEX docs_idx ON docs USING hnsw (embedding vector_cosine_ops)")
            try owner.run("CREATE INDEX de_idx ON docs_de USING hnsw (embedding vector_l2_ops)")
            try owner.run("GRANT SELECT ON docs TO \(TestServer.reader)")  // Not on its partitions.
            var connection = try server.connect(as: TestServer.reader, to: TestServer.database)
            let target = SearchTarget(table: "docs", searched: .column("embedding"), operator: "<=>")
            let search = try connection.resolve(target)
            #expect(search.isPartitioned)
            #expect(search.keyColumns == ["lang", "id"])
            #expect(search.candidates.map(\.name) == ["docs_idx", "de_idx"])
            #expect(search.candidates.map(\.match) == [.usable, .operator])
            let parts: Set = ["docs_en_embedding_idx", "docs_de_embedding_idx"]
            #expect(search.candidates.first?.namesInPlans == parts.union(["docs_idx"]))
            #expect(search.annIndexNames == parts.union(["docs_idx", "de_idx"]))
            #expect(search.estimatedRows == 1000)
            let queries = try search.drawQueries(on: &connection, by: .after(.seconds(10)))
            #expect(queries.count == 200)
            let german = queries.filter { $0.key?.hasPrefix("(de,") ?? false }.count
            #expect(60...140 ~= german)
            let query = try #require(queries.first)
            #expect(try connection.plan(of: search, query).indexNames == parts)
            #expect(
                try connection.exactPlan(of: search, query).indexNames.isDisjoint(with: search.annIndexNames))
            let found = try connection.rows(
                of: search.searchSQL(rows: 10, variant: "default"), [query.text])
            #expect(found.first?.key == query.key)
        }
    }
}
