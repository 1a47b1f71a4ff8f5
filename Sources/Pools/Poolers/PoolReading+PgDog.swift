import Exposition
import PoolDefinitions

extension PoolReading {
    /// The pools of a PgDog, each over all its shards and servers.
    ///
    /// It does not tell how many connections one may have.
    static func pgdog(_ figures: PoolerFigures) -> [PoolReading] {
        let servers: MetricName = "pgdog_pool_server_connections"
        let pools = figures.pools(of: servers).map { pool, user in
            let place = ["database": pool, "user": user]
            var reading = PoolReading(.pgdog, pool: pool, user: user)
            reading.used = ["active", "idle_in_transaction"].reduce(0) { used, state in
                used + (figures.sum(servers, place.with("state", state)) ?? 0)
            }
            reading.idle = figures.sum(servers, place.with("state", "idle"))
            reading.pending = figures.sum("pgdog_pool_client_connections", place.with("state", "waiting"))
            reading.oldestWaitSeconds = figures.max("pgdog_pool_oldest_wait_seconds", place)
            return reading
        }
        return pools + counters(of: pools, .pgdog, figures)
    }
}
