import Exposition
import PoolDefinitions

extension ConsoleCollector {
    /// Who waits for a server connection, and what those do; a pool is of a database and a user.
    static let pgbouncerPools = ConsoleCollector(
        "pgbouncer_pools", "Connections of clients and to servers, and the longest wait, for each pool.",
        of: .pgbouncer, "SHOW POOLS",
        labels: [
            "database": "database", "user": "user", "pool_mode": "pool_mode",
            "load_balance_hosts": "load_balance_hosts",
        ],
        leavesOut: ["database": .console],
        columns: ConsoleColumn.gauges(
            "pgbouncer_pool_client_connections",
            "Clients of the pool by state; active ones may be idle between transactions, from SHOW POOLS.",
            by: ["database", "user"],
            [
                "cl_active": "active", "cl_waiting": "waiting", "cl_active_cancel_req": "active_cancel_req",
                "cl_waiting_cancel_req": "waiting_cancel_req", "cl_cancel_req": "waiting_cancel_req",
            ])
            + ConsoleColumn.gauges(
                "pgbouncer_pool_server_connections",
                "Server connections of the pool by state; used ones are idle, from SHOW POOLS.",
                by: ["database", "user"],
                [
                    "sv_active": "active", "sv_idle": "idle", "sv_used": "used", "sv_tested": "tested",
                    "sv_login": "login", "sv_active_cancel": "active_cancel",
                    "sv_being_canceled": "being_canceled",
                ]) + [
                .gauge(
                    from: ["maxwait", "maxwait_us"], "pgbouncer_pool_oldest_wait_seconds",
                    """
                    How long the client that waits longest has waited; 0 also while clients wait to log in, \
                    from SHOW POOLS.
                    """, by: ["database", "user"], read: ConsoleColumn.secondsAndMicroseconds),
                .info(
                    "pgbouncer_pool_info", "When the pool takes a server connection back, from SHOW POOLS.",
                    by: ["database", "user", "pool_mode", "load_balance_hosts"]),
            ])
}
