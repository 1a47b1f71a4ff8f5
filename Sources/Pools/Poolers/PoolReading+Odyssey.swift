import Exposition
import PoolDefinitions

extension PoolReading {
    /// The pools of an Odyssey.
    ///
    /// It does not tell how long clients have waited.
    static func odyssey(_ figures: PoolerFigures) -> [PoolReading] {
        let servers: MetricName = "odyssey_pool_server_connections"
        let pools = figures.pools(of: servers).map { pool, user, own in
            var reading = PoolReading(.odyssey, pool: pool, user: user)
            // A pool comes from the rule of its user, or from that for all who have none.
            let rule = own.sum("odyssey_database_client_connections") == nil ? "default_user" : user
            reading.used = own.sum(servers, where: "state", "active")
            reading.idle = own.sum(servers, where: "state", "idle")
            reading.allowed = figures.of(database: pool, user: rule).sum("odyssey_database_pool_size")
            reading.pending = own.sum("odyssey_pool_client_connections", where: "state", "waiting")
            return reading
        }
        return pools + counters(of: pools, .odyssey, figures)
    }
}
