import Postgres

/// A table or partition with pages of its own.
struct Heap: Sendable, Equatable {
    let oid: Int64
    let schema: String
    let name: String
    let pages: Int
    /// The most rows that a page has room for (`MaxHeapTuplesPerPage`).
    let mostLines: Int
    /// Whether the role may name it; else it is read by way of the table that it is a part of.
    let isReadable: Bool

    init?(_ rows: borrowing Rows, _ row: Int) {
        guard let oid = rows.integer(row, "oid"), let schema = rows.text(row, "nspname"),
            let name = rows.text(row, "relname"), let blockSize = rows.integer(row, "block_size"),
            let bytes = rows.integer(row, "bytes")
        else { return nil }
        self.oid = oid
        self.schema = schema
        self.name = name
        pages = Int(bytes / blockSize)
        mostLines = Int((blockSize - 24) / 28)
        isReadable = rows.isTrue(row, "is_readable")
    }

    /// None where the role may read only some columns, for then it may not ask where a row is.
    static let sql = """
        /* pgvigil search heaps */
        WITH RECURSIVE \(Catalogue.tree)
        SELECT c.oid::int8 AS oid,
               n.nspname,
               c.relname,
               pg_catalog.pg_relation_size(c.oid) AS bytes,
               pg_catalog.current_setting('block_size')::int8 AS block_size,
               pg_catalog.has_table_privilege(c.oid, 'SELECT')
                   AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AS is_readable
          FROM tree
          JOIN pg_catalog.pg_class AS c ON c.oid = tree.oid AND c.relkind IN ('r', 'm')
          JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
         WHERE pg_catalog.has_table_privilege($1::oid, 'SELECT')
         ORDER BY c.oid
        """
}
