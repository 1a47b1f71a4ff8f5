import Exposition

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
            reading.oldestWaitSeconds = figures.sum("pgbouncer_pool_oldest_wait_seconds", place)
            return reading
        }
        return pools + Set(pools.map(\.pool)).sorted().map { pgbouncer(countersOf: $0, figures) }
    }

    private static func pgbouncer(countersOf pool: String, _ figures: PoolerFigures) -> PoolReading {
        var reading = PoolReading(.pgbouncer, pool: pool)
        let place = ["database": pool]
        // Before 1.23 assignments are not counted; in transaction mode each transaction is one.
        reading.acquired =
            figures.sum("pgbouncer_database_server_assignments_total", place)
            ?? figures.sum("pgbouncer_database_transactions_total", place)
        reading.waitSeconds = figures.sum("pgbouncer_database_client_wait_seconds_total", place)
        // A session keeps its connection between transactions too. A transaction's time begins with its wait.
        if figures.sum("pgbouncer_pool_info", place.with("pool_mode", "session")) == nil,
            let transactions = figures.sum("pgbouncer_database_transaction_seconds_total", place)
        {
            reading.useSeconds = max(0, transactions - (reading.waitSeconds ?? 0))
        }
        return reading
    }
}

extension PoolerFigures {
    /// The smallest of what pool, database and user are limited to; nil where nothing is.
    fileprivate func allowedByPgBouncer(_ pool: String, _ user: String) -> Double? {
        let (database, owner) = (["database": pool], ["user": user])
        let size =
            sum("pgbouncer_user_pool_size", owner) ?? sum("pgbouncer_database_pool_size", database)
        let reserve = sum("pgbouncer_database_reserve_pool_size", database) ?? 0
        return [
            size.map { $0 + reserve }, sum("pgbouncer_database_max_server_connections", database),
            sum("pgbouncer_user_max_server_connections", owner),
        ].compactMap(\.self).min()
    }
}

extension [String: String] {
    func with(_ name: String, _ value: String) -> [String: String] {
        var labels = self
        labels[name] = value
        return labels
    }
}
