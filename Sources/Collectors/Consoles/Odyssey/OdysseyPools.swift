import Exposition
import PoolDefinitions

extension ConsoleCollector {
    /// Connections of each route.
    ///
    /// What Odyssey writes for PgBouncer's sake and never fills is left out: states of servers besides active
    /// and idle, and how long clients wait.
    static let odysseyPools = ConsoleCollector(
        "odyssey_pools", "Connections of clients and to servers, bytes and times of each pool.",
        of: .odyssey, "SHOW POOLS_EXTENDED",
        labels: ["database": "database", "user": "user", "pool_mode": "pool_mode"],
        leavesOut: ["database": .console, "user": "aggregated"],
        columns: ConsoleColumn.gauges(
            "odyssey_pool_client_connections", "Clients of the pool by state, from SHOW POOLS_EXTENDED.",
            by: place, ["cl_active": "active", "cl_waiting": "waiting"])
            + ConsoleColumn.gauges(
                "odyssey_pool_server_connections",
                "Server connections of the pool by state, from SHOW POOLS_EXTENDED.",
                by: place, ["sv_active": "active", "sv_idle": "idle"]) + [
                .counter(
                    from: ["bytes_received", "bytes_recieved"], "odyssey_pool_received_bytes_total",
                    "Bytes received from clients, from SHOW POOLS_EXTENDED.", by: place,
                    read: ConsoleColumn.firstNumber),
                .counter(
                    "bytes_sent", "odyssey_pool_sent_bytes_total",
                    "Bytes sent to clients, from SHOW POOLS_EXTENDED.", by: place),
                .counter(
                    "tcp_conn_count", "odyssey_pool_client_logins_total",
                    "Clients that came, from SHOW POOLS_EXTENDED.", by: place),
                .gauges(
                    "odyssey_pool_query_seconds",
                    "Time within which this share of queries ended, from SHOW POOLS_EXTENDED.",
                    by: place, prefix: "query_", as: "share", read: known),
                .gauges(
                    "odyssey_pool_transaction_seconds",
                    "Time within which this share of transactions ended, from SHOW POOLS_EXTENDED.",
                    by: place, prefix: "transaction_", as: "share", read: known),
                .info(
                    "odyssey_pool_info",
                    "When the pool takes a server connection back, from SHOW POOLS_EXTENDED.",
                    by: place + ["pool_mode"]),
            ])

    private static let place = ["database", "user"]

    /// 0 says that nothing was measured.
    private static let known: ConsoleColumn.Reading = { cells in
        ConsoleColumn.limit(cells).flatMap { _ in ConsoleColumn.microseconds(cells) }
    }
}
