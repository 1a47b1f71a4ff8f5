import Exposition
import PoolDefinitions

extension ConsoleCollector {
    /// How each database is set, and how many connections it has; `name` is what clients call it.
    static let pgbouncerDatabases = ConsoleCollector(
        "pgbouncer_databases", "Limits and connections of each database.",
        of: .pgbouncer, "SHOW DATABASES",
        labels: [
            "name": "database", "database": "backend_database", "host": "host", "port": "port",
            "force_user": "force_user", "pool_mode": "pool_mode",
        ],
        leavesOut: ["name": .console],
        columns: [
            .info(
                "pgbouncer_database_info",
                """
                What clients of the database come to: the user that all become and the pool mode, where \
                set for it, from SHOW DATABASES.
                """,
                by: place + ["force_user", "pool_mode"]),
            .gauge(
                "pool_size", "pgbouncer_database_pool_size",
                "Server connections that each user's pool may have, from SHOW DATABASES.", by: place,
                read: ConsoleColumn.limit),
            .gauge(
                "min_pool_size", "pgbouncer_database_min_pool_size",
                "Server connections that each user's pool keeps open, from SHOW DATABASES.", by: place),
            .gauge(
                from: ["reserve_pool_size", "reserve_pool"], "pgbouncer_database_reserve_pool_size",
                "Server connections beyond pool_size for clients that have waited long, from SHOW DATABASES.",
                by: place, read: ConsoleColumn.firstNumber),
            .gauge(
                "max_connections", "pgbouncer_database_max_server_connections",
                "Server connections that all pools of the database may have together, from SHOW DATABASES.",
                by: place, read: ConsoleColumn.limit),
            .gauge(
                "current_connections", "pgbouncer_database_server_connections",
                "Server connections of the database, from SHOW DATABASES.", by: place),
            .gauge(
                "max_client_connections", "pgbouncer_database_max_client_connections",
                "Clients that the database lets in, from SHOW DATABASES.", by: place,
                read: ConsoleColumn.limit),
            .gauge(
                "current_client_connections", "pgbouncer_database_client_connections",
                "Clients of the database, from SHOW DATABASES.", by: place),
            .gauge(
                "paused", "pgbouncer_database_paused",
                "1 where PAUSE keeps clients waiting, from SHOW DATABASES.", by: ["database"]),
            .gauge(
                "disabled", "pgbouncer_database_disabled",
                "1 where DISABLE refuses new clients, from SHOW DATABASES.", by: ["database"]),
        ])

    private static let place = ["database", "backend_database", "host", "port"]
}
