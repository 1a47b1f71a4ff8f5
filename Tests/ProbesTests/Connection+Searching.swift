import Postgres
import ProbeDefinitions
import SQL
import Testing

@testable import Probes

extension Connection {
    /// A table of 1,000 vectors with 16 elements, every second row in English, and ids from 1.
    mutating func createDocuments(type: VectorType = .vector) throws {
        try run("CREATE TABLE docs (id int PRIMARY KEY, lang text, embedding \(type)(16))")
        try fillDocuments(type: type)
    }

    mutating func fillDocuments(type: VectorType) throws {
        _ = try cell("SELECT 1 FROM (SELECT pg_catalog.setseed(0.5)) AS seed")
        let cast = type == .bit ? "binary_quantize(v)::bit(16)" : "v::\(type)"
        try run(
            """
            INSERT INTO docs (id, lang, embedding)
            SELECT i, CASE i % 2 WHEN 0 THEN 'en' ELSE 'de' END, \(cast)
            FROM (SELECT i, (SELECT array_agg(random() - 0.5)
                             FROM generate_series(1, 16) WHERE i > 0)::vector AS v
                  FROM generate_series(1, 1000) AS i) AS r
            """)
        try run("ANALYZE docs")
    }

    mutating func resolve(_ target: SearchTarget) throws -> Search {
        try Search.resolve(
            SearchProbe(name: "docs", target: target), on: &self, by: .after(.seconds(10)))
    }

    /// What a statement that searches found, distances rounded to nine places.
    mutating func rows(of sql: String, _ values: [String], set locals: [LocalSetting] = []) throws
        -> [(key: String, distance: Double)]
    {
        try transaction(set: locals, by: .after(.seconds(10))) { connection throws(PostgresError) in
            let rows = try connection.query(sql, with: values, by: .after(.seconds(10)))
            return (0..<rows.count).map { row in
                let distance = rows.double(row, "distance") ?? .nan
                return (rows.text(row, "key") ?? "", (distance * 1e9).rounded() / 1e9)
            }
        }
    }

    /// As of a table too large to be read whole.
    mutating func plan(
        of search: Search, _ query: QueryVector, values: [String] = [], set locals: [LocalSetting] = []
    ) throws -> PlanSummary {
        let plan = try planText(
            search.explainSQL(rows: 10, variant: "default", isAnalyzed: false), [query.text] + values,
            search.locals + locals)
        let analyzed = try planText(
            search.explainSQL(rows: 10, variant: "default", isAnalyzed: true), [query.text] + values,
            search.locals + locals)
        let summary = try #require(
            PlanSummary(json: plan, annIndexes: search.expectedIndexNames, expectedIndex: nil))
        let again = try #require(
            PlanSummary(json: analyzed, annIndexes: search.expectedIndexNames, expectedIndex: nil))
        #expect(again.indexNames == summary.indexNames)
        #expect(again.executionTime ?? .zero > .zero)
        #expect(again.sharedHitBlocks > 0)
        return summary
    }

    mutating func exactPlan(of search: Search, _ query: QueryVector) throws -> PlanSummary {
        let plan = try planText(search.exactExplainSQL(rows: 10), [query.text], search.locals)
        return try #require(PlanSummary(json: plan, annIndexes: search.annIndexNames, expectedIndex: nil))
    }

    private mutating func planText(_ sql: String, _ values: [String], _ locals: [LocalSetting]) throws
        -> String
    {
        let forced = [LocalSetting("enable_seqscan", "off"), LocalSetting("enable_sort", "off")]
        return try transaction(set: locals + forced, by: .after(.seconds(10))) {
            connection throws(PostgresError) in
            let rows = try connection.query(sql, with: values, by: .after(.seconds(10)))
            return rows.count > 0 ? rows.text(row: 0, column: 0) ?? "" : ""
        }
    }
}
