/// Statements that read. Vectors are cosine's, and all names say where they come from.
extension Operation {
    static func search(_ tables: Tables, rows: Int, isHot: Bool = false) -> Operation {
        Operation(
            sql: """
                /* pgvigil bench search */
                SELECT id,
                       title,
                       embedding \(tables.distance) $1::\(tables.vector) AS distance
                FROM \(tables.documents)
                ORDER BY embedding \(tables.distance) $1::\(tables.vector)
                LIMIT \(rows)
                """, expectedRows: rows
        ) { draw in [isHot ? draw.hotQuery() : draw.query()] }
    }

    static func crossNamespaceSearch(_ tables: Tables) -> Operation {
        Operation(
            sql: """
                /* pgvigil bench cross-namespace */
                SELECT id,
                       namespace,
                       title,
                       embedding \(tables.distance) $1::\(tables.vector) AS distance
                FROM \(tables.documents)
                WHERE namespace = ANY ($2::int[])
                ORDER BY embedding \(tables.distance) $1::\(tables.vector)
                LIMIT 10
                """, expectedRows: 10
        ) { draw in [draw.query(), draw.someNamespaces()] }
    }

    static func crossShardSearch(_ tables: Tables) -> Operation {
        let parts = tables.shards.map { shard in
            """
            (SELECT id,
                    title,
                    embedding \(tables.distance) $1::\(tables.vector) AS distance
             FROM \(shard)
             ORDER BY embedding \(tables.distance) $1::\(tables.vector)
             LIMIT 10)
            """
        }
        return Operation(
            sql: """
                /* pgvigil bench cross-shard */
                \(parts.joined(separator: "\nUNION ALL\n"))
                ORDER BY distance
                LIMIT 10
                """, expectedRows: 10
        ) { draw in [draw.query()] }
    }

    /// Ten searches in one statement.
    static func batchSearch(_ tables: Tables) -> Operation {
        Operation(
            sql: """
                /* pgvigil bench batch-search */
                SELECT queries.number,
                       found.id,
                       found.distance
                FROM pg_catalog.unnest($1::\(tables.vector)[]) WITH ORDINALITY AS queries (vector, number)
                CROSS JOIN LATERAL (
                    SELECT id,
                           embedding \(tables.distance) queries.vector AS distance
                    FROM \(tables.documents)
                    ORDER BY embedding \(tables.distance) queries.vector
                    LIMIT 10
                ) AS found
                """, expectedRows: 100
        ) { draw in [draw.array(of: 10) { $0.query() }] }
    }

    static func lookup(_ tables: Tables) -> Operation {
        Operation(
            sql: """
                /* pgvigil bench lookup */
                SELECT id,
                       namespace,
                       created_at,
                       title,
                       body
                FROM \(tables.documents)
                WHERE id = $1::bigint
                """, expectedRows: 1
        ) { draw in [draw.key()] }
    }

    /// How many rows a namespace has is left to chance.
    static func list(_ tables: Tables) -> Operation {
        Operation(
            sql: """
                /* pgvigil bench list */
                SELECT id,
                       created_at,
                       title
                FROM \(tables.documents)
                WHERE namespace = $1::int
                ORDER BY created_at DESC
                LIMIT 100
                """
        ) { draw in [draw.namespace()] }
    }
}
