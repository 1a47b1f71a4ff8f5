import Exposition
import PoolDefinitions

extension ConsoleCollector {
    /// Server connections one by one, counted by state.
    static let pgbouncerServers = ConsoleCollector(
        "pgbouncer_servers", "Server connections by state as they are listed one by one.",
        of: .pgbouncer, "SHOW SERVERS", cost: .minute, isOptIn: true,
        labels: ["database": "database", "user": "user", "state": "state"],
        columns: [
            .rows(
                "pgbouncer_servers_by_state",
                "Server connections by database, user and state, from SHOW SERVERS.",
                by: ["database", "user", "state"]),
            .gauge(
                "close_needed", "pgbouncer_servers_close_needed",
                "Server connections that are closed once they are free, from SHOW SERVERS.",
                by: ["database"]
            ).repeating(.sum),
        ])
}
