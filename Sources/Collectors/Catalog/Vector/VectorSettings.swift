import Exposition

extension Collector {
    /// How searches are set where nobody says otherwise.
    ///
    /// The settings are there once the extension's library is loaded, which a value of its type sees to.
    static let vectorSettings = Collector(
        "vector_settings", "Settings of vector searches as a new session of the database has them.",
        scope: .database, cost: .fiveMinutes,
        columns: [
            .label("datname"),
            .label("setting"),
            .label("value"),
            .gauge(
                "setting_value", "pg_vector_setting_value",
                "Settings that are numbers, or 1 for on and 0 for off, from pg_settings.",
                by: ["datname", "setting"]),
            .info("info", "pg_vector_setting_info", "Settings that are words, from pg_settings."),
        ],
        preparation: { _ in
            """
            SELECT pg_catalog.format('%I.%I', nspname, typname) AS type
            FROM pg_catalog.pg_extension
            JOIN pg_catalog.pg_namespace ON pg_namespace.oid = extnamespace
            JOIN pg_catalog.pg_type ON typnamespace = pg_namespace.oid AND typname = 'vector'
            WHERE extname = 'vector'
              AND pg_catalog.has_schema_privilege(pg_namespace.oid, 'USAGE')
              AND pg_catalog.has_type_privilege(pg_type.oid, 'USAGE')
            """
        },
        sql: { _, part in
            // What our own role has set for itself is no application's: what the database says comes first.
            """
            WITH own AS (
                SELECT name,
                       pg_catalog.substr(pair, pg_catalog.strpos(pair, '=') + 1) AS text,
                       row_number() OVER (PARTITION BY name ORDER BY setdatabase DESC) AS rank
                FROM pg_catalog.pg_db_role_setting
                CROSS JOIN pg_catalog.unnest(setconfig) AS pair
                CROSS JOIN pg_catalog.lower(pg_catalog.split_part(pair, '=', 1)) AS name
                WHERE setrole = 0
                  AND setdatabase IN (0, (SELECT oid FROM pg_catalog.pg_database
                                          WHERE datname = pg_catalog.current_database()))
            ), known AS (
                SELECT pg_settings.name,
                       vartype,
                       coalesce(own.text, reset_val) AS text
                FROM (SELECT '[1]'::\(part["type"]) AS vector) AS library
                CROSS JOIN pg_catalog.pg_settings
                LEFT JOIN own ON own.name = pg_settings.name AND rank = 1
                WHERE pg_settings.name ~ '^(hnsw|ivfflat|diskann|vchordrq|vchordg|vectors|ruvector|scann)[.]'
            )
            SELECT pg_catalog.current_database() AS datname,
                   name AS setting,
                   CASE WHEN vartype IN ('enum', 'string') THEN text END AS value,
                   CASE WHEN vartype = 'bool' THEN CASE WHEN text::boolean THEN 1 ELSE 0 END
                        WHEN text ~ '^-?[0-9]+([.][0-9]+)?$' AND vartype IN ('integer', 'real')
                        THEN text::numeric END AS setting_value,
                   CASE WHEN vartype IN ('enum', 'string') AND text <> '' THEN 1 END AS info
            FROM known
            ORDER BY name
            """
        })
}
