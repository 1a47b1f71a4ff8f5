import Postgres
import ProbeDefinitions
import SQL
import Testing

@testable import Probes

/// The statements, letter by letter.
@Suite struct SearchTests {
    @Test func `a search names everything by schema and has its limit inlined`() {
        #expect(
            Search.example().searchSQL(rows: 10, variant: "ef100") == """
                /* pgvigil probe=docs variant=ef100 */
                SELECT "id"::pg_catalog.text AS key,
                       ("embedding" OPERATOR("ext".<=>) $1::"ext"."vector"(3))::pg_catalog.float8 AS distance
                  FROM "public"."docs"
                 ORDER BY "embedding" OPERATOR("ext".<=>) $1::"ext"."vector"(3)
                 LIMIT 10
                """)
    }

    @Test func `the exact search sorts by what no index sorts by`() {
        var target = SearchTarget(table: "docs", searched: .column("embedding"), operator: "<=>")
        target.filter = "lang = $1"
        #expect(
            Search.example(target, key: ["tenant", "ID"]).exactSQL(rows: 11) == """
                /* pgvigil probe=docs variant=exact */
                SELECT ROW("tenant", "ID")::pg_catalog.text AS key,
                       ("embedding" OPERATOR("ext".<=>) $1::"ext"."vector"(3))::pg_catalog.float8 AS distance
                  FROM "public"."docs"
                 WHERE (lang = $2)
                 ORDER BY ("embedding" OPERATOR("ext".<=>) $1::"ext"."vector"(3)) OPERATOR(pg_catalog.+) 0
                 LIMIT 11
                """)
    }

    @Test func `a quantized search sorts what it found again by the true distance`() {
        var target = SearchTarget(
            table: "docs", searched: .expression("binary_quantize(embedding)::bit(3)"), operator: "<~>")
        target.metric = SearchTarget.TrueMetric(column: "embedding", operator: "<=>")
        target.rerankedCandidates = 100
        target.filter = "lang = 'en' -- only these"
        let query = #"(binary_quantize(($1::"ext"."vector"(3)))::bit(3))"#
        #expect(
            Search.example(target, type: .bit).searchSQL(rows: 10, variant: "a*/b") == """
                /* pgvigil probe=docs variant=a__b */
                SELECT key,
                       distance
                  FROM (
                SELECT "id"::pg_catalog.text AS key,
                       ("embedding" OPERATOR("ext".<=>) $1::"ext"."vector"(3))::pg_catalog.float8 AS distance
                  FROM "public"."docs"
                 WHERE (lang = 'en' -- only these
                )
                 ORDER BY (binary_quantize(embedding)::bit(3)) OPERATOR("ext".<~>) \(query)
                 LIMIT 100
                       ) AS candidates
                 ORDER BY distance
                 LIMIT 10
                """)
    }

    @Test func `fewer candidates than rows make no sense`() {
        var target = SearchTarget(table: "docs", searched: .column("embedding"), operator: "<=>")
        target.rerankedCandidates = 5
        #expect(!Search.example(target).searchSQL(rows: 10, variant: "default").contains("LIMIT 5"))
    }

    @Test func `the plan is that of the very search`() {
        let search = Search.example()
        let lines = search.searchSQL(rows: 10, variant: "default").split(separator: "\n")
        for (isAnalyzed, options) in [
            (true, "ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON"), (false, "FORMAT JSON"),
        ] {
            let plan = search.explainSQL(rows: 10, variant: "default", isAnalyzed: isAnalyzed)
            #expect(plan.split(separator: "\n") == [lines[0], "EXPLAIN (\(options))"] + lines.dropFirst())
        }
    }

    @Test(
        arguments: [
            ("hnsw", nil, ["SET LOCAL hnsw.ef_search = '1000'"]),
            ("ivfflat", 100, ["SET LOCAL ivfflat.probes = '99'"]),
            ("ivfflat", 1, nil),
            ("diskann", nil, ["SET LOCAL diskann.query_search_list_size = '10000'"]),
            ("vchordrq", nil, nil),
        ] as [(String, Int?, [String]?)])
    func `an index's greatest effort is known or nil`(_ method: String, _ lists: Int?, _ settings: [String]?)
    {
        let candidates = [
            IndexCandidate(
                name: "docs_idx", accessMethod: method, match: .usable, lists: lists,
                namesInPlans: ["docs_idx"]),
            IndexCandidate(name: "other", accessMethod: "hnsw", match: .operator, namesInPlans: ["other"]),
        ]
        let effort = Search.example(candidates: candidates).highEffort
        #expect(effort?.map { "SET LOCAL \($0.name) = '\($0.value)'" } == settings)
    }

    @Test func `of an expected partitioned index its parts are expected in plans`() {
        var target = SearchTarget(table: "docs", searched: .column("embedding"), operator: "<=>")
        let candidates = [
            IndexCandidate(
                name: "docs_idx", accessMethod: "hnsw", match: .usable, namesInPlans: ["docs_idx", "p1_idx"]),
            IndexCandidate(
                name: "half_idx", accessMethod: "hnsw", match: .elementType, namesInPlans: ["half_idx"]),
        ]
        #expect(
            Search.example(target, candidates: candidates).expectedIndexNames == [
                "docs_idx", "p1_idx", "half_idx",
            ])
        target.expectedIndex = .named("docs_idx")
        #expect(Search.example(target, candidates: candidates).expectedIndexNames == ["docs_idx", "p1_idx"])
        target.expectedIndex = .named("gone_idx")
        #expect(Search.example(target, candidates: candidates).expectedIndexNames == ["gone_idx"])
    }

    @Test(arguments: VectorType.allCases)
    func `random directions are of the column's type and the seed's`(_ type: VectorType) throws {
        let search = Search.example(type: type, metricType: type, dimensions: 70)
        let drawn = try search.randomDirections(20, seed: 1)
        #expect(drawn.count == 20)
        #expect(Set(drawn.map(\.text)).count == 20)
        #expect(drawn.allSatisfy { VectorValue($0.text, type: type)?.dimensions == 70 && $0.key == nil })
        #expect(try search.randomDirections(20, seed: 1) == drawn)
        for vector in drawn.compactMap({ VectorValue($0.text, type: type) }) where type != .bit {
            // Halves round.
            #expect(abs((DistanceOperator.innerProduct.distance(vector, vector) ?? .nan) + 1) < 1e-3)
        }
        #expect(try search.randomDirections(20, seed: 2) != drawn)
        #expect(throws: SearchError.unknownDimensions) {
            try Search.example(dimensions: nil).randomDirections(1, seed: 1)
        }
    }

    @Test func `messages that may quote values are withheld`() {
        let quoting = PostgresError.statementFailed(
            SQLState(rawValue: "22P02"), #"invalid input syntax for type integer: "secret""#)
        #expect(!SearchError(quoting).description.contains("secret"))
        #expect(SearchError(quoting).description.contains("22P02"))
        let syntax = PostgresError.statementFailed(
            SQLState(rawValue: "42601"), #"syntax error at or near "secret""#)
        #expect(!SearchError(syntax).description.contains("secret"))
        let lock = PostgresError.statementFailed(
            .lockNotAvailable, "canceling statement due to lock timeout")
        #expect(SearchError(lock) == .postgres(lock))
        #expect(SearchError(.timedOut) == .postgres(.timedOut))
    }
}

extension Search {
    /// Of a table `docs`, as a catalogue would have it.
    static func example(
        _ target: SearchTarget = SearchTarget(
            table: "docs", searched: .column("embedding"), operator: "<=>"),
        type: VectorType = .vector, metricType: VectorType = .vector, dimensions: Int? = 3,
        key: [String] = ["id"], candidates: [IndexCandidate] = []
    ) -> Search {
        let element = Catalogue.ElementType(
            oid: type == metricType ? 1 : 2, schema: "ext", name: type.rawValue, dimensions: dimensions)
        let metric = Catalogue.ElementType(
            oid: 1, schema: "ext", name: metricType.rawValue, dimensions: dimensions)
        let wording = Wording(target: target, type: element, metricType: metric, extensionSchema: "ext")
        let order = Catalogue.Operator(
            oid: 1, schema: "ext", name: target.operator, type: element.oid, mayUse: true)
        let judge = Catalogue.Operator(
            oid: 2, schema: "ext", name: target.metric?.operator ?? target.operator, type: 1, mayUse: true)
        return Search(
            probe: SearchProbe(name: "docs", target: target), elementType: type, metricType: metricType,
            metricOperator: DistanceOperator(rawValue: judge.name), dimensions: dimensions, keyColumns: key,
            candidates: candidates,
            annIndexNames: candidates.reduce(into: []) { $0.formUnion($1.namesInPlans) },
            estimatedRows: 0, tableBytes: 0, isPartitioned: false, locals: [], incarnation: "",
            relation: Relation(oid: 1, schema: "public", name: "docs", extensionSchema: "ext"),
            searched: wording.searched(by: order), metric: wording.metric(by: judge),
            vectorColumns: ["embedding"])
    }
}
