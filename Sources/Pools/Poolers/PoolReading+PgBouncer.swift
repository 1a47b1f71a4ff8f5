import Exposition
import PoolDefinitions

extension PoolReading {
    /// The pools of a PgBouncer: gauges for each database and user, counters for each database.
    static func pgbouncer(_ figures: PoolerFigures) -> [PoolReading] {
        let connections: MetricName = "pgbouncer_pool_server_connections"
        let pools = figures.pools(of: connections).map { pool, user in
            let place = ["database": pool, "user": user]
            func servers(_ states: String...) -> Double {
                states.reduce(0) { $0 + (figures.sum(connections, place.with("state", $1)) ?? 0) }
            }
            var reading = PoolReading(.pgbouncer, pool: pool, user: user)
            reading.used = servers("active", "active_cancel", "being_canceled", "tested")
            reading.idle = servers("idle", "used")
            reading.creating = servers("login")
            reading.allowed = figures.allowedByPgBouncer(pool, user)
            reading.minimum = figures.sum("pgbouncer_database_min_pool_size", ["database": pool])
            reading.pending = figures.sum(
                "pgbouncer_pool_client_connections", place.with("state", "waiting"))
            reading.oldestWaitSeconds = figures.max("pgbouncer_pool_oldest_wait_seconds", place)
            return reading
        }
        let byPool = Dictionary(grouping: pools, by: \.pool)
        return pools
            + byPool.keys.sorted().map { pool in
                var reading = counters(of: pool, .pgbouncer, figures)
                // PgBouncer's time of a transaction begins with the wait for a connection.
                reading.useIncludesWaits = true
                reading.configured = figures.allowedByPgBouncer(all: byPool[pool] ?? [], of: pool)
                return reading
            }
    }
}

extension PoolerFigures {
    /// The smallest of what pool, database and user are limited to; nil where nothing is.
    ///
    /// What is set for a user goes before what is set for the database.
    fileprivate func allowedByPgBouncer(_ pool: String, _ user: String) -> Double? {
        let (database, owner) = (["database": pool], ["user": user])
        let size =
            sum("pgbouncer_user_pool_size", owner) ?? sum("pgbouncer_database_pool_size", database)
        let reserve =
            sum("pgbouncer_user_reserve_pool_size", owner)
            ?? sum("pgbouncer_database_reserve_pool_size", database)
        return [
            size.map { $0 + (reserve ?? 0) }, sum("pgbouncer_database_max_server_connections", database),
            sum("pgbouncer_user_max_server_connections", owner),
        ].compactMap(\.self).min()
    }

    /// What all users of a database may have together; nil where one has no limit, nor has the database.
    ///
    /// Each user that ever tried to come in leaves a pool behind; one without connections counts for nothing.
    fileprivate func allowedByPgBouncer(all users: [PoolReading], of pool: String) -> Double? {
        let present = users.filter { reading in
            let place = ["database": pool, "user": reading.user ?? ""]
            return (sum("pgbouncer_pool_client_connections", place) ?? 0)
                + (sum("pgbouncer_pool_server_connections", place) ?? 0) > 0
        }
        let counted = present.isEmpty ? users : present
        let sums = counted.compactMap(\.allowed)
        let each = sums.count < counted.count ? nil : sums.reduce(0, +)
        return [each, sum("pgbouncer_database_max_server_connections", ["database": pool])]
            .compactMap(\.self).min()
    }
}
