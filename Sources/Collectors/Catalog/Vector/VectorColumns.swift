import Exposition

extension Collector {
    /// Columns of vectors, indexed or not; those of the 500 largest tables with any.
    ///
    /// A column is one of vectors where its type is an extension's that vector indexes take, or where it has
    /// such an index.
    static let vectorColumns = Collector(
        "vector_columns", "Vector columns: type, dimensions, whether indexed, rows, and their tables' size.",
        scope: .database, cost: .fiveMinutes,
        columns: [
            .label("datname"),
            .label("schemaname"),
            .label("relname"),
            .label("attname"),
            .label("type"),
            .label("dimensions"),
            .label("indexed"),
            .info(
                "info", "pg_vector_column_info",
                "What the column holds, and whether a valid vector index is on it, from pg_attribute.",
                by: column + ["type", "dimensions", "indexed"]),
            .gauge(
                "column_rows", "pg_vector_column_rows",
                "Rows of the column's table when last counted, an estimate, from pg_class.", by: column),
            .gauge(
                "dead_rows", "pg_vector_column_dead_rows",
                "Dead rows of the column's table, an estimate; absent on standbys, from pg_stat_all_tables.",
                by: column),
            .gauge(
                "null_ratio", "pg_vector_column_null_ratio",
                "Share of rows without a vector at the last ANALYZE; absent where our role may not read the "
                    + "column, from pg_stats.",
                by: column),
            .gauge(
                "table_size_bytes", "pg_vector_table_size_bytes",
                "Size of the table and its TOAST when VACUUM or ANALYZE last looked, from pg_class.",
                by: ["datname", "schemaname", "relname"]),
        ]
    ) { server in
        """
        WITH \(Phrase.nearestClasses), \(Phrase.nearestIndexes), vector_type AS (
            SELECT DISTINCT opcintype
            FROM nearest_class
            JOIN pg_catalog.pg_depend
              ON classid = 'pg_catalog.pg_type'::regclass AND objid = opcintype AND deptype = 'e'
        ), indexed_column AS (
            SELECT nearest_index.indrelid,
                   pg_depend.refobjsubid AS attnum,
                   pg_catalog.bool_or(pg_index.indisvalid AND pg_index.indisready) AS is_valid
            FROM nearest_index
            JOIN pg_catalog.pg_index ON pg_index.indexrelid = nearest_index.indexrelid
            JOIN pg_catalog.pg_depend
              ON classid = 'pg_catalog.pg_class'::regclass AND objid = nearest_index.indexrelid
             AND refclassid = 'pg_catalog.pg_class'::regclass AND refobjid = nearest_index.indrelid
            WHERE pg_depend.refobjsubid = ANY (pg_index.indkey::int2[]) OR pg_index.indexprs IS NOT NULL
            GROUP BY nearest_index.indrelid, pg_depend.refobjsubid
        ), vector_column AS (
            SELECT attrelid,
                   attname,
                   typname,
                   nullif(atttypmod, -1) AS dimensions,
                   coalesce(is_valid, false) AS is_indexed
            FROM pg_catalog.pg_attribute
            JOIN pg_catalog.pg_type ON pg_type.oid = atttypid
            LEFT JOIN indexed_column ON indrelid = attrelid AND indexed_column.attnum = pg_attribute.attnum
            WHERE pg_attribute.attnum > 0
              AND NOT attisdropped
              AND atttypid IN (SELECT opcintype FROM nearest_class)
              AND (atttypid IN (SELECT opcintype FROM vector_type) OR is_valid IS NOT NULL)
        ), chosen AS (
            SELECT pg_class.oid,
                   nspname,
                   relname,
                   relkind = 'p' AS is_parent,
                   CASE WHEN relkind <> 'p' AND \(Phrase.isCounted("pg_class", on: server)) THEN reltuples END
                       AS table_rows,
                   relpages,
                   reltoastrelid
            FROM pg_catalog.pg_class
            JOIN pg_catalog.pg_namespace ON pg_namespace.oid = relnamespace
            WHERE relkind IN ('r', 'm', 'p')
              AND relpersistence <> 't'
              AND EXISTS (SELECT 1 FROM vector_column WHERE attrelid = pg_class.oid)
            ORDER BY relkind = 'p' DESC, relpages DESC, pg_class.oid
            LIMIT 500
        )
        SELECT pg_catalog.current_database() AS datname,
               nspname AS schemaname,
               relname,
               attname,
               typname AS type,
               dimensions,
               is_indexed::text AS indexed,
               1 AS info,
               NULL::real AS column_rows,
               NULL::bigint AS dead_rows,
               NULL::real AS null_ratio,
               NULL::bigint AS table_size_bytes
        FROM chosen
        JOIN vector_column ON attrelid = oid
        UNION ALL
        SELECT pg_catalog.current_database(), nspname, relname, attname, NULL, NULL, NULL, NULL,
               table_rows,
               CASE WHEN NOT is_parent AND NOT pg_catalog.pg_is_in_recovery()
                    THEN pg_catalog.pg_stat_get_dead_tuples(oid) END,
               CASE WHEN NOT is_parent THEN (
                   SELECT null_frac
                   FROM pg_catalog.pg_stats
                   WHERE pg_stats.schemaname = nspname AND tablename = relname
                     AND pg_stats.attname = vector_column.attname AND NOT inherited) END,
               NULL
        FROM chosen
        JOIN vector_column ON attrelid = oid
        UNION ALL
        SELECT pg_catalog.current_database(), nspname, chosen.relname,
               NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
               \(Phrase.bytes(ofPages: pages))
        FROM chosen
        LEFT JOIN pg_catalog.pg_class AS toast ON toast.oid = chosen.reltoastrelid
        LEFT JOIN pg_catalog.pg_index ON pg_index.indrelid = toast.oid
        LEFT JOIN pg_catalog.pg_class AS toast_index ON toast_index.oid = pg_index.indexrelid
        WHERE table_rows IS NOT NULL
          AND NOT (coalesce(toast.relpages, 0) = 0
                   AND coalesce(pg_catalog.pg_stat_get_tuples_inserted(toast.oid), 0) > 0)
        """
    }
}

private let pages = "chosen.relpages + coalesce(toast.relpages + toast_index.relpages, 0)"

private let column = ["datname", "schemaname", "relname", "attname"]
