import Exposition
import PoolDefinitions

extension ConsoleCollector {
    /// Servers to which PgDog sends nobody; why is a text of any length, and stays in its console.
    static let pgdogBans = ConsoleCollector(
        "pgdog_bans", "Servers that are banned, and for how long.", of: .pgdog, "SHOW BANS",
        labels: [
            "database": "database", "user": "user", "addr": "addr", "port": "port", "shard": "shard",
        ],
        columns: [
            .mark("pgdog_banned", "1 while the server is banned from the pool, from SHOW BANS."),
            .gauge(
                "ban_time_left", "pgdog_ban_remaining_seconds",
                "For how long the server stays banned; an operator's ban has no end, from SHOW BANS.",
                read: ConsoleColumn.milliseconds),
        ])
}
