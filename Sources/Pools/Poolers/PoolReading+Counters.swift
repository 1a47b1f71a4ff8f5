import Exposition
import PoolDefinitions

extension PoolReading {
    /// What a pooler counts of a pool over all its users: its metrics are named alike, whichever it is.
    static func counters(of pool: String, _ kind: PoolerKind, _ figures: PoolerFigures) -> PoolReading {
        let place = ["database": pool]
        func figure(_ name: String, _ labels: [String: String]) -> Double? {
            let text = "\(kind.rawValue)_\(name)"
            return MetricName(text).flatMap { figures.sum($0, labels) }
        }
        let isSession = figure("pool_info", place.with("pool_mode", "session")) != nil
        var reading = PoolReading(kind, pool: pool)
        reading.acquired = figure("database_server_assignments_total", place)
        reading.waitSeconds = figure("database_client_wait_seconds_total", place)
        // A session keeps its connection between transactions too; else each transaction is given one.
        if !isSession {
            reading.acquired = reading.acquired ?? figure("database_transactions_total", place)
            reading.useSeconds = figure("database_transaction_seconds_total", place)
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
