import Exposition
import PoolDefinitions

extension ConsoleCollector {
    /// Clients one by one, counted by state: PgBouncer serves nobody else while it lists them.
    static let pgbouncerClients = ConsoleCollector(
        "pgbouncer_clients", "Clients by state as they are listed one by one.",
        of: .pgbouncer, "SHOW CLIENTS", cost: .minute, isOptIn: true,
        labels: ["database": "database", "user": "user", "state": "state"],
        leavesOut: ["database": .console],
        columns: [
            .rows(
                "pgbouncer_clients_by_state", "Clients by database, user and state, from SHOW CLIENTS.",
                by: ["database", "user", "state"]),
            .gauge(
                from: ["wait", "wait_us", "state"], "pgbouncer_clients_oldest_wait_seconds",
                "How long the client that waits longest has waited, from SHOW CLIENTS.",
                by: ["database", "user"], read: waited
            ).repeating(.keepGreatest),
        ])

    /// Of a client that has a server the column tells how long its query runs.
    private static let waited: ConsoleColumn.Reading = { cells in
        cells[2] == "waiting" ? ConsoleColumn.secondsAndMicroseconds(cells) : .real(0)
    }
}
