import Exposition
import PoolDefinitions

extension PoolReading {
    /// The processes of a Pgpool-II, which together are one pool for all databases and users.
    ///
    /// Each serves one client at a time, and has its connections for that client; who waits for a process is
    /// in the queue of the listening socket, where nobody counts.
    static func pgpool(_ figures: PoolerFigures) -> [PoolReading] {
        let processes: MetricName = "pgpool_frontend_processes"
        guard !figures[processes].isEmpty else { return [] }
        func number(_ states: String...) -> Double {
            states.reduce(0) { $0 + (figures.sum(processes, ["state": $1]) ?? 0) }
        }
        var reading = PoolReading(.pgpool, pool: "processes")
        reading.used = number("execute", "idle", "idle_in_transaction")
        reading.creating = number("connecting")
        reading.idle = number("wait_for_connection")
        if let all = figures.sum("pgpool_config_num_init_children") {
            let reserved = figures.sum("pgpool_config_reserved_connections") ?? 0
            reading.allowed = max(0, all - reserved - 1)  // One serves us.
        }
        return [reading]
    }
}
