import Exposition
import PoolDefinitions

extension PoolReading {
    /// The pools of a PgCat: gauges for each database and user, counters for each database.
    static func pgcat(_ figures: PoolerFigures) -> [PoolReading] {
        let servers: MetricName = "pgcat_pool_server_connections"
        let pools = figures.pools(of: servers).map { pool, user in
            let place = ["database": pool, "user": user]
            var reading = PoolReading(.pgcat, pool: pool, user: user)
            reading.used = ["active", "tested"].reduce(0) { used, state in
                used + (figures.sum(servers, place.with("state", state)) ?? 0)
            }
            reading.idle = figures.sum(servers, place.with("state", "idle"))
            reading.creating = figures.sum(servers, place.with("state", "login"))
            reading.allowed = figures.sum("pgcat_database_pool_size", ofPgCat: pool, user)
            reading.minimum = figures.sum("pgcat_database_min_pool_size", ofPgCat: pool, user)
            reading.pending = figures.sum("pgcat_pool_client_connections", place.with("state", "waiting"))
            reading.oldestWaitSeconds = figures.max("pgcat_pool_oldest_wait_seconds", place)
            return reading
        }
        return pools + counters(of: pools, .pgcat, figures)
    }
}

extension PoolerFigures {
    /// The sum over all servers of a pool; PgCat names them after it: `orders_shard_0_primary`.
    fileprivate func sum(_ metric: MetricName, ofPgCat pool: String, _ user: String) -> Double? {
        let values = self[metric].filter { figure in
            figure.labels["user"] == user
                && (figure.labels["address"] ?? "").hasPrefix("\(pool)_shard_")
        }
        return values.isEmpty ? nil : values.reduce(0) { $0 + $1.value }
    }
}
