import Exposition

extension PoolReading {
    /// The pools of an Odyssey.
    ///
    /// It does not tell how many connections one may have, nor how long clients have waited.
    static func odyssey(_ figures: PoolerFigures) -> [PoolReading] {
        let servers: MetricName = "odyssey_pool_server_connections"
        let pools = figures.pools(of: servers).map { pool, user in
            let place = ["database": pool, "user": user]
            var reading = PoolReading(.odyssey, pool: pool, user: user)
            reading.used = figures.sum(servers, place.with("state", "active"))
            reading.idle = figures.sum(servers, place.with("state", "idle"))
            reading.pending = figures.sum(
                "odyssey_pool_client_connections", place.with("state", "waiting"))
            return reading
        }
        return pools + counters(of: pools, .odyssey, figures)
    }
}
