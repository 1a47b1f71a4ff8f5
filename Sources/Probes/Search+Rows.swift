import Postgres
import SQL

extension Search {
    /// Rows as the statements of a search return them; one without a distance has NaN.
    static func hits(in rows: borrowing Rows) -> [Hit] {
        var hits: [Hit] = []
        hits.reserveCapacity(rows.count)
        for row in 0..<rows.count {
            guard let key = rows.text(row: row, column: 0) else { continue }
            hits.append(Hit(key: key, distance: rows.double(row: row, column: 1) ?? .nan))
        }
        return hits
    }

    /// The distances of single rows as they are now; nil where no one column is the key.
    ///
    /// `$1` is the query vector, `$2` an array of keys.
    var rowsSQL: String? {
        guard keyColumns.count == 1 else { return nil }
        return """
            /* pgvigil probe rows */
            SELECT \(key) AS key,
                   (\(metric.sql))::pg_catalog.float8 AS distance
            FROM \(relation.sql)
            WHERE \(keyColumns[0].quotedIdentifier) = ANY ($2)
            """
    }

    /// Which plans of the search are as the operator wants them, and what they took.
    func summary(of json: String) -> PlanSummary? {
        PlanSummary(json: json, annIndexes: expectedIndexNames, expectedIndex: nil)
    }

    /// Whether a plan gets at the rows without any index that sorts by distance.
    func isExact(_ json: String) -> Bool {
        PlanSummary(json: json, annIndexes: annIndexNames, expectedIndex: nil).map {
            $0.path != .annIndex && $0.indexNames.isDisjoint(with: annIndexNames)
        } ?? false
    }

    /// What of the server's settings bears on the search, besides what variants change.
    var settingNames: [String] {
        let methods = Set(candidates.filter { $0.match == .usable }.map(\.accessMethod))
        return methods.sorted().flatMap { method -> [String] in
            switch method {
            case "hnsw": ["hnsw.ef_search", "hnsw.iterative_scan", "hnsw.max_scan_tuples"]
            case "ivfflat": ["ivfflat.probes", "ivfflat.iterative_scan", "ivfflat.max_probes"]
            case "diskann": ["diskann.query_search_list_size", "diskann.query_rescore"]
            default: []
            }
        }
    }
}
