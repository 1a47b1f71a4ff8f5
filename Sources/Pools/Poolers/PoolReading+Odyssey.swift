import Exposition
import PoolDefinitions

extension PoolReading {
    /// The pools of an Odyssey.
    ///
    /// It does not tell how long clients have waited.
    static func odyssey(_ figures: PoolerFigures) -> [PoolReading] {
        let servers: MetricName = "odyssey_pool_server_connections"
        let pools = figures.pools(of: servers).map { pool, user in
            let place = ["database": pool, "user": user]
            var reading = PoolReading(.odyssey, pool: pool, user: user)
            reading.used = figures.sum(servers, place.with("state", "active"))
            reading.idle = figures.sum(servers, place.with("state", "idle"))
            reading.allowed = figures.sum(
                "odyssey_database_pool_size", ["database": pool, "user": rule(of: user, of: pool, figures)])
            reading.pending = figures.sum(
                "odyssey_pool_client_connections", place.with("state", "waiting"))
            return reading
        }
        return pools + counters(of: pools, .odyssey, figures)
    }

    /// The user as the rule has it that a pool comes from: its own name, or that for all without a rule.
    private static func rule(of user: String, of pool: String, _ figures: PoolerFigures) -> String {
        let own = figures.sum("odyssey_database_client_connections", ["database": pool, "user": user])
        return own == nil ? "default_user" : user
    }
}
