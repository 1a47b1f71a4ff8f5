import Exposition
import PoolDefinitions

extension ConsoleCollector {
    /// Connections and health of each server of each pool.
    ///
    /// A server's role may change, so it is a label of the information alone.
    static let pgdogPools = ConsoleCollector(
        "pgdog_pools", "Connections, the longest wait, and health of each server of a pool.",
        of: .pgdog, "SHOW POOLS",
        labels: [
            "database": "database", "user": "user", "addr": "addr", "port": "port", "shard": "shard",
            "role": "role", "pool_mode": "pool_mode",
        ],
        columns: ConsoleColumn.gauges(
            "pgdog_pool_client_connections", "Clients of the pool by state, from SHOW POOLS.",
            by: pgdogPlace, ["cl_waiting": "waiting"]
        ).repeating(.sum)
            + ConsoleColumn.gauges(
                "pgdog_pool_server_connections", servers, by: pgdogPlace, ["sv_idle": "idle"]
            )
            .repeating(.sum)
            + ConsoleColumn.gauges(
                "pgdog_pool_server_connections", servers, by: pgdogPlace,
                ["sv_idle_xact": "idle_in_transaction"]
            ).repeating(.sum) + [
                .gauge(
                    from: ["sv_active", "sv_idle_xact"], "pgdog_pool_server_connections", servers,
                    as: "state", "active", by: pgdogPlace, read: ConsoleColumn.difference
                ).repeating(.sum),
                .gauge(
                    from: ["maxwait", "maxwait_us"], "pgdog_pool_oldest_wait_seconds",
                    "How long the client that waits longest has waited, from SHOW POOLS.", by: pgdogPlace,
                    read: ConsoleColumn.secondsAndMicroseconds
                ).repeating(.keepGreatest),
                state(
                    "healthy", "pgdog_pool_healthy",
                    "1 where health checks of the server succeed, from SHOW POOLS."),
                state(
                    "banned", "pgdog_pool_banned",
                    "1 while PgDog sends nobody to the server, from SHOW POOLS."),
                state(
                    "paused", "pgdog_pool_paused", "1 where PAUSE keeps clients waiting, from SHOW POOLS."),
                state("online", "pgdog_pool_online", "1 where the pool takes clients, from SHOW POOLS."),
                events(
                    "errors", "pgdog_pool_errors_total", "Errors of server connections, from SHOW POOLS."),
                events(
                    "re_synced", "pgdog_pool_resynced_total",
                    "Server connections brought back to a known state, from SHOW POOLS."),
                events(
                    "out_of_sync", "pgdog_pool_out_of_sync_total",
                    "Server connections closed since their state was unknown, from SHOW POOLS."),
                events(
                    "force_closed", "pgdog_pool_force_closed_total",
                    "Server connections closed while they were in use, from SHOW POOLS."),
                .info(
                    "pgdog_pool_info",
                    "The server's role, and when the pool takes a connection back, from SHOW POOLS.",
                    by: pgdogPlace + ["role", "pool_mode"]),
            ])

    /// What tells a server of a pool from all others.
    static let pgdogPlace = ["database", "user", "addr", "port", "shard"]

    private static let servers = "Connections of the pool to the server by state, from SHOW POOLS."

    private static func state(_ source: String, _ metric: MetricName, _ help: String) -> ConsoleColumn {
        .gauge(source, metric, help, by: pgdogPlace, read: ConsoleColumn.truth).repeating(.keepGreatest)
    }

    private static func events(_ source: String, _ metric: MetricName, _ help: String) -> ConsoleColumn {
        .counter(source, metric, help, by: pgdogPlace).repeating(.sum)
    }
}
