import Exposition
import PoolDefinitions

extension PoolReading {
    /// What a pooler counts of a pool over all its users: its metrics are named alike, whichever it is.
    static func counters(of pool: String, _ kind: PoolerKind, _ figures: PoolerFigures) -> PoolReading {
        let own = figures.of(database: pool)
        func name(_ rest: String) -> MetricName { MetricName(stringLiteral: "\(kind.rawValue)_\(rest)") }
        let isSession = own.sum(name("pool_info"), where: "pool_mode", "session") != nil
        var reading = PoolReading(kind, pool: pool)
        reading.acquired = own.sum(name("database_server_assignments_total"))
        reading.waitSeconds = own.sum(name("database_client_wait_seconds_total"))
        // A session keeps its connection between transactions too; else each transaction is given one.
        if !isSession {
            reading.acquired = reading.acquired ?? own.sum(name("database_transactions_total"))
            reading.useSeconds = own.sum(name("database_transaction_seconds_total"))
        }
        return reading
    }

    /// The same of all pools that these readings are of.
    static func counters(of pools: [PoolReading], _ kind: PoolerKind, _ figures: PoolerFigures)
        -> [PoolReading]
    {
        Set(pools.map(\.pool)).sorted().map { counters(of: $0, kind, figures) }
    }
}
