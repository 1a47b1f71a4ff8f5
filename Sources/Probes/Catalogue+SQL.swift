extension Catalogue {
    /// Always one row.
    ///
    /// Other extensions than pgvector bring the same names of types and operators.
    static let tableSQL = """
        /* pgvigil search table */
        WITH extension AS (
            SELECT n.oid,
                   n.nspname
              FROM pg_catalog.pg_extension AS e
              JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace
             WHERE e.extname IN ('vector', 'vectors', 'ruvector')
             ORDER BY e.extname <> 'vector',
                      e.extname
             LIMIT 1
        ), relation AS (
            SELECT c.oid,
                   c.relkind,
                   c.relhassubclass,
                   n.oid AS namespace
              FROM pg_catalog.pg_class AS c
              JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
             WHERE n.nspname = $1
               AND c.relname = $2
        )
        SELECT e.nspname AS extension_schema,
               pg_catalog.has_schema_privilege(e.oid, 'USAGE') AS may_use_extension,
               pg_catalog.has_schema_privilege(r.namespace, 'USAGE') AS may_use_schema,
               r.oid::int8 AS oid,
               r.relkind,
               r.relhassubclass
          FROM (VALUES (1)) AS one
          LEFT JOIN extension AS e ON true
          LEFT JOIN relation AS r ON true
        """

    /// A domain counts as the type that it is over.
    static let columnsSQL = """
        /* pgvigil search columns */
        SELECT a.attname,
               b.oid::int8 AS type,
               b.typname,
               n.nspname,
               CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END AS typmod,
               pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'SELECT') AS may_read,
               pg_catalog.array_position(x.indkey::int2[], a.attnum) + 1 AS key_position
          FROM pg_catalog.pg_attribute AS a
          JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
          JOIN pg_catalog.pg_type AS b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
          JOIN pg_catalog.pg_namespace AS n ON n.oid = b.typnamespace
          LEFT JOIN pg_catalog.pg_index AS x ON x.indrelid = a.attrelid AND x.indisprimary AND x.indisvalid
         WHERE a.attrelid = $1::oid
           AND NOT a.attisdropped
           AND (a.attnum > 0 OR a.attname IN ('ctid', 'tableoid'))
         ORDER BY a.attnum
        """

    static let operatorsSQL = """
        /* pgvigil search operators */
        SELECT o.oid::int8 AS oid,
               o.oprname,
               o.oprleft::int8 AS type,
               n.nspname,
               pg_catalog.has_schema_privilege(n.oid, 'USAGE') AS may_use
          FROM pg_catalog.pg_operator AS o
          JOIN pg_catalog.pg_namespace AS n ON n.oid = o.oprnamespace
         WHERE o.oprname = ANY ($1::name[])
           AND o.oprleft = ANY ($2::oid[])
           AND o.oprright = o.oprleft
         ORDER BY o.oid
        """

    /// All that lies below a table: partitions, and tables that inherit from it.
    static let tree = """
        tree AS (
            SELECT $1::oid AS oid
             UNION
            SELECT h.inhrelid
              FROM pg_catalog.pg_inherits AS h
              JOIN tree ON tree.oid = h.inhparent
        )
        """

    /// Only what neither VACUUM nor ANALYZE has seen is measured, which locks it for a moment.
    static let storageSQL = """
        /* pgvigil search storage */
        WITH RECURSIVE \(tree)
        SELECT sum(CASE WHEN c.relkind = 'p' THEN 0
                        ELSE greatest(c.reltuples, 0) END::float8) AS estimated_rows,
               sum(CASE WHEN c.relpages > 0 OR c.relkind NOT IN ('r', 'm')
                        THEN c.relpages * s.block_size
                        ELSE coalesce(pg_catalog.pg_relation_size(c.oid), 0) END
                   + CASE WHEN t.relpages > 0 OR t.oid IS NULL
                          THEN coalesce(t.relpages, 0) * s.block_size
                          ELSE coalesce(pg_catalog.pg_relation_size(t.oid), 0) END)::int8 AS bytes,
               pg_catalog.string_agg(c.oid || ':' || c.relfilenode, ',' ORDER BY c.oid) AS file_nodes
          FROM tree
          JOIN pg_catalog.pg_class AS c ON c.oid = tree.oid
          LEFT JOIN pg_catalog.pg_class AS t ON t.oid = c.reltoastrelid
         CROSS JOIN (VALUES (pg_catalog.current_setting('block_size')::int8)) AS s (block_size)
        """
}
