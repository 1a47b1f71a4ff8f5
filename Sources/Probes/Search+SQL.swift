import Postgres
import ProbeDefinitions
import SQL

/// Statements; `$1` is the query vector as text, what follows are the filter's values.
///
/// Those that search return `key` (text) and `distance` (double precision, by the true metric).
extension Search {
    /// The search as an application makes it: nothing but this shape and an inlined LIMIT gets the index.
    package func searchSQL(rows: Int, variant: String) -> String {
        search(after: marker(variant), rows: rows)
    }

    /// The same rows without an ANN index: none sorts by a distance plus 0; one on the filter still serves.
    package func exactSQL(rows: Int) -> String {
        """
        \(marker("exact"))
        SELECT \(key) AS key,
               (\(metric.sql))::pg_catalog.float8 AS distance
          FROM \(relation.sql)\(condition)
         ORDER BY (\(metric.sql)) OPERATOR(pg_catalog.+) 0
         LIMIT \(rows)
        """
    }

    /// The plan of the very search, as JSON; with what it took where it is run for that.
    package func explainSQL(rows: Int, variant: String, isAnalyzed: Bool) -> String {
        // What each node took would cost more than the search, and nobody asks.
        let options = isAnalyzed ? "ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON" : "FORMAT JSON"
        return search(after: "\(marker(variant))\nEXPLAIN (\(options))", rows: rows)
    }

    /// The plan of `exactSQL`, the proof that it is exact.
    package func exactExplainSQL(rows: Int) -> String {
        "\(marker("exact"))\nEXPLAIN (FORMAT JSON)\n\(exactSQL(rows: rows))"
    }

    // MARK: -

    private func search(after head: String, rows: Int) -> String {
        guard let candidates = probe.target.rerankedCandidates else {
            return ordered(after: head, limit: rows)
        }
        let opening = """
            \(head)
            SELECT key,
                   distance
              FROM (
            """
        return """
            \(ordered(after: opening, limit: max(candidates, rows)))
                   ) AS candidates
             ORDER BY distance
             LIMIT \(rows)
            """
    }

    private func ordered(after head: String, limit: Int) -> String {
        """
        \(head)
        SELECT \(key) AS key,
               (\(metric.sql))::pg_catalog.float8 AS distance
          FROM \(relation.sql)\(condition)
         ORDER BY \(searched.sql)
         LIMIT \(limit)
        """
    }

    /// Says in `pg_stat_statements` and the server's log whose statement it is.
    private func marker(_ variant: String) -> String {
        "/* pgvigil probe=\(Self.inComment(probe.name)) variant=\(Self.inComment(variant)) */"
    }

    private static func inComment(_ name: String) -> String {
        String(name.map { $0.isLetter || $0.isNumber || "_.-".contains($0) ? $0 : "_" })
    }

    /// What tells a row from others, as text.
    var key: String {
        let names = keyColumns.map(\.quotedIdentifier)
        return names.count == 1
            ? "\(names[0])::pg_catalog.text" : "ROW(\(names.joined(separator: ", ")))::pg_catalog.text"
    }

    private var condition: String {
        filter.map { "\n WHERE \($0)" } ?? ""
    }

    /// The filter with its values behind the first parameter.
    var filter: String? {
        probe.target.filter.map { SQLText($0).shiftingParameters(by: 1).parenthesized }
    }
}
