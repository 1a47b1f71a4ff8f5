import Exposition
import Postgres

extension Collector {
    /// What the application's own searches cost and return, where pg_stat_statements is in the same database.
    ///
    /// A search is a SELECT whose text has one of the database's vector operators behind its first ORDER BY.
    /// Texts are not parsed: other types' operators of the same name, and ones in a subquery, count too.
    static let vectorStatements = Collector(
        "vector_statements", "The application's vector searches: calls, time and rows by user and operator.",
        scope: .database, cost: .minute, requires: [.readAllStats], duplicates: .sum,
        columns: [
            .label("datname"),
            .label("usename"),
            .label("operator"),
            .epoch("server_start"),
            .entry("entry"),
            .counter(
                "calls", "pg_vector_statement_calls_total",
                "Vector searches since the daemon began to count, from pg_stat_statements."),
            .counter(
                "seconds", "pg_vector_statement_seconds_total",
                "Time spent executing vector searches, from pg_stat_statements."),
            .counter(
                "statement_rows", "pg_vector_statement_rows_total",
                "Rows that vector searches returned, from pg_stat_statements."),
        ],
        preparation: { _ in
            // Where the library is not preloaded the view only raises errors, and has no setting.
            #"""
            WITH \#(Phrase.nearestClasses)
            SELECT pg_catalog.format('%I.%I', nspname, pg_class.relname) AS statements,
                   CASE WHEN EXISTS (SELECT 1 FROM pg_catalog.pg_attribute
                                     WHERE attrelid = pg_class.oid AND attname = 'total_exec_time')
                        THEN 'total_exec_time' ELSE 'total_time' END AS total,
                   (SELECT pg_catalog.string_agg(CASE attname WHEN 'stats_since'
                                                              THEN 'extract(epoch FROM stats_since)'
                                                              ELSE attname END, ', ' ORDER BY attname)
                    FROM pg_catalog.pg_attribute
                    WHERE attrelid = pg_class.oid
                      AND attname IN ('userid', 'queryid', 'toplevel', 'stats_since')) AS identity,
                   (SELECT pg_catalog.quote_literal(pg_catalog.string_agg(DISTINCT
                               pg_catalog.regexp_replace(operator, '([^[:alnum:]])', '\\\1', 'g'), '|'))
                    FROM nearest_class
                    CROSS JOIN pg_catalog.unnest(pg_catalog.string_to_array(operators, ',')) AS operator)
                       AS operators
            FROM pg_catalog.pg_extension
            JOIN pg_catalog.pg_namespace ON pg_namespace.oid = extnamespace
            JOIN pg_catalog.pg_class ON relnamespace = pg_namespace.oid AND pg_class.relname = extname
            WHERE extname = 'pg_stat_statements'
              AND pg_catalog.current_setting('pg_stat_statements.max', true) IS NOT NULL
              AND pg_catalog.has_schema_privilege(pg_namespace.oid, 'USAGE')
              AND pg_catalog.has_table_privilege(pg_class.oid, 'SELECT')
              AND EXISTS (SELECT 1 FROM nearest_class)
            """#
        },
        sql: { server, part in
            // The row without an entry says that there are no others. Our own searches begin with our
            // comment, which pg_stat_statements drops from PostgreSQL 18 on: there our role's are ours.
            #"""
            SELECT pg_catalog.current_database() AS datname,
                   usename,
                   operator,
                   extract(epoch FROM pg_catalog.pg_postmaster_start_time()) AS server_start,
                   entry,
                   calls,
                   seconds,
                   statement_rows
            FROM (SELECT 1 AS one) AS always
            LEFT JOIN (
                SELECT pg_roles.rolname AS usename,
                       operator[1] AS operator,
                       pg_catalog.concat_ws(' ', \#(part["identity"])) AS entry,
                       calls,
                       \#(part["total"]) / 1000 AS seconds,
                       rows AS statement_rows
                FROM \#(part["statements"]) AS statement
                LEFT JOIN pg_catalog.pg_roles ON pg_roles.oid = userid
                CROSS JOIN LATERAL pg_catalog.regexp_match(
                    query,
                    'order\s+?by\M.*?(?<![-+*/<>=~!@#%^&|`?])('
                        || \#(part["operators"]) || ')(?![-+*/<>=~!@#%^&|`?])', 'i') AS operator
                WHERE dbid = (SELECT oid FROM pg_catalog.pg_database
                              WHERE datname = pg_catalog.current_database())
                  AND queryid IS NOT NULL
                  AND operator IS NOT NULL
                  AND query ~* '^(\s|/[*].*?[*]/|[(])*(select|with)\M'
                  AND \#(server.majorVersion >= 18
                      ? "pg_roles.rolname IS DISTINCT FROM session_user" : "query NOT LIKE '/* pgvigil %'")
            ) AS search ON true
            ORDER BY usename, operator, entry
            """#
        })
}
