package import Postgres
import ProbeDefinitions
import SQL

/// Probes with sane limits for what the catalogue says is searched.
package enum Discovery {
    /// One for each ANN index of the connection's database: of tables that the role may read first, then
    /// the largest.
    ///
    /// Partitions are searched by way of the table that they are a part of. Their names are not yet
    /// unique in the server.
    ///
    /// - Precondition: no transaction is open.
    package static func probes(on connection: inout Connection, database: String, by deadline: Deadline)
        throws(PostgresError) -> [DiscoveredProbe]
    {
        let limits = [
            LocalSetting("statement_timeout", .seconds(1)), LocalSetting("lock_timeout", .milliseconds(100)),
        ]
        return try connection.transaction(set: limits, by: deadline) { connection throws(PostgresError) in
            let rows = try connection.query(sql, with: [], by: deadline)
            return (0..<rows.count).compactMap { probe(rows, $0, database) }
        }
    }

    /// The same probes with names that no other probe of the server has.
    ///
    /// Where indexes are called alike, all of them take their schema before their name, then their database,
    /// then a number; a name depends on nothing but who else there is.
    package static func named(_ found: [DiscoveredProbe], besides taken: Set<String> = [])
        -> [DiscoveredProbe]
    {
        var taken = taken
        let short = groups(found) { $0.ownName }
        let longer = groups(found) { [$0.probe.target.schema] + $0.ownName }
        return found.sorted { $0.place.lexicographicallyPrecedes($1.place) }.map { discovered in
            let inSchema = [discovered.probe.target.schema] + discovered.ownName
            let full = name([discovered.database] + inSchema)
            let candidates = [(name(discovered.ownName), short), (name(inSchema), longer)]
            let free = candidates.first { $1[$0] == 1 && !taken.contains($0) }?.0
            var chosen = free ?? full
            var number = 2
            while taken.contains(chosen) {
                chosen = "\(full.prefix(58))_\(number)"
                number += 1
            }
            taken.insert(chosen)
            var renamed = discovered
            renamed.probe.name = chosen
            return renamed
        }.sorted { $0.indexBytes > $1.indexBytes }
    }

    // MARK: -

    private static func groups(_ found: [DiscoveredProbe], by parts: (DiscoveredProbe) -> [String])
        -> [String: Int]
    {
        Dictionary(found.map { (name(parts($0)), 1) }, uniquingKeysWith: +)
    }

    /// `[a-z][a-z0-9_]{0,62}` from any names.
    static func name(_ parts: [String]) -> String {
        let characters = parts.joined(separator: "_").lowercased().unicodeScalars.map { scalar in
            ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar) ? Character(scalar) : "_"
        }
        let name = String(characters)
        let isLetterFirst = name.first.map { ("a"..."z").contains($0) } ?? false
        return String((isLetterFirst ? name : "index_\(name)").prefix(63))
    }

    private static func probe(_ rows: borrowing Rows, _ row: Int, _ database: String) -> DiscoveredProbe? {
        guard let schema = rows.text(row, "nspname"), let table = rows.text(row, "relname"),
            let index = rows.text(row, "indexrelname"), let operatorName = rows.text(row, "oprname"),
            let bytes = rows.integer(row, "bytes"),
            let searched = rows.text(row, "attname").map(SearchTarget.Searched.column)
                ?? rows.text(row, "expression").map(SearchTarget.Searched.expression)
        else { return nil }
        var target = SearchTarget(table: table, searched: searched, operator: operatorName)
        target.schema = schema
        target.filter = rows.text(row, "predicate")
        var probe = SearchProbe(name: "", target: target)
        probe.database = database
        var discovered = DiscoveredProbe(
            probe: probe, database: database, indexName: index, indexBytes: Int(bytes))
        discovered.missingGrants = missingGrants(rows, row, on: schema, table)
        discovered.probe.name = name(discovered.ownName)
        return discovered
    }

    private static func missingGrants(
        _ rows: borrowing Rows, _ row: Int, on schema: String, _ table: String
    ) -> [String] {
        guard let role = rows.text(row, "rolname")?.quotedIdentifier else { return [] }
        let ofSchema = "GRANT USAGE ON SCHEMA \(schema.quotedIdentifier) TO \(role);"
        let ofTable = "GRANT SELECT ON \(schema.quotedIdentifier).\(table.quotedIdentifier) TO \(role);"
        return (rows.isTrue(row, "may_use_schema") ? [] : [ofSchema])
            + (rows.isTrue(row, "may_read") ? [] : [ofTable])
    }

    /// More are not worth sending; the caller takes five of all databases.
    private static let most = 50

    private static let sql = """
        /* pgvigil search discovery */
        SELECT n.nspname,
               t.relname,
               i.relname AS indexrelname,
               a.attname,
               CASE WHEN x.indkey[0] = 0 THEN pg_catalog.pg_get_indexdef(i.oid, 1, true) END AS expression,
               pg_catalog.pg_get_expr(x.indpred, x.indrelid, true) AS predicate,
               o.oprname,
               s.bytes,
               CURRENT_USER AS rolname,
               r.may_use_schema,
               r.may_read
          FROM pg_catalog.pg_index AS x
          JOIN pg_catalog.pg_class AS i ON i.oid = x.indexrelid AND NOT i.relispartition
          JOIN pg_catalog.pg_class AS t ON t.oid = x.indrelid AND t.relkind IN ('r', 'm', 'p')
          JOIN pg_catalog.pg_namespace AS n ON n.oid = t.relnamespace
          JOIN pg_catalog.pg_am AS m ON m.oid = i.relam AND m.amname NOT IN ('gist', 'spgist', 'rum')
          JOIN pg_catalog.pg_opclass AS c ON c.oid = x.indclass[0]
          JOIN pg_catalog.pg_attribute AS k ON k.attrelid = i.oid AND k.attnum = 1
          JOIN pg_catalog.pg_type AS e ON e.oid = k.atttypid
          LEFT JOIN pg_catalog.pg_attribute AS a
            ON a.attrelid = x.indrelid AND a.attnum = x.indkey[0] AND a.attnum > 0
         CROSS JOIN LATERAL (
                   SELECT b.oprname
                     FROM pg_catalog.pg_amop AS p
                     JOIN pg_catalog.pg_operator AS b ON b.oid = p.amopopr
                    WHERE p.amopfamily = c.opcfamily
                      AND p.amoppurpose = 'o'
                      AND b.oprleft = b.oprright
                      AND p.amoplefttype = c.opcintype
                    ORDER BY p.amopstrategy
                    LIMIT 1
               ) AS o
         CROSS JOIN LATERAL (
                   WITH RECURSIVE tree AS (
                       SELECT i.oid
                        UNION
                       SELECT h.inhrelid
                         FROM pg_catalog.pg_inherits AS h
                         JOIN tree ON tree.oid = h.inhparent
                   )
                   SELECT sum(p.relpages * pg_catalog.current_setting('block_size')::int8)::int8 AS bytes
                     FROM tree
                     JOIN pg_catalog.pg_class AS p ON p.oid = tree.oid
               ) AS s
         CROSS JOIN LATERAL (
                   SELECT pg_catalog.has_schema_privilege(n.oid, 'USAGE') AS may_use_schema,
                          pg_catalog.has_table_privilege(t.oid, 'SELECT') AS may_read
               ) AS r
         WHERE x.indisvalid
           AND x.indisready
           AND t.relpersistence <> 't'
           AND n.nspname !~ '^(pg_|pgvigil_bench_)'
           AND n.nspname <> 'information_schema'
           AND e.typname IN ('vector', 'halfvec', 'sparsevec', 'bit')
         ORDER BY r.may_use_schema AND r.may_read DESC,
                  s.bytes DESC,
                  n.nspname,
                  i.relname
         LIMIT \(most)
        """
}
