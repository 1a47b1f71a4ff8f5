import Exposition
import PoolDefinitions

extension ConsoleCollector {
    /// Connections of each pool, without what PgCat writes for PgBouncer's sake and never fills.
    static let pgcatPools = ConsoleCollector(
        "pgcat_pools", "Connections of clients and to servers, and the longest wait, for each pool.",
        of: .pgcat, "SHOW POOLS",
        labels: ["database": "database", "user": "user", "pool_mode": "pool_mode"],
        columns: ConsoleColumn.gauges(
            "pgcat_pool_client_connections", "Clients of the pool by state, from SHOW POOLS.",
            by: ["database", "user"],
            ["cl_active": "active", "cl_idle": "idle", "cl_waiting": "waiting"])
            + ConsoleColumn.gauges(
                "pgcat_pool_server_connections", "Server connections of the pool by state, from SHOW POOLS.",
                by: ["database", "user"],
                ["sv_active": "active", "sv_idle": "idle", "sv_tested": "tested", "sv_login": "login"]) + [
                .gauge(
                    from: ["maxwait", "maxwait_us"], "pgcat_pool_oldest_wait_seconds",
                    "How long the client that waits longest has waited, from SHOW POOLS.",
                    by: ["database", "user"], read: ConsoleColumn.secondsAndMicroseconds),
                .info(
                    "pgcat_pool_info", "When the pool takes a server connection back, from SHOW POOLS.",
                    by: ["database", "user", "pool_mode"]),
            ])
}
