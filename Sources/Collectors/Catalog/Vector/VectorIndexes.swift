import Exposition

extension Collector {
    /// What there is of indexes that find nearest neighbours, and what they are used for; the 500 largest.
    ///
    /// Sizes are what VACUUM, ANALYZE or CREATE INDEX last saw: to look at files takes a lock.
    static let vectorIndexes = Collector(
        "vector_indexes", "Vector indexes: options, size, rows, validity, coverage and use.",
        scope: .database, cost: .minute,
        columns: [
            .label("datname"),
            .label("schemaname"),
            .label("relname"),
            .label("indexrelname"),
            .label("access_method"),
            .label("opclass"),
            .label("operators"),
            .label("element_type"),
            .label("dimensions"),
            .label("partial"),
            .label("expression"),
            .label("option"),
            .info(
                "info", "pg_vector_index_info", "What the index is made of, from pg_index and pg_opclass.",
                by: index + [
                    "access_method", "opclass", "operators", "element_type", "dimensions", "partial",
                    "expression",
                ]),
            .gauge(
                "option_value", "pg_vector_index_option",
                "Storage parameters that are numbers; defaults of hnsw and ivfflat too, from pg_class.",
                by: index + ["option"]),
            .gauge(
                "size_bytes", "pg_vector_index_size_bytes",
                "Size when last looked at by VACUUM, ANALYZE or CREATE INDEX, from pg_class.", by: index),
            .gauge(
                "index_rows", "pg_vector_index_rows",
                "Rows in the index when last counted, an estimate; ANALYZE counts those without a vector "
                    + "too, from pg_class.",
                by: index),
            .gauge(
                "valid", "pg_vector_index_valid", "1 where searches may use the index, from pg_index.",
                by: index),
            .gauge(
                "uncovered_rows", "pg_vector_index_uncovered_rows",
                "Rows with a vector that the index lacks, an estimate: all where it is invalid; absent where "
                    + "table and index were counted at different times, for partial and expression indexes, "
                    + "and where our role may not read the column, from pg_class.",
                by: index),
            .counter(
                "scans", "pg_vector_index_scans_total", "Searches by the index, from pg_stat_all_indexes.",
                by: index),
            .counter(
                "returned_rows", "pg_vector_index_returned_rows_total",
                "Rows that searches by the index returned, from pg_stat_all_indexes.", by: index),
            .counter(
                "hit_blocks", "pg_vector_index_hit_blocks_total",
                "Index blocks found in shared buffers, from pg_statio_all_indexes.", by: index),
            .counter(
                "read_blocks", "pg_vector_index_read_blocks_total",
                "Index blocks read from outside shared buffers, from pg_statio_all_indexes.", by: index),
            .gauge(
                "recommended_lists", "pg_vector_index_recommended_lists",
                "Lists that pgvector recommends for so many rows, of ivfflat, from pg_class.", by: index),
        ]
    ) { server in
        """
        WITH \(Phrase.nearestClasses), \(Phrase.nearestIndexes), chosen AS (
            SELECT schema.nspname,
                   relation.relname,
                   indexed.relname AS indexrelname,
                   nearest_index.indexrelid,
                   nearest_index.amname,
                   nearest_index.opcname,
                   nearest_index.operators,
                   key.atttypid,
                   nullif(key.atttypmod, -1) AS dimensions,
                   pg_index.indpred IS NOT NULL AS is_partial,
                   pg_index.indexprs IS NOT NULL AS is_expression,
                   pg_index.indisvalid AND pg_index.indisready AND pg_index.indislive AS is_valid,
                   indexed.relkind = 'I' AS is_parent,
                   indexed.reloptions,
                   indexed.relpages,
                   CASE WHEN indexed.relkind <> 'I' AND indexed.reltuples >= 0 THEN indexed.reltuples END
                       AS index_rows,
                   CASE WHEN indexed.relkind <> 'I' AND \(Phrase.isCounted("relation", on: server))
                        THEN relation.reltuples END AS table_rows,
                   nearest_index.indrelid,
                   column_of_table.attname
            FROM nearest_index
            JOIN pg_catalog.pg_index ON pg_index.indexrelid = nearest_index.indexrelid
            JOIN pg_catalog.pg_class AS indexed ON indexed.oid = nearest_index.indexrelid
            JOIN pg_catalog.pg_class AS relation ON relation.oid = nearest_index.indrelid
            JOIN pg_catalog.pg_namespace AS schema ON schema.oid = relation.relnamespace
            JOIN pg_catalog.pg_attribute AS key ON key.attrelid = indexed.oid AND key.attnum = 1
            LEFT JOIN pg_catalog.pg_attribute AS column_of_table
              ON column_of_table.attrelid = relation.oid AND column_of_table.attnum = pg_index.indkey[0]
            ORDER BY is_parent DESC, indexed.relpages DESC, indexed.oid
            LIMIT 500
        ), covering AS (
            SELECT indexrelid,
                   greatest(0, pg_catalog.round(
                       table_rows * (1 - null_frac) - CASE WHEN is_valid THEN index_rows ELSE 0 END))
                       AS uncovered_rows
            FROM chosen
            CROSS JOIN LATERAL (
                SELECT null_frac
                FROM pg_catalog.pg_stats
                WHERE schemaname = nspname AND tablename = relname AND pg_stats.attname = chosen.attname
                  AND NOT inherited
            ) AS statistics
            WHERE NOT is_partial AND NOT is_expression
              AND table_rows IS NOT NULL
              AND (NOT is_valid OR NOT pg_catalog.pg_is_in_recovery()
                                   AND \(Phrase.isCountedWithIndexes(table: "indrelid")))
        )
        SELECT pg_catalog.current_database() AS datname,
               nspname AS schemaname,
               relname,
               indexrelname,
               amname AS access_method,
               opcname AS opclass,
               operators,
               (SELECT typname FROM pg_catalog.pg_type WHERE oid = atttypid) AS element_type,
               dimensions,
               is_partial::text AS partial,
               is_expression::text AS expression,
               NULL::text AS option,
               1 AS info,
               NULL::numeric AS option_value,
               NULL::bigint AS size_bytes,
               NULL::real AS index_rows,
               NULL::boolean AS valid,
               NULL::double precision AS uncovered_rows,
               NULL::bigint AS scans,
               NULL::bigint AS returned_rows,
               NULL::bigint AS hit_blocks,
               NULL::bigint AS read_blocks,
               NULL::double precision AS recommended_lists
        FROM chosen
        UNION ALL
        SELECT pg_catalog.current_database(), nspname, relname, indexrelname,
               NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
               CASE WHEN NOT is_parent THEN \(Phrase.bytes(ofPages: "relpages")) END,
               index_rows,
               is_valid,
               uncovered_rows,
               CASE WHEN NOT is_parent THEN pg_catalog.pg_stat_get_numscans(indexrelid) END,
               CASE WHEN NOT is_parent THEN pg_catalog.pg_stat_get_tuples_returned(indexrelid) END,
               CASE WHEN NOT is_parent THEN pg_catalog.pg_stat_get_blocks_hit(indexrelid) END,
               CASE WHEN NOT is_parent THEN pg_catalog.pg_stat_get_blocks_fetched(indexrelid)
                                            - pg_catalog.pg_stat_get_blocks_hit(indexrelid) END,
               CASE WHEN amname = 'ivfflat' AND searched_rows IS NOT NULL
                    THEN greatest(1, pg_catalog.ceil(CASE WHEN searched_rows <= 1000000
                                                          THEN searched_rows / 1000
                                                          ELSE pg_catalog.sqrt(searched_rows) END)) END
        FROM chosen
        LEFT JOIN covering USING (indexrelid)
        CROSS JOIN LATERAL (
            SELECT CASE WHEN is_partial THEN index_rows ELSE table_rows END AS searched_rows
        ) AS searched
        UNION ALL
        \(options)
        """
    }
}

/// A row for each option of each index.
private let options = """
    SELECT pg_catalog.current_database(), nspname, relname, indexrelname,
           NULL, NULL, NULL, NULL, NULL, NULL, NULL,
           option_name, NULL, option_value::numeric,
           NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM chosen
    CROSS JOIN LATERAL (
        SELECT coalesce(given.option_name, usual.option_name) AS option_name,
               coalesce(given.option_value, usual.option_value) AS option_value
        FROM pg_catalog.pg_options_to_table(reloptions) AS given
        FULL JOIN (
            SELECT option_name,
                   option_value
            FROM (VALUES ('hnsw', 'm', '16'), ('hnsw', 'ef_construction', '64'),
                         ('ivfflat', 'lists', '100')) AS known (known_of, option_name, option_value)
            WHERE known_of = amname
        ) AS usual ON usual.option_name = given.option_name
    ) AS option
    WHERE option_value ~ '^-?[0-9]+([.][0-9]+)?$'
    """

private let index = ["datname", "schemaname", "relname", "indexrelname"]
