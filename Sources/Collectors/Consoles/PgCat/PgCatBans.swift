import Exposition
import PoolDefinitions

extension ConsoleCollector {
    /// Servers to which PgCat sends nobody for a while.
    static let pgcatBans = ConsoleCollector(
        "pgcat_bans", "Servers that are banned, and for how long.", of: .pgcat, "SHOW BANS",
        labels: ["db": "database", "user": "user", "role": "role", "host": "host"],
        columns: [
            .mark("pgcat_banned", "1 while the server is banned from the pool, from SHOW BANS."),
            .gauge(
                "ban_remaining_seconds", "pgcat_ban_remaining_seconds",
                "For how long the server stays banned, from SHOW BANS."),
        ])
}
