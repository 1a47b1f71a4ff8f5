import Collectors
import Postgres
import SQL
import Settings

/// Whether the columns whose rows without a vector are counted are there, and may be read.
///
/// The collector itself leaves out what is not: an application may not have made it yet.
struct VectorColumnCheck {
    private let column: Settings.VectorColumn
    private let table: String

    init(_ column: Settings.VectorColumn) {
        self.column = column
        table = "\(column.schema).\(column.table)"
    }

    /// nil where all is well; in the column's database.
    func fault(
        for role: String, on connection: inout Connection, by deadline: Deadline
    ) throws(PostgresError) -> (reason: String, remedy: String)? {
        let says = try connection.transaction(set: [], by: deadline) { connection throws(PostgresError) in
            let rows = try connection.query(
                Self.sql, with: [column.schema, column.table, column.column, column.createdAt], by: deadline)
            return (0..<rows.columns.count).map { rows.truth(row: 0, column: $0) == true }
        }
        let (place, owner) = ("of database \(column.database)", role.quotedIdentifier)
        guard says[0] else {
            return (
                "there is no table \(table) \(place)", "check database, schema and table in vector_columns"
            )
        }
        guard says[1] else {
            return (
                "may not read in schema \(column.schema) \(place)",
                "GRANT USAGE ON SCHEMA \(column.schema.quotedIdentifier) TO \(owner);"
            )
        }
        guard says[2] else { return missing(column.column, place, key: "column") }
        guard says[3] else { return unreadable(column.column, place, owner) }
        guard let createdAt = column.createdAt else { return nil }
        guard says[4] else { return missing(createdAt, place, key: "created_at") }
        guard says[5] else {
            return (
                "\(table).\(createdAt) \(place) is no timestamp or date",
                "name another column with created_at in vector_columns, or none"
            )
        }
        return says[6] ? nil : unreadable(createdAt, place, owner)
    }

    private func missing(_ name: String, _ place: String, key: String) -> (reason: String, remedy: String) {
        ("\(table) \(place) has no column \(name)", "check \(key) in vector_columns")
    }

    private func unreadable(_ name: String, _ place: String, _ role: String)
        -> (reason: String, remedy: String)
    {
        let relation = "\(column.schema.quotedIdentifier).\(column.table.quotedIdentifier)"
        return (
            "may not read \(table).\(name) \(place)",
            "GRANT SELECT (\(name.quotedIdentifier)) ON \(relation) TO \(role);"
        )
    }

    private static let sql = """
        /* pgvigil check vector column */
        SELECT pg_class.oid IS NOT NULL AS has_table,
               pg_catalog.has_schema_privilege(pg_namespace.oid, 'USAGE') AS may_use_schema,
               embedded.attnum IS NOT NULL AS has_column,
               pg_catalog.has_column_privilege(pg_class.oid, embedded.attnum, 'SELECT') AS may_read_column,
               made.attnum IS NOT NULL AS has_made,
               made.atttypid IN ('timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype) AS is_time,
               pg_catalog.has_column_privilege(pg_class.oid, made.attnum, 'SELECT') AS may_read_made
        FROM (SELECT $1::text AS schema_name,
                     $2::text AS table_name,
                     $3::text AS column_name,
                     $4::text AS made_name) AS named
        LEFT JOIN pg_catalog.pg_namespace ON nspname = schema_name
        LEFT JOIN pg_catalog.pg_class
          ON relnamespace = pg_namespace.oid AND relname = table_name AND relkind IN ('r', 'm', 'p')
        LEFT JOIN pg_catalog.pg_attribute AS embedded
          ON embedded.attrelid = pg_class.oid AND embedded.attname = column_name
         AND embedded.attnum > 0 AND NOT embedded.attisdropped
        LEFT JOIN pg_catalog.pg_attribute AS made
          ON made.attrelid = pg_class.oid AND made.attname = made_name
         AND made.attnum > 0 AND NOT made.attisdropped
        """
}
