import Exposition
import PoolDefinitions

extension ConsoleCollector {
    /// Whether PgBouncer as a whole works, holds its clients back, or stands still.
    static let pgbouncerState = ConsoleCollector(
        "pgbouncer_state", "Whether PgBouncer is active, paused or suspended.",
        of: .pgbouncer, "SHOW STATE", since: 11_900, shape: .pairs(name: "key", value: "value"),
        columns: ConsoleColumn.gauges(
            "pgbouncer_state", "1 for the state that PgBouncer as a whole is in, from SHOW STATE.",
            ["active": "active", "paused": "paused", "suspended": "suspended"], read: ConsoleColumn.truth))
}
