import Exposition
import PoolDefinitions

extension ConsoleCollector {
    /// The servers behind each pool, one row for each shard, server and user.
    static let pgcatDatabases = ConsoleCollector(
        "pgcat_databases", "Limits and connections of each server behind a pool.",
        of: .pgcat, "SHOW DATABASES", labels: ["name": "address", "force_user": "user"],
        columns: [
            .gauge(
                "pool_size", "pgcat_database_pool_size",
                "Connections that the user's pool may have to the server, from SHOW DATABASES.",
                read: ConsoleColumn.limit),
            .gauge(
                "min_pool_size", "pgcat_database_min_pool_size",
                "Connections that the user's pool keeps open to the server, from SHOW DATABASES."),
            .gauge(
                "current_connections", "pgcat_database_server_connections",
                "Connections to the server, from SHOW DATABASES."),
            .gauge(
                "paused", "pgcat_database_paused", "1 where PAUSE keeps clients waiting, from SHOW DATABASES."
            ),
        ])
}
