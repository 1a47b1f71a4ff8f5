import Exposition
import PoolDefinitions

extension PoolReading {
    /// The pools of a PgCat: gauges for each database and user, counters for each database.
    static func pgcat(_ figures: PoolerFigures) -> [PoolReading] {
        let servers: MetricName = "pgcat_pool_server_connections"
        let busy = ["active", "tested"]
        let pools = figures.pools(of: servers).map { pool, user, own in
            // PgCat names servers after the pool: `orders_shard_0_primary`.
            func ofServers(_ metric: MetricName) -> Double? {
                figures.of(user: user).sum(metric, where: "address") { $0.hasPrefix("\(pool)_shard_") }
            }
            var reading = PoolReading(.pgcat, pool: pool, user: user)
            reading.used = own.sum(servers, where: "state", busy.contains) ?? 0
            reading.idle = own.sum(servers, where: "state", "idle")
            reading.creating = own.sum(servers, where: "state", "login")
            reading.allowed = ofServers("pgcat_database_pool_size")
            reading.minimum = ofServers("pgcat_database_min_pool_size")
            reading.pending = own.sum("pgcat_pool_client_connections", where: "state", "waiting")
            reading.oldestWaitSeconds = own.max("pgcat_pool_oldest_wait_seconds")
            return reading
        }
        return pools + counters(of: pools, .pgcat, figures)
    }
}
