import Exposition

extension Collector {
    /// Which extensions for vectors a database has, and of which version.
    static let vectorExtensions = Collector(
        "vector_extensions", "Versions of the extensions for vectors.",
        scope: .database, cost: .fiveMinutes,
        columns: [
            .label("datname"),
            .label("extension"),
            .label("version"),
            .info(
                "info", "pg_vector_extension_info",
                "The version that CREATE or ALTER EXTENSION made, from pg_extension."),
        ]
    ) { _ in
        """
        WITH \(Phrase.nearestClasses)
        SELECT pg_catalog.current_database() AS datname,
               extname AS extension,
               extversion AS version,
               1 AS info
        FROM pg_catalog.pg_extension
        WHERE extname IN ('vector', 'vectorscale', 'vchord', 'vectors', 'ruvector', 'alloydb_scann')
           OR oid IN (SELECT refobjid
                      FROM pg_catalog.pg_depend
                      WHERE refclassid = 'pg_catalog.pg_extension'::regclass
                        AND classid = 'pg_catalog.pg_opclass'::regclass
                        AND objid IN (SELECT nearest_class.oid FROM nearest_class)
                        AND deptype = 'e')
        ORDER BY extname
        """
    }
}
