import Exposition
import PoolDefinitions

extension ConsoleCollector {
    /// The settings that say how much and how long; 0 that means "none" gives no sample.
    static let pgbouncerConfig = ConsoleCollector(
        "pgbouncer_config", "Limits and times as PgBouncer is set.", of: .pgbouncer, "SHOW CONFIG",
        cost: .minute, shape: .pairs(name: "key", value: "value"),
        columns: [
            .gauge(
                "max_client_conn", "pgbouncer_config_max_client_connections",
                "max_client_conn: clients that are let in, from SHOW CONFIG."),
            .gauge(
                "default_pool_size", "pgbouncer_config_default_pool_size",
                "default_pool_size: server connections that a pool may have, from SHOW CONFIG.",
                read: ConsoleColumn.limit),
            .gauge(
                "min_pool_size", "pgbouncer_config_min_pool_size",
                "min_pool_size: server connections that a pool keeps open, from SHOW CONFIG."),
            .gauge(
                "reserve_pool_size", "pgbouncer_config_reserve_pool_size",
                "reserve_pool_size: server connections for clients that have waited long, from SHOW CONFIG."),
            .gauge(
                "max_db_connections", "pgbouncer_config_max_db_connections",
                "max_db_connections: server connections that a database may have, from SHOW CONFIG.",
                read: ConsoleColumn.limit),
            .gauge(
                "max_user_connections", "pgbouncer_config_max_user_connections",
                "max_user_connections: server connections that a user may have, from SHOW CONFIG.",
                read: ConsoleColumn.limit),
            .gauge(
                "max_prepared_statements", "pgbouncer_config_max_prepared_statements",
                "max_prepared_statements: those kept for a server connection; 0 is off, from SHOW CONFIG."
            ),
            .gauge(
                "query_wait_timeout", "pgbouncer_config_query_wait_timeout_seconds",
                "query_wait_timeout: after so long a waiting client is sent away, from SHOW CONFIG.",
                read: ConsoleColumn.limit),
            .gauge(
                "server_idle_timeout", "pgbouncer_config_server_idle_timeout_seconds",
                "server_idle_timeout: after so long an idle server connection is closed, from SHOW CONFIG.",
                read: ConsoleColumn.limit),
            .gauge(
                "server_lifetime", "pgbouncer_config_server_lifetime_seconds",
                "server_lifetime: after so long an unused server connection is closed, from SHOW CONFIG.",
                read: ConsoleColumn.limit),
            .gauge(
                "so_reuseport", "pgbouncer_config_so_reuseport",
                "so_reuseport: 1 where several processes may listen at one address, from SHOW CONFIG.",
                read: ConsoleColumn.truth),
        ])
}
