import Exposition

extension Collector {
    /// What rows drawn at random say of their vectors, in the 20 largest columns that our role may read.
    ///
    /// Two thousand places are drawn in a table, of which those that hold a row make the sample; small tables
    /// are read whole.
    static let vectorSamples = Collector(
        "vector_samples", "Vectors drawn at random: zero, repeated, of different dimensions.",
        scope: .database, cost: .hour,
        columns: [
            .label("datname"),
            .label("schemaname"),
            .label("relname"),
            .label("attname"),
            .gauge(
                "sampled_rows", "pg_vector_column_sampled_rows",
                "Vectors in the sample, from the table itself; pg_stats holds no vectors."),
            .gauge(
                "zero_vectors_ratio", "pg_vector_column_zero_vectors_ratio",
                "Share of sampled vectors that are zero, which cosine searches never find; not in pg_stats."
            ),
            .gauge(
                "dimension_values", "pg_vector_column_dimension_values",
                "How many different numbers of dimensions sampled vectors have; not in pg_stats."),
            .gauge(
                "duplicates_ratio", "pg_vector_column_duplicates_ratio",
                "Share of sampled vectors that repeat another one of the sample; not in pg_stats."),
        ],
        preparation: { server in
            // Places are drawn from twice as many as a page has rows: rows that are gone leave theirs behind.
            """
            SELECT pg_catalog.quote_literal(relation_schema.nspname) AS schemaname,
                   pg_catalog.quote_literal(relname) AS relname,
                   pg_catalog.quote_literal(attname) AS attname,
                   pg_catalog.format('%I.%I', relation_schema.nspname, relname) AS relation,
                   pg_catalog.quote_ident(attname) AS vector,
                   pg_catalog.format(CASE typname WHEN 'vector' THEN '%I.vector_norm(vector)'
                                                  ELSE '%I.l2_norm(vector)' END,
                                     extension_schema.nspname) AS norm,
                   pg_catalog.format(CASE typname WHEN 'sparsevec'
                                                  THEN 'pg_catalog.split_part(vector::text, ''/'', 2)'
                                                  ELSE '%I.vector_dims(vector)' END,
                                     extension_schema.nspname) AS dimensions,
                   CASE WHEN \(Phrase.isCounted("pg_class", on: server)) AND reltuples > 1000 AND relpages > 0
                        THEN pg_catalog.format(
                            'ctid = ANY (ARRAY(SELECT pg_catalog.format(''(%%s,%%s)'','
                                || ' pg_catalog.floor(%s * pg_catalog.random()),'
                                || ' 1 + pg_catalog.floor(%s * pg_catalog.random()))::tid'
                                || ' FROM pg_catalog.generate_series(1, 2000)))',
                            relpages, least(291, pg_catalog.ceil(2 * reltuples / relpages)))
                        ELSE 'true' END AS chosen
            FROM pg_catalog.pg_extension
            JOIN pg_catalog.pg_namespace AS extension_schema ON extension_schema.oid = extnamespace
            JOIN pg_catalog.pg_type
              ON typnamespace = extnamespace AND typname IN ('vector', 'halfvec', 'sparsevec')
            JOIN pg_catalog.pg_attribute ON atttypid = pg_type.oid AND attnum > 0 AND NOT attisdropped
            JOIN pg_catalog.pg_class ON pg_class.oid = attrelid
            JOIN pg_catalog.pg_namespace AS relation_schema ON relation_schema.oid = relnamespace
            WHERE extname = 'vector'
              AND relkind IN ('r', 'm')
              AND relpersistence <> 't'
              AND (relpersistence = 'p' OR NOT pg_catalog.pg_is_in_recovery())
              AND relispopulated
              AND pg_catalog.has_schema_privilege(extension_schema.oid, 'USAGE')
              AND pg_catalog.has_schema_privilege(relation_schema.oid, 'USAGE')
              AND pg_catalog.has_table_privilege(attrelid, 'SELECT')
              AND NOT pg_catalog.row_security_active(attrelid)
            ORDER BY relpages DESC, attrelid, attnum
            LIMIT 20
            """
        },
        sql: { _, part in
            """
            SELECT pg_catalog.current_database() AS datname,
                   \(part["schemaname"]) AS schemaname,
                   \(part["relname"]) AS relname,
                   \(part["attname"]) AS attname,
                   count(vector) AS sampled_rows,
                   count(vector) FILTER (WHERE norm = 0)::double precision / nullif(count(vector), 0)
                       AS zero_vectors_ratio,
                   nullif(count(DISTINCT dimensions), 0) AS dimension_values,
                   1 - count(DISTINCT vector)::double precision / nullif(count(vector), 0) AS duplicates_ratio
            FROM (SELECT \(part["vector"]) AS vector
                  FROM \(part["relation"])
                  WHERE \(part["chosen"])
                  LIMIT 1000) AS sample
            CROSS JOIN LATERAL (
                SELECT \(part["norm"]) AS norm,
                       \(part["dimensions"]) AS dimensions
            ) AS measured
            """
        })
}
