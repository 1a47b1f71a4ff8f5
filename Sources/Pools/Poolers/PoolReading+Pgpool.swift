import Exposition
import PoolDefinitions

extension PoolReading {
    /// The processes of a Pgpool-II, which together are one pool for all databases and users.
    ///
    /// Each serves one client at a time, and has its connections for that client; who waits for a process is
    /// in the queue of the listening socket, where nobody counts.
    static func pgpool(_ figures: PoolerFigures) -> [PoolReading] {
        let processes: MetricName = "pgpool_frontend_processes"
        let busy = ["execute", "idle", "idle_in_transaction"]
        guard figures.sum(processes) != nil else { return [] }
        var reading = PoolReading(.pgpool, pool: "processes")
        reading.used = figures.sum(processes, where: "state", busy.contains) ?? 0
        reading.creating = figures.sum(processes, where: "state", "connecting") ?? 0
        reading.idle = figures.sum(processes, where: "state", "wait_for_connection") ?? 0
        if let all = figures.sum("pgpool_config_num_init_children") {
            let reserved = figures.sum("pgpool_config_reserved_connections") ?? 0
            reading.allowed = max(0, all - reserved - 1)  // One serves us.
        }
        return [reading]
    }
}
