import Exposition

extension Collector {
    /// How much disk each database takes, those that let nobody in included.
    ///
    /// The server looks at each file of each database.
    static let databaseSize = Collector(
        "database_size", "Disk space and connection limit of each database.",
        cost: .fiveMinutes, requires: [.readAllStats],
        columns: [
            .label("datname"),
            .gauge(
                "size_bytes", "pg_database_size_bytes",
                "Disk space of the database in all tablespaces, by pg_database_size() for pg_database."),
            .gauge(
                "connection_limit", "pg_database_connection_limit",
                "Connections that the database allows; absent where unlimited, from pg_database."),
        ]
    ) { _ in
        // A database that was dropped since the statement began fails pg_database_size(); asking for a right
        // on it gives NULL, and what that found stays cached for the call behind it.
        """
        SELECT datname,
               CASE WHEN pg_catalog.has_database_privilege(oid, 'CONNECT') IS NOT NULL
                    THEN pg_catalog.pg_database_size(oid) END AS size_bytes,
               CASE WHEN datconnlimit >= 0 THEN datconnlimit END AS connection_limit
        FROM pg_catalog.pg_database
        """
    }
}
