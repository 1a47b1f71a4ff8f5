import Postgres
import ProbeDefinitions
import SQL
import Testing

@testable import Probes

extension ServerTests {
    @Test(arguments: TestServer.all)
    func `each ANN index that the role can search gets a probe that works`(_ server: TestServer) throws {
        try server.withDatabase { owner in
            try owner.createDocuments()
            for (name, index) in [
                ("a_idx", "hnsw (embedding vector_cosine_ops)"),
                ("b_idx", "ivfflat (embedding vector_ip_ops) WITH (lists = 2) WHERE lang = 'en'"),
                ("c_idx", "hnsw ((binary_quantize(embedding)::bit(16)) bit_hamming_ops)"),
                ("d_idx", "hnsw (embedding vector_l2_ops)"), ("e_idx", "btree (lang)"),
            ] {
                try owner.run("CREATE INDEX \(name) ON docs USING \(index)")
            }
            try owner.run(
                "UPDATE pg_catalog.pg_index SET indisvalid = false WHERE indexrelid = 'd_idx'::regclass")
            try owner.run("CREATE TABLE hidden AS SELECT id, embedding FROM docs")
            try owner.run("CREATE INDEX hidden_idx ON hidden USING hnsw (embedding vector_l2_ops)")
            try owner.run(
                "CREATE TABLE parts (id int, embedding vector(16), PRIMARY KEY (id)) PARTITION BY RANGE (id)")
            try owner.run("CREATE TABLE part_1 PARTITION OF parts FOR VALUES FROM (0) TO (501)")
            try owner.run("CREATE TABLE part_2 PARTITION OF parts FOR VALUES FROM (501) TO (2000)")
            try owner.run("INSERT INTO parts SELECT id, embedding FROM docs")
            try owner.run("INSERT INTO parts SELECT id + 1000, embedding FROM docs WHERE id < 999")
            try owner.run("CREATE INDEX parts_idx ON parts USING hnsw (embedding vector_l2_ops)")
            try owner.run("GRANT SELECT ON docs, parts TO \(TestServer.reader)")

            var reader = try server.connect(as: TestServer.reader, to: TestServer.database)
            let all = try Discovery.probes(
                on: &reader, database: TestServer.database, by: .after(.seconds(10)))
            let found = all.filter(\.isReadable)
            let role = TestServer.reader.quotedIdentifier
            #expect(all.last?.indexName == "hidden_idx")
            #expect(
                all.map(\.missingGrants) == [[], [], [], []] + [
                    [#"GRANT SELECT ON "public"."hidden" TO \#(role);"#]
                ])
            #expect(found.map(\.indexName).sorted() == ["a_idx", "b_idx", "c_idx", "parts_idx"])
            #expect(found.map(\.indexBytes) == found.map(\.indexBytes).sorted(by: >))
            #expect(found.first?.indexName == "parts_idx")
            #expect(
                found.map(\.probe.name).sorted() == ["docs_a_idx", "docs_b_idx", "docs_c_idx", "parts_idx"])
            let bytes = try owner.cell(
                "SELECT sum(pg_relation_size(relid)) FROM pg_partition_tree('parts_idx')")
            #expect(found.first.map { "\($0.indexBytes)" } == bytes)
            #expect(
                found.allSatisfy { $0.database == TestServer.database && $0.probe.target.schema == "public" })
            for discovered in found {
                #expect(discovered.probe.database == TestServer.database)
                #expect(discovered.probe.recall.exact.longestScan == nil)
                let search = try Search.resolve(discovered.probe, on: &reader, by: .after(.seconds(10)))
                let match = search.candidates.first { $0.name == discovered.indexName }?.match
                #expect(match == .usable, "\(discovered.indexName)")
                let query = try #require(
                    try search.drawQueries(on: &reader, by: .after(.seconds(10))).first)
                try search.loadLibrary(on: &reader, by: .after(.seconds(10)))
                let names = search.candidates.filter { $0.match == .usable }
                    .reduce(into: Set<String>()) { $0.formUnion($1.namesInPlans) }
                let plan = try reader.plan(of: search, query)
                #expect(!plan.indexNames.isEmpty && plan.indexNames.isSubset(of: names))
                let rows = try reader.rows(
                    of: search.searchSQL(rows: 10, variant: "default"), [query.text], set: search.locals)
                #expect(rows.count == 10)
            }
            let targets = Dictionary(found.map { ($0.indexName, $0.probe.target) }) { $1 }
            #expect(targets["a_idx"]?.operator == "<=>")
            #expect(targets["a_idx"]?.searched == .column("embedding"))
            #expect(targets["a_idx"]?.filter == nil)
            #expect(targets["b_idx"]?.operator == "<#>")
            #expect(targets["b_idx"]?.filter?.contains("'en'") == true)
            #expect(targets["c_idx"]?.operator == "<~>")
            #expect(targets["c_idx"]?.metric == nil)
            #expect(targets["parts_idx"]?.table == "parts")
        }
    }
}

@Suite struct DiscoveryTests {
    @Test func `names are unique in the server, and only those that are alike grow longer`() {
        let found = [
            discovered("app", "public", "docs_idx", 5), discovered("app", "public", "items_idx", 9),
            discovered("app", "sales", "items_idx", 8), discovered("shop", "public", "items_idx", 7),
            discovered("shop", "public", "1 Ünited \"idx\"", 6), discovered("shop", "public", "taken", 1),
            discovered("shop", "public", "idx", 2, on: "logs"),
            discovered("a", "b_c", "x", 0), discovered("a_b", "c", "x", 0),
        ]
        let names = Discovery.named(found, besides: ["taken"])
        #expect(
            names.map(\.probe.name) == [
                "app_public_items_idx", "sales_items_idx", "shop_public_items_idx", "index_1__nited__idx_",
                "docs_idx", "logs_idx", "public_taken", "b_c_x", "c_x",
            ])
        #expect(Discovery.named(found.reversed(), besides: ["taken"]).prefix(7) == names.prefix(7))
    }

    @Test func `a name is cut, and alike ones are counted`() {
        let long = String(repeating: "n", count: 63)
        let found = [discovered("a", long, long + "1", 2), discovered("b", long, long + "2", 1)]
        let names = Discovery.named(found).map(\.probe.name)
        #expect(
            names == ["a_" + String(repeating: "n", count: 61), "b_" + String(repeating: "n", count: 61)])
        let same = Discovery.named([found[0], discovered("a", long, long + "3", 1)]).map(\.probe.name)
        #expect(
            same == [
                "a_" + String(repeating: "n", count: 61), "a_" + String(repeating: "n", count: 56) + "_2",
            ])
        #expect(same.allSatisfy { $0.wholeMatch(of: /[a-z][a-z0-9_]{0,62}/) != nil })
    }

    private func discovered(
        _ database: String, _ schema: String, _ index: String, _ bytes: Int, on table: String? = nil
    )
        -> DiscoveredProbe
    {
        let table = table ?? String(index.prefix { $0 != "_" })
        var target = SearchTarget(table: table, searched: .column("c"), operator: "<=>")
        target.schema = schema
        return DiscoveredProbe(
            probe: SearchProbe(name: "", target: target), database: database, indexName: index,
            indexBytes: bytes)
    }
}
