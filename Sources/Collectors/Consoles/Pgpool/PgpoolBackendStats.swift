import Exposition
import PoolDefinitions

extension ConsoleCollector {
    /// What was sent to each node, and what came back as an error; Pgpool-II counts from its own start.
    static let pgpoolBackendStats = ConsoleCollector(
        "pgpool_backend_stats", "Statements sent to each node, and errors that came back.",
        of: .pgpool, "SHOW POOL_BACKEND_STATS", since: 40_200, labels: ["node_id": "node_id"],
        columns: ConsoleColumn.counters(
            "pgpool_node_statements_total",
            "Statements sent to the node, from SHOW POOL_BACKEND_STATS.", as: "kind",
            [
                "select_cnt": "select", "insert_cnt": "insert", "update_cnt": "update",
                "delete_cnt": "delete", "ddl_cnt": "ddl", "other_cnt": "other",
            ])
            + ConsoleColumn.counters(
                "pgpool_node_messages_total",
                "Errors that the node returned, from SHOW POOL_BACKEND_STATS.", as: "severity",
                ["panic_cnt": "panic", "fatal_cnt": "fatal", "error_cnt": "error"]))
}
