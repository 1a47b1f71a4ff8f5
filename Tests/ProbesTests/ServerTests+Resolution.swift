import Postgres
import ProbeDefinitions
import SQL
import Testing

@testable import Probes

extension ServerTests {
    @Test(arguments: TestServer.all)
    func `what is missing, or may not be read, is said by name`(_ server: TestServer) throws {
        try server.withDatabase { owner in
            try owner.createDocuments()
            try owner.run("CREATE SCHEMA hidden")
            try owner.run("CREATE TABLE hidden.docs (id int PRIMARY KEY, embedding vector(16))")
            try owner.run("CREATE VIEW seen AS SELECT id, embedding FROM docs")
            try owner.run("GRANT SELECT (id, embedding) ON docs TO \(TestServer.reader)")
            var reader = try server.connect(as: TestServer.reader, to: TestServer.database)
            var target = SearchTarget(table: "docs", searched: .column("embedding"), operator: "<=>")
            #expect(try reader.resolve(target).keyColumns == ["id"])

            func expect(
                _ error: SearchError, _ change: (inout SearchTarget) -> Void,
                at location: SourceLocation = #_sourceLocation
            ) {
                var changed = target
                change(&changed)
                #expect(throws: error, sourceLocation: location) { try reader.resolve(changed) }
            }
            expect(.missingRelation("public.gone")) { $0.table = "gone" }
            expect(.missingRelation("public.Docs")) { $0.table = "Docs" }
            expect(.missingRelation("gone.docs")) { $0.schema = "gone" }
            expect(.notTable("public.seen")) { $0.table = "seen" }
            expect(.notReadable("hidden")) { $0.schema = "hidden" }
            expect(.missingColumn("gone")) { $0.searched = .column("gone") }
            expect(.missingColumn("gone")) { $0.key = ["gone"] }
            expect(.missingColumn("gone")) { $0.metric = .init(column: "gone", operator: "<=>") }
            expect(.notReadable("public.docs.lang")) { $0.filter = "Lang = 'en'" }
            expect(.notReadable("public.docs.lang")) { $0.key = ["id", "lang"] }
            expect(.notReadable("public.docs.ctid")) { $0.key = ["ctid"] }
            expect(.notVector(type: "int4")) { $0.searched = .column("id") }
            expect(.notVector(type: "int4")) { $0.searched = .expression("id + 1") }
            expect(.noSuchOperator("<~>", type: "vector")) { $0.operator = "<~>" }
            expect(.noSuchOperator("<~>", type: "vector")) {
                $0.metric = .init(column: "embedding", operator: "<~>")
            }
            let isReusable = reader.isReusable
            #expect(isReusable)

            try owner.run("DROP TABLE docs CASCADE")
            expect(.missingRelation("public.docs")) { _ in }
            try owner.run("DROP EXTENSION vector CASCADE")
            expect(.missingExtension) { _ in }
            target.table = "gone"
            expect(.missingExtension) { _ in }
        }
    }

    @Test(arguments: TestServer.all)
    func `a database without the extension says so before anything else`(_ server: TestServer) throws {
        try server.withDatabase(vectorIn: nil) { owner in
            try owner.run("CREATE TABLE docs (id int PRIMARY KEY, embedding text)")
            var connection = try server.connect(to: TestServer.database)
            for table in ["docs", "gone"] {
                let target = SearchTarget(table: table, searched: .column("embedding"), operator: "<=>")
                #expect(throws: SearchError.missingExtension) { try connection.resolve(target) }
            }
            #expect(
                try Discovery.probes(
                    on: &connection, database: TestServer.database, by: .after(.seconds(10))) == [])
        }
    }

    @Test(arguments: TestServer.all)
    func `what is wrong with an expression is said without quoting it`(_ server: TestServer) throws {
        try server.withDatabase { owner in
            try owner.createDocuments()
            var connection = try server.connect(to: TestServer.database)
            for expression in ["embedding::halfvec(16) 'secret'", "'secret'::int", "gone || embedding"] {
                let target = SearchTarget(
                    table: "docs", searched: .expression(expression), operator: "<=>")
                do throws(SearchError) {
                    _ = try Search.resolve(
                        SearchProbe(name: "docs", target: target), on: &connection,
                        by: .after(.seconds(10)))
                    Issue.record("resolved: \(expression)")
                } catch {
                    guard case .postgres(.statementFailed(let state, _)) = error else {
                        Issue.record("\(error)")
                        continue
                    }
                    #expect(state == .undefinedColumn || ["42601", "22P02"].contains(state.rawValue))
                    #expect(!"\(error)".contains("secret"))
                    #expect("\(error)".contains("gone") == (state == .undefinedColumn))
                }
            }
            let isReusable = connection.isReusable
            #expect(isReusable)
        }
    }

    @Test(arguments: TestServer.all)
    func `each index of the column counts by why it can or cannot serve`(_ server: TestServer) throws {
        try server.withDatabase { owner in
            try owner.createDocuments()
            try owner.run("ALTER TABLE docs ADD COLUMN title vector(16)")
            for (name, index) in [
                ("a_usable", "hnsw (embedding vector_cosine_ops)"),
                ("b_operator", "hnsw (embedding vector_l2_ops)"),
                ("c_type", "hnsw ((embedding::halfvec(16)) halfvec_cosine_ops)"),
                ("d_bits", "hnsw ((binary_quantize(embedding)::bit(16)) bit_hamming_ops)"),
                ("e_expression", "hnsw ((subvector(embedding, 1, 8)::vector(8)) vector_cosine_ops)"),
                ("f_predicate", "hnsw (embedding vector_cosine_ops) WHERE lang = 'en'"),
                ("g_other_column", "hnsw (title vector_cosine_ops) WHERE embedding IS NOT NULL"),
                ("h_lists", "ivfflat (embedding vector_cosine_ops)"),
                ("i_tree", "btree (lang)"),
                ("j_invalid", "hnsw (embedding vector_cosine_ops) WITH (m = 8)"),
            ] {
                try owner.run("CREATE INDEX \(name) ON docs USING \(index)")
            }
            try owner.run(
                "UPDATE pg_catalog.pg_index SET indisvalid = false WHERE indexrelid = 'j_invalid'::regclass")
            var connection = try server.connect(to: TestServer.database)
            func candidates(_ searched: SearchTarget.Searched, _ sort: String) throws -> [String: IndexMatch]
            {
                let search = try connection.resolve(
                    SearchTarget(table: "docs", searched: searched, operator: sort))
                #expect(
                    search.annIndexNames == [
                        "a_usable", "b_operator", "c_type", "d_bits", "e_expression", "f_predicate",
                        "g_other_column", "h_lists", "j_invalid",
                    ])
                return Dictionary(search.candidates.map { ($0.name, $0.match) }) { $1 }
            }
            #expect(
                try candidates(.column("embedding"), "<=>") == [
                    "a_usable": .usable, "b_operator": .operator, "c_type": .elementType,
                    "d_bits": .elementType, "e_expression": .expression, "f_predicate": .predicate,
                    "h_lists": .usable, "j_invalid": .invalid,
                ])
            #expect(
                try candidates(.column("embedding"), "<->") == [
                    "a_usable": .operator, "b_operator": .usable, "c_type": .elementType,
                    "d_bits": .elementType, "e_expression": .expression, "f_predicate": .operator,
                    "h_lists": .operator, "j_invalid": .invalid,
                ])
            // A cast said in another way is the planner's to recognize.
            for halves in ["embedding::halfvec(16)", "CAST(Embedding AS public.halfvec(16))"] {
                #expect(
                    try candidates(.expression(halves), "<=>") == [
                        "a_usable": .elementType, "b_operator": .elementType, "c_type": .usable,
                        "d_bits": .elementType, "e_expression": .elementType, "f_predicate": .elementType,
                        "h_lists": .elementType, "j_invalid": .invalid,
                    ])
            }
            #expect(try candidates(.expression("embedding::halfvec(16)"), "<->")["c_type"] == .operator)
            let search = try connection.resolve(
                SearchTarget(table: "docs", searched: .column("embedding"), operator: "<=>"))
            #expect(search.highEffort?.map(\.name) == ["hnsw.ef_search", "ivfflat.probes"])
            #expect(search.highEffort?.map(\.value) == ["1000", "99"])
        }
    }

    @Test(arguments: TestServer.all)
    func `an index that is not valid is told from one that is`(_ server: TestServer) throws {
        try server.withDatabase { owner in
            try owner.createDocuments()
            // One row is too short: the build fails and leaves an index behind.
            try owner.run("INSERT INTO docs VALUES (1001, 'en', NULL)")
            try owner.run("ALTER TABLE docs ALTER COLUMN embedding TYPE vector")
            try owner.run("UPDATE docs SET embedding = '[1,2]' WHERE id = 1001")
            #expect(throws: PostgresError.self) {
                try owner.run(
                    """
                    CREATE INDEX CONCURRENTLY docs_idx ON docs
                    USING hnsw ((embedding::vector(16)) vector_cosine_ops)
                    """)
            }
            var connection = try server.connect(to: TestServer.database)
            let search = try connection.resolve(
                SearchTarget(
                    table: "docs", searched: .expression("embedding::vector(16)"), operator: "<=>"))
            #expect(search.candidates.map(\.match) == [.invalid])
            #expect(search.highEffort == nil)
            #expect(search.dimensions == 16)
        }
    }

    @Test(arguments: TestServer.all)
    func `rewriting the table or an index that serves changes the incarnation, other work does not`(
        _ server: TestServer
    ) throws {
        try server.withDatabase { owner in
            try owner.createDocuments()
            try owner.run("CREATE INDEX docs_idx ON docs USING hnsw (embedding vector_cosine_ops)")
            try owner.run("CREATE INDEX l2_idx ON docs USING hnsw (embedding vector_l2_ops)")
            var connection = try server.connect(to: TestServer.database)
            func incarnation() throws -> String {
                try connection.resolve(
                    SearchTarget(table: "docs", searched: .column("embedding"), operator: "<=>")
                ).incarnation
            }
            let first = try incarnation()
            try owner.run("UPDATE docs SET lang = 'fr'")
            try owner.run("REINDEX INDEX l2_idx")
            try owner.run("REINDEX INDEX docs_pkey")
            #expect(try incarnation() == first)
            try owner.run("REINDEX INDEX docs_idx")
            let second = try incarnation()
            #expect(second != first)
            try owner.run("CLUSTER docs USING docs_pkey")
            let third = try incarnation()
            #expect(third != second)
            try owner.run("DROP INDEX docs_idx")
            #expect(try incarnation() != third)
        }
    }

    @Test(arguments: TestServer.all)
    func `hostile names and an extension elsewhere change nothing`(_ server: TestServer) throws {
        let schema = #"Vec"tor \ é"#
        try server.withDatabase(vectorIn: schema) { owner in
            let (table, column, key) = (#"Docs '; "\ $1"#, #"Emb"ed $1 é"#, #"I"d \"#)
            let (space, name) = (#"sch"e.ma"#, #"idx "'\"#)
            try owner.run("CREATE SCHEMA \(space.quotedIdentifier)")
            let relation = "\(space.quotedIdentifier).\(table.quotedIdentifier)"
            let type = "\(schema.quotedIdentifier).vector(2)"
            try owner.run(
                """
                CREATE TABLE \(relation) (
                    \(key.quotedIdentifier) text PRIMARY KEY, \(column.quotedIdentifier) \(type))
                """)
            try owner.run(
                """
                INSERT INTO \(relation)
                SELECT E'k"\\'\\\\' || i, ('[' || i || ',1]')::\(type) FROM generate_series(1, 500) AS i
                """)
            try owner.run(
                """
                CREATE INDEX \(name.quotedIdentifier) ON \(relation)
                USING hnsw (\(column.quotedIdentifier) \(schema.quotedIdentifier).vector_l2_ops)
                """)
            var connection = try server.connect(to: TestServer.database)
            var target = SearchTarget(table: table, searched: .column(column), operator: "<->")
            target.schema = space
            for filter in [
                nil, "\(key.quotedIdentifier) <> 'x' AND \(column.quotedIdentifier) <-> '[1,1]' > 0",
            ] {
                target.filter = filter
                let search = try connection.resolve(target)
                #expect(search.keyColumns == [key])
                #expect(search.candidates.map(\.match) == [.usable])
                try search.loadLibrary(on: &connection, by: .after(.seconds(10)))
                let query = try #require(
                    try search.drawQueries(on: &connection, by: .after(.seconds(10))).first)
                #expect(try connection.plan(of: search, query).indexNames == [name])
                let found = try connection.rows(
                    of: search.searchSQL(rows: 3, variant: "default"), [query.text], set: search.locals)
                #expect(found.first?.key == query.key)
                #expect(found.count == 3)
                let sample = try search.drawSample(on: &connection, by: .after(.seconds(10)))
                #expect(sample.count == (filter == nil ? 500 : 499))
            }
            target.searched = .expression("\(column.quotedIdentifier)::vector(2)")
            #expect(try connection.resolve(target).elementType == .vector)

            let found = try Discovery.probes(
                on: &connection, database: TestServer.database, by: .after(.seconds(10)))
            #expect(found.map(\.indexName) == [name])
            #expect(found.map(\.probe.target.table) == [table])
            #expect(found.map(\.probe.target.searched) == [.column(column)])
            #expect(found.map(\.probe.name) == ["docs________1_idx____"])
        }
    }

    @Test(arguments: TestServer.all)
    func `rows without a primary key are told apart by their place`(_ server: TestServer) throws {
        try server.withDatabase { owner in
            try owner.run("CREATE TABLE docs (id int, lang text, embedding vector(16))")
            try owner.fillDocuments(type: .vector)
            var connection = try server.connect(to: TestServer.database)
            var target = SearchTarget(table: "docs", searched: .column("embedding"), operator: "<=>")
            func firstKey() throws -> String? {
                let search = try connection.resolve(target)
                let query = try #require(
                    try search.drawQueries(on: &connection, by: .after(.seconds(10))).first)
                let found = try connection.rows(
                    of: search.searchSQL(rows: 2, variant: "default"), [query.text])
                #expect(found.first?.key == query.key)
                return query.key
            }
            #expect(try connection.resolve(target).keyColumns == ["ctid"])
            #expect(try #require(try firstKey()).wholeMatch(of: /\(\d+,\d+\)/) != nil)
            target.key = ["id", "lang"]
            #expect(try #require(try firstKey()).wholeMatch(of: /\(\d+,(en|de)\)/) != nil)
            target.key = ["id"]
            #expect(try #require(try firstKey()).wholeMatch(of: /\d+/) != nil)

            target.key = []
            try owner.run("CREATE TABLE more () INHERITS (docs)")
            try owner.run("INSERT INTO more SELECT id + 1000, lang, embedding FROM docs")
            #expect(try connection.resolve(target).keyColumns == ["tableoid", "ctid"])
            target.table = "found"
            try owner.run("CREATE MATERIALIZED VIEW found AS SELECT id, embedding FROM ONLY docs")
            #expect(try connection.resolve(target).keyColumns == ["ctid"])
            #expect(try #require(try firstKey()).wholeMatch(of: /\(\d+,\d+\)/) != nil)
        }
    }

    @Test(arguments: TestServer.all)
    func `a locked table is not waited for, and the catalogue is read all the same`(_ server: TestServer)
        throws
    {
        try server.withDatabase { owner in
            try owner.createDocuments()
            try owner.run("CREATE INDEX docs_idx ON docs USING hnsw (embedding vector_cosine_ops)")
            _ = try owner.cell("BEGIN; LOCK TABLE docs IN ACCESS EXCLUSIVE MODE; SELECT 1 AS one")
            var connection = try server.connect(to: TestServer.database)
            let search = try connection.resolve(
                SearchTarget(table: "docs", searched: .column("embedding"), operator: "<=>"))
            #expect(search.candidates.map(\.match) == [.usable])
            let started = ContinuousClock.now
            do throws(SearchError) {
                _ = try search.drawQueries(on: &connection, by: .after(.seconds(10)))
                Issue.record("rows came from a locked table")
            } catch {
                guard case .postgres(.statementFailed(.lockNotAvailable, _)) = error else {
                    Issue.record("\(error)")
                    return
                }
            }
            #expect(ContinuousClock.now - started < .seconds(1))
            try owner.run("ROLLBACK")
        }
    }
}
