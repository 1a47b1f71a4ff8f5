import Exposition

extension PoolReading {
    /// The pools of an Odyssey.
    ///
    /// It does not tell how many connections one may have, nor how long clients have waited.
    static func odyssey(_ figures: PoolerFigures) -> [PoolReading] {
        let servers: MetricName = "odyssey_pool_server_connections"
        let pools = figures.pools(of: servers).map { pool, user, own in
            var reading = PoolReading(.odyssey, pool: pool, user: user)
            reading.used = own.sum(servers, where: "state", "active")
            reading.idle = own.sum(servers, where: "state", "idle")
            reading.pending = own.sum("odyssey_pool_client_connections", where: "state", "waiting")
            return reading
        }
        return pools + counters(of: pools, .odyssey, figures)
    }
}
