import Postgres
import ProbeDefinitions
import SQL

extension Search {
    /// All that the catalogue says, before the planner was asked about what only it can judge.
    struct Plan {
        let probe: SearchProbe
        let table: Catalogue.Table
        var survey: IndexSurvey
        let storage: Catalogue.Storage
        let elementType: VectorType
        let metricType: VectorType
        let metricOperator: DistanceOperator?
        let dimensions: Int?
        let keyColumns: [String]
        let locals: [LocalSetting]
        let searched: Comparison
        let metric: Comparison
        let vectorColumns: [String]

        var search: Search {
            let candidates = survey.candidates
            let serving = candidates.filter { $0.match == .usable }.map(\.fileNodes)
            return Search(
                probe: probe, elementType: elementType, metricType: metricType,
                metricOperator: metricOperator, dimensions: dimensions, keyColumns: keyColumns,
                candidates: candidates, annIndexNames: Set(survey.indexes.map(\.name)),
                estimatedRows: storage.rows, tableBytes: storage.bytes, isPartitioned: table.isPartitioned,
                locals: locals, incarnation: ([storage.fileNodes] + serving).joined(separator: ";"),
                relation: table.relation, searched: searched, metric: metric,
                vectorColumns: vectorColumns)
        }

        /// The search after the planner, with no other way to go, has shown which indexes it can use.
        ///
        /// Where it cannot be asked, because the table is locked or the filter wrong, texts alone decide.
        func proven(on connection: inout Connection, by deadline: Deadline) throws(SearchError) -> Search {
            var plan = self
            let search = search
            do {
                let values = try search.filterValues(on: &connection, by: deadline).first ?? []
                plan.survey.proven = try connection.read(set: locals + Self.forced, by: deadline) {
                    connection throws(SearchError) in
                    let sql = search.explainSQL(rows: 1, variant: "resolution", isAnalyzed: false)
                    let rows = try connection.ask(sql, [search.someVector] + values, by: deadline)
                    let json = rows.count > 0 ? rows.text(row: 0, column: 0) : nil
                    let summary = PlanSummary(json: json ?? "", annIndexes: [], expectedIndex: nil)
                    return summary?.indexNames ?? []
                }
            } catch .postgres(.statementFailed) {
                return search
            }
            return plan.search
        }

        private static let forced = ["enable_seqscan", "enable_sort", "enable_bitmapscan"].map {
            LocalSetting($0, "off")
        }
    }

    /// Any vector of the query's type, since nothing is searched with it.
    private var someVector: String {
        let count = dimensions ?? 1
        return switch metricType {
        case .vector, .halfvec: "[\(Array(repeating: "1", count: count).joined(separator: ","))]"
        case .sparsevec: "{1:1}/\(count)"
        case .bit: String(repeating: "1", count: count)
        }
    }
}
