import Exposition
import PoolDefinitions

extension ConsoleCollector {
    /// Limits and connections by user, as far as this version tells them.
    static let pgbouncerUsers = ConsoleCollector(
        "pgbouncer_users", "Limits and connections of each user.", of: .pgbouncer, "SHOW USERS",
        labels: ["name": "user"],
        columns: [
            .gauge(
                "pool_size", "pgbouncer_user_pool_size",
                "Server connections that each pool of the user may have, where that is set, from SHOW USERS.",
                read: ConsoleColumn.limit),
            .gauge(
                "reserve_pool_size", "pgbouncer_user_reserve_pool_size",
                "Server connections beyond pool_size for each pool of the user, where set, from SHOW USERS."),
            .gauge(
                "max_user_connections", "pgbouncer_user_max_server_connections",
                "Server connections that all pools of the user may have together, from SHOW USERS.",
                read: ConsoleColumn.limit),
            .gauge(
                "current_connections", "pgbouncer_user_server_connections",
                "Server connections of the user, from SHOW USERS."),
            .gauge(
                "max_user_client_connections", "pgbouncer_user_max_client_connections",
                "Clients that the user may have, from SHOW USERS.", read: ConsoleColumn.limit),
            .gauge(
                "current_client_connections", "pgbouncer_user_client_connections",
                "Clients of the user, from SHOW USERS."),
        ])
}
