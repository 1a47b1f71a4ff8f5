import Exposition
import Postgres

extension Collector {
    /// How old the oldest rows of each database may be, and how near that is to a standstill.
    static let wraparound = Collector(
        "wraparound", "Age of each database's oldest unfrozen transaction and multixact.",
        cost: .minute,
        columns: [
            .label("datname"),
            .gauge(
                "datfrozenxid_age_xids", "pg_database_datfrozenxid_age_xids",
                "Transactions since the oldest one that is not frozen, from pg_database."),
            .gauge(
                "datfrozenxid_freeze_max_age_ratio", "pg_database_datfrozenxid_freeze_max_age_ratio",
                "That age over autovacuum_freeze_max_age: from 1 on vacuum is forced, from pg_database."),
            .gauge(
                "datfrozenxid_wraparound_ratio", "pg_database_datfrozenxid_wraparound_ratio",
                "That age over the one at which the server refuses to write, from pg_database."),
            .gauge(
                "datminmxid_age_mxids", "pg_database_datminmxid_age_mxids",
                "Multixacts since the oldest one in use, from pg_database."),
            .gauge(
                "datminmxid_freeze_max_age_ratio", "pg_database_datminmxid_freeze_max_age_ratio",
                "That age over autovacuum_multixact_freeze_max_age: from 1 on vacuum is forced, "
                    + "from pg_database."),
            .gauge(
                "datminmxid_wraparound_ratio", "pg_database_datminmxid_wraparound_ratio",
                "That age over the one at which the server makes no more multixacts, from pg_database."),
        ]
    ) { server in
        // A database that an interrupted DROP has left (-2) only ages, and holds nothing back.
        let (lastTransaction, lastMultixact) = lastAges(on: server)
        return """
            SELECT datname,
                   pg_catalog.age(datfrozenxid) AS datfrozenxid_age_xids,
                   pg_catalog.age(datfrozenxid)
                       / pg_catalog.current_setting('autovacuum_freeze_max_age')::double precision
                       AS datfrozenxid_freeze_max_age_ratio,
                   pg_catalog.age(datfrozenxid) / \(lastTransaction)::double precision
                       AS datfrozenxid_wraparound_ratio,
                   pg_catalog.mxid_age(datminmxid) AS datminmxid_age_mxids,
                   pg_catalog.mxid_age(datminmxid)
                       / pg_catalog.current_setting('autovacuum_multixact_freeze_max_age')::double precision
                       AS datminmxid_freeze_max_age_ratio,
                   pg_catalog.mxid_age(datminmxid) / \(lastMultixact)::double precision
                       AS datminmxid_wraparound_ratio
            FROM pg_catalog.pg_database
            WHERE datconnlimit <> -2
            """
    }
}

/// The ages at which the server stops: half the circle less a reserve, which PostgreSQL 14 widened
/// (`SetTransactionIdLimit`, `SetMultiXactIdLimit`).
private func lastAges(on server: ServerState) -> (transaction: Int, multixact: Int) {
    let half = 2_147_483_647
    return server.majorVersion >= 14 ? (half - 3_000_000, half - 3_000_000) : (half - 1_000_000, half - 100)
}
