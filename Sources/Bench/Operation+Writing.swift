/// Statements that write, into tables of the bench's own.
extension Operation {
    /// What an application does when a document was edited: it gets a new embedding.
    static func update(_ tables: Tables) -> Operation {
        Operation(
            sql: """
                /* pgvigil bench update */
                UPDATE \(tables.documents)
                SET title = $2,
                    embedding = $3::\(tables.vector)
                WHERE id = $1::bigint
                """, writtenRows: 1
        ) { draw in [draw.key(), "Document \(draw.number(below: 1_000_000))", draw.vector()] }
    }

    static func insert(_ tables: Tables) -> Operation {
        Operation(
            sql: """
                /* pgvigil bench insert */
                INSERT INTO \(tables.documents) (namespace, title, body, embedding)
                VALUES ($1::int, $2, $3, $4::\(tables.vector))
                """, writtenRows: 1
        ) { draw in
            let number = draw.number(below: 1_000_000)
            return [
                draw.namespace(), "Document \(number)", String(repeating: "text \(number) ", count: 40),
                draw.vector(),
            ]
        }
    }

    static func bulkInsert(_ tables: Tables, rows: Int = 100) -> Operation {
        Operation(
            sql: """
                /* pgvigil bench bulk-insert */
                INSERT INTO \(tables.documents) (namespace, title, body, embedding)
                SELECT $1::int,
                       'Document',
                       pg_catalog.repeat('text ', 100),
                       new.embedding
                FROM pg_catalog.unnest($2::\(tables.vector)[]) AS new (embedding)
                """, writtenRows: rows
        ) { draw in [draw.namespace(), draw.array(of: rows) { $0.vector() }] }
    }
}
