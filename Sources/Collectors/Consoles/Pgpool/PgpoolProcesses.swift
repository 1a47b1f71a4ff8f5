import Exposition
import PoolDefinitions

extension ConsoleCollector {
    /// What the processes that serve clients do: each serves one at a time.
    static let pgpoolProcesses = ConsoleCollector(
        "pgpool_processes", "What the processes that serve clients do.", of: .pgpool, "SHOW POOL_PROCESSES",
        leavesOutOnce: ("status", "Execute command"),
        columns: ConsoleColumn.rows(
            saying: [
                "Execute command": "execute", "Idle": "idle", "Idle in transaction": "idle_in_transaction",
                "Connecting": "connecting", "Wait for connection": "wait_for_connection",
            ], in: "status", "pgpool_frontend_processes",
            "Processes by what their client does, without pgvigil's own, from SHOW POOL_PROCESSES."
        ))
}
