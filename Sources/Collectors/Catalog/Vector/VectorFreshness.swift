import Exposition
import Postgres
import SQL

extension Collector {
    /// As the catalogue has it: of no columns, until the settings name some.
    static let vectorFreshness = vectorFreshness(of: [])

    /// Rows that wait for their vector in columns that the operator names, each in its own database.
    ///
    /// A column is read until 100,000 such rows are found, in a second at most, which a partial index
    /// `WHERE column IS NULL` makes easy. Columns that are not there, or not readable, are left out.
    package static func vectorFreshness(of columns: [EmbeddedColumn]) -> Collector {
        Collector(
            "vector_freshness", "Rows without a vector, and how old they are, of columns that settings name.",
            scope: .database, cost: .fiveMinutes,
            columns: [
                .label("datname"),
                .label("schemaname"),
                .label("relname"),
                .label("attname"),
                .gauge(
                    "unembedded_rows", "pg_vector_column_unembedded_rows",
                    "Rows without a vector, where 100,000 stands for so many or more, from the table itself; "
                        + "pg_stats may be old."),
                .gauge(
                    "unembedded_age_seconds", "pg_vector_column_unembedded_age_seconds",
                    "Age of the oldest of them, 0 where there are none; absent where the settings name no "
                        + "column for it, from the table itself; pg_stats has no ages."),
            ],
            preparation: { _ in preparation(columns) },
            sql: { _, part in
                """
                SELECT pg_catalog.current_database() AS datname,
                       \(part["schemaname"]) AS schemaname,
                       \(part["relname"]) AS relname,
                       \(part["attname"]) AS attname,
                       count(*) AS unembedded_rows,
                       CASE WHEN \(part["has_age"])
                            THEN coalesce(\(Phrase.age(since: "min(created_at)")), 0) END
                           AS unembedded_age_seconds
                FROM (SELECT \(part["created_at"])::timestamptz AS created_at
                      FROM \(part["relation"])
                      WHERE \(part["vector"]) IS NULL
                      LIMIT 100000) AS unembedded
                """
            })
    }

    private static func preparation(_ columns: [EmbeddedColumn]) -> String {
        let none = "(NULL, NULL, NULL, NULL, NULL)"
        let named = columns.map { column in
            let words = [column.database, column.schema, column.table, column.column].map(\.quotedLiteral)
            return "(\((words + [column.createdAt?.quotedLiteral ?? "NULL"]).joined(separator: ", ")))"
        }
        return """
            SELECT pg_catalog.quote_literal(nspname) AS schemaname,
                   pg_catalog.quote_literal(relname) AS relname,
                   pg_catalog.quote_literal(embedded.attname) AS attname,
                   pg_catalog.format('%I.%I', nspname, relname) AS relation,
                   pg_catalog.quote_ident(embedded.attname) AS vector,
                   pg_catalog.quote_ident(made.attname) AS created_at,
                   (made.attname IS NOT NULL)::text AS has_age
            FROM (VALUES \((named.isEmpty ? [none] : named).joined(separator: ", ")))
                AS named (database_name, schema_name, table_name, column_name, made_name)
            JOIN pg_catalog.pg_namespace ON nspname = schema_name
            JOIN pg_catalog.pg_class ON relnamespace = pg_namespace.oid AND relname = table_name
            JOIN pg_catalog.pg_attribute AS embedded
              ON embedded.attrelid = pg_class.oid AND embedded.attname = column_name
             AND embedded.attnum > 0 AND NOT embedded.attisdropped
            LEFT JOIN pg_catalog.pg_attribute AS made
              ON made.attrelid = pg_class.oid AND made.attname = made_name
             AND made.attnum > 0 AND NOT made.attisdropped
             AND made.atttypid IN ('timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype)
             AND pg_catalog.has_column_privilege(pg_class.oid, made.attnum, 'SELECT')
            WHERE database_name = pg_catalog.current_database()
              AND relkind IN ('r', 'm', 'p')
              AND pg_catalog.has_schema_privilege(pg_namespace.oid, 'USAGE')
              AND pg_catalog.has_column_privilege(pg_class.oid, embedded.attnum, 'SELECT')
            """
    }
}
