import Exposition
import PoolDefinitions

extension PoolReading {
    /// The pools of a PgBouncer: gauges for each database and user, counters for each database.
    static func pgbouncer(_ figures: PoolerFigures) -> [PoolReading] {
        let found = figures.pools(of: servers)
        let databases = limits(of: found.map(\.pool)) { Limits(ofDatabase: figures.of(database: $0)) }
        let users = limits(of: found.map(\.user)) { Limits(ofUser: figures.of(user: $0)) }
        let pools = found.map { pool, user, own in
            var reading = PoolReading(.pgbouncer, pool: pool, user: user)
            reading.used = own.sum(servers, where: "state", busy.contains) ?? 0
            reading.idle = own.sum(servers, where: "state", idle.contains) ?? 0
            reading.creating = own.sum(servers, where: "state", "login") ?? 0
            reading.allowed = databases[pool]?.allowed(with: users[user])
            reading.minimum = databases[pool]?.minimum
            reading.pending = own.sum(clients, where: "state", "waiting")
            reading.oldestWaitSeconds = own.max(oldestWait)
            return reading
        }
        // Each user that ever tried to come in leaves a pool behind; one without connections does not count.
        let present = found.map { ($0.figures.sum(clients) ?? 0) + ($0.figures.sum(servers) ?? 0) > 0 }
        let byPool = Dictionary(grouping: zip(pools, present)) { $0.0.pool }
        return pools
            + byPool.sorted { $0.key < $1.key }.map { pool, users in
                var reading = counters(of: pool, .pgbouncer, figures)
                // PgBouncer's time of a transaction begins with the wait for a connection.
                reading.useIncludesWaits = true
                let counted = users.contains { $0.1 } ? users.filter { $0.1 } : users
                reading.configured = databases[pool]?.allowed(together: counted.map(\.0.allowed))
                return reading
            }
    }

    private static let servers: MetricName = "pgbouncer_pool_server_connections"
    private static let clients: MetricName = "pgbouncer_pool_client_connections"
    private static let oldestWait: MetricName = "pgbouncer_pool_oldest_wait_seconds"
    private static let busy = ["active", "active_cancel", "being_canceled", "tested"]
    private static let idle = ["idle", "used"]

    private static func limits(of names: [String], _ limits: (String) -> Limits) -> [String: Limits] {
        Dictionary(uniqueKeysWithValues: Set(names).map { ($0, limits($0)) })
    }
}

/// How many server connections are set for each pool of a database or a user, and for all of them.
private struct Limits {
    let size: Double?
    let reserve: Double?
    /// Of all pools together.
    let most: Double?
    var minimum: Double?

    init(ofDatabase figures: PoolerFigures) {
        size = figures.sum("pgbouncer_database_pool_size")
        reserve = figures.sum("pgbouncer_database_reserve_pool_size")
        most = figures.sum("pgbouncer_database_max_server_connections")
        minimum = figures.sum("pgbouncer_database_min_pool_size")
    }

    init(ofUser figures: PoolerFigures) {
        size = figures.sum("pgbouncer_user_pool_size")
        reserve = figures.sum("pgbouncer_user_reserve_pool_size")
        most = figures.sum("pgbouncer_user_max_server_connections")
    }

    /// What a user's pool of this database may have: the smallest of its limits; nil where there is none.
    ///
    /// What is set for a user goes before what is set for the database.
    func allowed(with user: Limits?) -> Double? {
        let size = (user?.size ?? size).map { $0 + (user?.reserve ?? reserve ?? 0) }
        return [size, most, user?.most].compactMap(\.self).min()
    }

    /// What the pools of this database may have together, of which each may have so many.
    ///
    /// nil where one has no limit, nor has the database.
    func allowed(together each: [Double?]) -> Double? {
        let limits = each.compactMap(\.self)
        return [limits.count < each.count ? nil : limits.reduce(0, +), most].compactMap(\.self).min()
    }
}
