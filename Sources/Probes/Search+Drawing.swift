package import Postgres
import ProbeDefinitions
import SQL

/// Query vectors, sample rows and values for filters, from wherever the settings say.
///
/// - Precondition: no transaction is open.
extension Search {
    /// The vectors to search for, at most as many as the settings ask for and at least one.
    ///
    /// `round` says how often they have been drawn before; each round of a table's has others.
    package func drawQueries(round: Int = 0, on connection: inout Connection, by deadline: Deadline)
        throws(SearchError) -> [QueryVector]
    {
        let source = probe.queries
        var seen: Set<String> = []
        let queries: [QueryVector]
        switch source.origin {
        case .table(let excludesDuplicates):
            queries = try drawRows(
                source.count, seed: source.seed &+ UInt64(round), matching: [], on: &connection, by: deadline
            ).filter { !excludesDuplicates || seen.insert($0.vector).inserted }
                .map { QueryVector(text: $0.vector, key: $0.key) }
        case .sql(let sql):
            let rows = try run(sql, rows: source.count, on: &connection, by: deadline)
            queries = rows.compactMap(\.first).compactMap(\.self).map { QueryVector(text: $0) }
        case .vectorChordSamples:
            queries = try drawVectorChordSamples(source.count, on: &connection, by: deadline)
        case .file(let path):
            do {
                queries = try QueryFile.read(path: path, limit: source.count).map {
                    QueryVector(text: $0.text)
                }
            } catch {
                throw .queryFile(error)
            }
        case .randomUnit:
            queries = try randomDirections(source.count, seed: source.seed &+ UInt64(round))
        }
        let searchable = queries.filter { hasDistance($0.text) }
        guard !searchable.isEmpty else { throw .noQueries }
        return searchable
    }

    /// Rows for the resident sample, within its limits; those that a filter with these values lets through.
    ///
    /// Empty where the filter has parameters and no values are given: what it lets through is then unknown.
    package func drawSample(
        matching values: [String] = [], round: Int = 0, on connection: inout Connection,
        by deadline: Deadline
    ) throws(SearchError) -> [(key: String, vector: VectorValue)] {
        guard values.count == filterParameters else { return [] }
        let sample = probe.recall.sample
        let seed = probe.queries.seed &+ 0x5EED &+ UInt64(round)  // Other rows than the queries'.
        let rows = try drawRows(
            min(sample.rows, sample.maxBytes / bytesOfRow), seed: seed, matching: values, on: &connection,
            by: deadline)
        var bytes = 0
        return rows.compactMap { row in
            guard let vector = VectorValue(row.vector, type: metricType), isSearchable(vector) else {
                return nil
            }
            return (row.key, vector)
        }.prefix { (row: (key: String, vector: VectorValue)) in
            bytes += row.vector.byteCount
            return bytes <= sample.maxBytes
        }
    }

    /// The sets of values for the filter's parameters; one empty set where it has none.
    package func filterValues(on connection: inout Connection, by deadline: Deadline)
        throws(SearchError) -> [[String]]
    {
        switch probe.target.filterValues {
        case .none: [[]]
        case .listed(let sets): sets
        case .sql(let sql, _):
            try run(sql, rows: Self.mostValues, on: &connection, by: deadline).map { $0.compactMap(\.self) }
                .filter { $0.count == filterParameters }
        }
    }

    // MARK: -

    /// The most sets of values that a statement may return for a filter.
    private static let mostValues = 1000

    /// How many values the filter takes.
    var filterParameters: Int {
        probe.target.filter.flatMap { SQLText($0).parameters.max() } ?? 0
    }

    /// As `VectorValue` keeps it.
    private var bytesOfRow: Int {
        switch metricType {
        case .vector, .halfvec: max(4, 4 * (dimensions ?? 1))
        case .sparsevec: 8
        case .bit: max(8, (dimensions ?? 1) / 8)
        }
    }

    /// A zero vector has no direction, and no row is nearer to it than another.
    private func isSearchable(_ vector: VectorValue) -> Bool {
        metricOperator.map { $0.distance(vector, vector) != nil } ?? true
    }

    /// What is no vector at all goes on to the server, which says so.
    private func hasDistance(_ text: String) -> Bool {
        VectorValue(text, type: metricType).map(isSearchable) ?? true
    }

    /// The rows of a statement of the operator's, with names found as the filter's are.
    private func run(_ sql: String, rows limit: Int, on connection: inout Connection, by deadline: Deadline)
        throws(SearchError) -> [[String?]]
    {
        let schemas = [relation.schema, relation.extensionSchema]
        let path = LocalSetting(searchPath: schemas[0] == schemas[1] ? [schemas[0]] : schemas)
        let source = SQLText(sql).withoutTerminator.text
        let statement = """
            /* pgvigil probe=\(probe.name) */
            SELECT q.*
              FROM (
            \(source)
                   ) AS q
             LIMIT \(limit)
            """
        return try connection.read(set: [path], by: deadline) { connection throws(SearchError) in
            let rows = try connection.ask(statement, by: deadline)
            let width = rows.columns.count
            return (0..<rows.count).map { row in
                (0..<width).map { rows.text(row: row, column: $0) }
            }
        }
    }

    /// What VectorChord recorded of the queries on this table's indexes.
    private func drawVectorChordSamples(
        _ limit: Int, on connection: inout Connection, by deadline: Deadline
    ) throws(SearchError) -> [QueryVector] {
        let schema = try vectorChordSchema(on: &connection, by: deadline)
        let statement = """
            /* pgvigil probe=\(probe.name) */
            SELECT q.value
              FROM \(schema.quotedIdentifier).vchordrq_sampled_queries AS q
             WHERE q.schema_name = $1
               AND q.table_name = $2
               AND q.operator = $3
             LIMIT \(limit)
            """
        let values = [relation.schema, relation.name, searched.operatorName]
        return try connection.read(by: deadline) { connection throws(SearchError) in
            let rows = try connection.ask(statement, values, by: deadline)
            return (0..<rows.count).compactMap { rows.text($0, "value") }.map { QueryVector(text: $0) }
        }
    }

    private func vectorChordSchema(on connection: inout Connection, by deadline: Deadline)
        throws(SearchError) -> String
    {
        let sql = """
            /* pgvigil search extension */
            SELECT n.nspname
              FROM pg_catalog.pg_extension AS e
              JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace
             WHERE e.extname = 'vchord'
            """
        let schema = try connection.read(by: deadline) { connection throws(SearchError) -> String? in
            let rows = try connection.ask(sql, by: deadline)
            return rows.count > 0 ? rows.text(0, "nspname") : nil
        }
        guard let schema else { throw .noQueries }
        return schema
    }
}

extension VectorValue {
    fileprivate var byteCount: Int {
        switch self {
        case .dense(let elements): 4 * elements.count
        case .sparse(let indices, _, _): 8 * indices.count
        case .bits(let words, _): 8 * words.count
        }
    }
}
