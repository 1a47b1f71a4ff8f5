import Exposition
import Postgres

extension Collector {
    /// Locks held and waited for, and how full the table is that they share: three views of one reading,
    /// without the locks of this session.
    static let locks = Collector(
        "locks", "Locks held and waited for, and the room left in the lock table.",
        columns: [
            .label("datname"),
            .label("locktype"),
            .label("mode"),
            .gauge(
                "held", "pg_locks_held", "Locks held, by database and mode, from pg_locks.",
                by: ["datname", "mode"]),
            .gauge(
                "waiting", "pg_locks_waiting",
                "Locks waited for, by database, what is locked, and mode, from pg_locks.",
                by: ["datname", "locktype", "mode"]),
            .gauge(
                "waiting_backends", "pg_locks_waiting_backends",
                "Sessions that wait for a lock, from pg_locks.", by: []),
            .gauge(
                "oldest_wait_age_seconds", "pg_locks_oldest_wait_age_seconds",
                "How long the longest wait lasts, but for advisory locks; absent without one, from pg_locks.",
                by: [],
                since: 14),
            .gauge(
                "table_entries", "pg_locks_table_entries",
                "Things in the shared lock table: what has no place in a session's own, from pg_locks.",
                by: []),
            .gauge(
                "table_capacity", "pg_locks_table_capacity",
                "Things that the shared lock table is made for, by max_locks_per_transaction, for pg_locks.",
                by: []),
        ]
    ) { server in
        let hasStart = server.majorVersion >= 14
        // Locks on transactions name no database: their session's is meant; a prepared transaction has none.
        // Sessions are joined to the counts, since there may be a hundred thousand locks.
        return """
            WITH entry AS (
                SELECT locktype,
                       database,
                       relation,
                       page,
                       tuple,
                       virtualxid,
                       transactionid,
                       classid,
                       objid,
                       objsubid,
                       mode,
                       granted,
                       NOT fastpath AND mode <> 'SIReadLock' AS is_in_table,
                       CASE WHEN database IS NULL THEN pid END AS pid,
                       \(hasStart ? "waitstart" : "NULL") AS since
                FROM pg_catalog.pg_locks
                WHERE pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
            ), number AS (
                SELECT database,
                       pid,
                       CASE WHEN NOT granted THEN locktype END AS waited,
                       mode,
                       granted,
                       count(*) AS locks
                FROM entry
                GROUP BY database, pid, waited, mode, granted
            ), place AS (
                SELECT CASE number.database WHEN 0 THEN '(shared)'
                            ELSE coalesce(pg_database.datname, session.datname) END AS datname,
                       waited,
                       mode,
                       granted,
                       locks
                FROM number
                LEFT JOIN pg_catalog.pg_database ON pg_database.oid = number.database
                LEFT JOIN pg_catalog.pg_stat_activity AS session ON session.pid = number.pid
            ), thing AS (
                SELECT
                FROM entry
                WHERE is_in_table
                GROUP BY locktype, database, relation, page, tuple, virtualxid, transactionid, classid, objid,
                         objsubid
            )
            SELECT datname,
                   waited AS locktype,
                   mode,
                   sum(CASE WHEN granted THEN locks END) AS held,
                   sum(CASE WHEN NOT granted THEN locks END) AS waiting,
                   NULL AS waiting_backends,
            \(hasStart ? "       NULL AS oldest_wait_age_seconds,\n" : "")\
                   NULL AS table_entries,
                   NULL AS table_capacity
            FROM place
            GROUP BY datname, waited, mode
            UNION ALL
            SELECT NULL, NULL, NULL, NULL, NULL,
                   count(*) FILTER (WHERE NOT granted),
            \(hasStart ? "       \(oldestWait),\n" : "")\
                   (SELECT count(*) FROM thing),
                   \(capacity(on: server))
            FROM entry
            """
    }
}

/// Whoever waits for an advisory lock may do so by design, as where a leader is elected.
private let oldestWait = Phrase.age(since: "min(since) FILTER (WHERE locktype <> 'advisory')")

/// What the shared lock table is made for: max_locks_per_transaction for each process that can hold locks,
/// and for each prepared transaction (`NLOCKENTS`).
///
/// Beside sessions these processes are the autovacuum workers and their launcher, background workers,
/// walsenders and, from 17 on, the worker that synchronizes slots (`InitializeMaxBackends`).
private func capacity(on server: ServerState) -> String {
    let workers = server.majorVersion >= 18 ? "autovacuum_worker_slots" : "autovacuum_max_workers"
    let settings = [
        "max_connections", workers, "max_worker_processes", "max_wal_senders", "max_prepared_transactions",
    ].map { "pg_catalog.current_setting('\($0)')::bigint" }.joined(separator: " + ")
    let others = server.majorVersion >= 17 ? 2 : 1
    return "pg_catalog.current_setting('max_locks_per_transaction')::bigint * (\(settings) + \(others))"
}
