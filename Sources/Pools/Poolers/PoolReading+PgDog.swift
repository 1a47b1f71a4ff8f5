import Exposition
import PoolDefinitions

extension PoolReading {
    /// The pools of a PgDog, each over all its shards and servers.
    ///
    /// It does not tell how many connections one may have.
    static func pgdog(_ figures: PoolerFigures) -> [PoolReading] {
        let servers: MetricName = "pgdog_pool_server_connections"
        let busy = ["active", "idle_in_transaction"]
        let pools = figures.pools(of: servers).map { pool, user, own in
            var reading = PoolReading(.pgdog, pool: pool, user: user)
            reading.used = own.sum(servers, where: "state", busy.contains) ?? 0
            reading.idle = own.sum(servers, where: "state", "idle")
            reading.pending = own.sum("pgdog_pool_client_connections", where: "state", "waiting")
            reading.oldestWaitSeconds = own.max("pgdog_pool_oldest_wait_seconds")
            return reading
        }
        return pools + counters(of: pools, .pgdog, figures)
    }
}
