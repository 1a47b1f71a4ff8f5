import Postgres

/// What a run has to know of the server before it begins.
struct ServerFacts {
    let isInRecovery: Bool
    let database: String
    let role: String
    let mayCreate: Bool
    /// Of the extension `vector`; nil where the database has none.
    let extensionVersion: String?
    let extensionSchema: String
    let isExtensionInstalled: Bool
    let freeConnections: Int
    /// In kB, as `maintenance_work_mem` has it.
    let maintenanceMemory: Int

    private static let sql = """
        /* pgvigil bench server */
        SELECT pg_catalog.pg_is_in_recovery() AS in_recovery,
               pg_catalog.current_database() AS database,
               current_user AS role,
               pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') AS may_create,
               (SELECT extversion FROM pg_catalog.pg_extension WHERE extname = 'vector') AS version,
               (SELECT nspname
                FROM pg_catalog.pg_extension
                JOIN pg_catalog.pg_namespace ON pg_namespace.oid = extnamespace
                WHERE extname = 'vector') AS schema,
               EXISTS (SELECT
                       FROM pg_catalog.pg_available_extensions
                       WHERE name = 'vector') AS installed,
               least(
                   pg_catalog.current_setting('max_connections')::bigint
                       - pg_catalog.current_setting('superuser_reserved_connections')::bigint
                       - coalesce(pg_catalog.current_setting('reserved_connections', true)::bigint, 0)
                       - (SELECT sum(numbackends) FROM pg_catalog.pg_stat_database),
                   (SELECT nullif(rolconnlimit, -1)
                       - (SELECT count(*)
                          FROM pg_catalog.pg_stat_activity
                          WHERE usename = current_user)
                    FROM pg_catalog.pg_roles
                    WHERE rolname = current_user),
                   (SELECT nullif(datconnlimit, -1)
                       - (SELECT count(*)
                          FROM pg_catalog.pg_stat_activity
                          WHERE datname = pg_catalog.current_database())
                    FROM pg_catalog.pg_database
                    WHERE datname = pg_catalog.current_database())
               )::bigint AS free,
               (SELECT setting
                FROM pg_catalog.pg_settings
                WHERE name = 'maintenance_work_mem') AS maintenance
        """

    static func read(from connection: inout Connection, by deadline: Deadline) throws(PostgresError) -> Self {
        let rows = try connection.run(sql, by: deadline)
        guard rows.count == 1, let free = rows.integer(row: 0, column: 7),
            let maintenance = rows.integer(row: 0, column: 8)
        else { throw .noTable }
        return ServerFacts(
            isInRecovery: rows.truth(row: 0, column: 0) ?? false,
            database: rows.text(row: 0, column: 1) ?? "",
            role: rows.text(row: 0, column: 2) ?? "", mayCreate: rows.truth(row: 0, column: 3) ?? false,
            extensionVersion: rows.text(row: 0, column: 4),
            extensionSchema: rows.text(row: 0, column: 5) ?? "",
            isExtensionInstalled: rows.truth(row: 0, column: 6) ?? false, freeConnections: Int(free),
            maintenanceMemory: Int(maintenance))
    }

    /// Says why a run that needs `connections` besides the one that asked cannot be.
    func permit(_ connections: Int) throws(BenchError) {
        guard !isInRecovery else { throw .inRecovery }
        guard let extensionVersion else { throw .missingExtension(isInstalled: isExtensionInstalled) }
        // HNSW came with 0.5.0.
        let parts = extensionVersion.split(separator: ".").compactMap { Int($0) }
        guard parts.first != 0 || (parts.dropFirst().first ?? 0) >= 5 else {
            throw .oldExtension(version: extensionVersion)
        }
        guard mayCreate else { throw .mayNotCreate(database: database, role: role) }
        guard freeConnections >= connections else {
            throw .tooFewConnections(needed: connections, free: freeConnections)
        }
    }
}
