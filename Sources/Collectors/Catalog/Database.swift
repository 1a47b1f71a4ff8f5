import Exposition
import Postgres

extension Collector {
    /// Traffic of each database, and of the shared objects as `datname="(shared)"`.
    static let database = Collector(
        "database", "Transactions, blocks, rows, sessions and failures of each database.",
        wishes: [.timedBlocks],
        columns: [
            .label("datname"),
            .gauge(
                "numbackends", "pg_stat_database_numbackends",
                "Connections to the database now, pgvigil's own included, from pg_stat_database."),
            .counter(
                "xact_commit", "pg_stat_database_xact_commit_total",
                "Transactions committed, from pg_stat_database."),
            .counter(
                "xact_rollback", "pg_stat_database_xact_rollback_total",
                "Transactions rolled back, from pg_stat_database."),
            .counter(
                "blks_read", "pg_stat_database_blks_read_total",
                "Disk blocks read, from pg_stat_database."),
            .counter(
                "blks_hit", "pg_stat_database_blks_hit_total",
                "Disk blocks found in shared buffers, from pg_stat_database."),
            .counter(
                "tup_returned", "pg_stat_database_tup_returned_total",
                "Rows read by sequential scans and entries returned by index scans, from pg_stat_database."
            ),
            .counter(
                "tup_fetched", "pg_stat_database_tup_fetched_total",
                "Live rows fetched by index scans, from pg_stat_database."),
            .counter(
                "tup_inserted", "pg_stat_database_tup_inserted_total",
                "Rows inserted, from pg_stat_database."),
            .counter(
                "tup_updated", "pg_stat_database_tup_updated_total",
                "Rows updated, from pg_stat_database."),
            .counter(
                "tup_deleted", "pg_stat_database_tup_deleted_total",
                "Rows deleted, from pg_stat_database."),
            .counter(
                "conflicts", "pg_stat_database_conflicts_total",
                "Statements cancelled by conflicts with recovery, on standbys only, from pg_stat_database."),
            .counter(
                "temp_files", "pg_stat_database_temp_files_total",
                "Temporary files that statements created, from pg_stat_database."),
            .counter(
                "temp_bytes", "pg_stat_database_temp_bytes_total",
                "Bytes that statements wrote to temporary files, from pg_stat_database."),
            .counter(
                "deadlocks", "pg_stat_database_deadlocks_total",
                "Deadlocks detected, from pg_stat_database."),
            .counter(
                "checksum_failures", "pg_stat_database_checksum_failures_total",
                "Data pages with a wrong checksum; absent where checksums are off, from pg_stat_database."),
            .gauge(
                "checksum_last_failure", "pg_stat_database_checksum_last_failure_timestamp_seconds",
                "When a data page last had a wrong checksum, from pg_stat_database."),
            .counter(
                "blk_read_seconds", "pg_stat_database_blk_read_seconds_total",
                "Time spent reading blocks; absent where track_io_timing is off, from pg_stat_database."),
            .counter(
                "blk_write_seconds", "pg_stat_database_blk_write_seconds_total",
                "Time spent writing blocks; absent where track_io_timing is off, from pg_stat_database."),
            .counter(
                "session_seconds", "pg_stat_database_session_seconds_total",
                "Time spent in sessions; added when a session's state changes, from pg_stat_database.",
                since: 14),
            .counter(
                "active_seconds", "pg_stat_database_active_seconds_total",
                "Time spent executing statements, from pg_stat_database.", since: 14),
            .counter(
                "idle_in_transaction_seconds", "pg_stat_database_idle_in_transaction_seconds_total",
                "Time spent idle in a transaction, from pg_stat_database.", since: 14),
            .counter(
                "sessions", "pg_stat_database_sessions_total",
                "Sessions established, from pg_stat_database.", since: 14),
            .counter(
                "sessions_abandoned", "pg_stat_database_sessions_abandoned_total",
                "Sessions that lost their client, from pg_stat_database.", since: 14),
            .counter(
                "sessions_fatal", "pg_stat_database_sessions_fatal_total",
                "Sessions ended by a fatal error, from pg_stat_database.", since: 14),
            .counter(
                "sessions_killed", "pg_stat_database_sessions_killed_total",
                "Sessions ended by an operator, from pg_stat_database.", since: 14),
            .counter(
                "parallel_workers_to_launch", "pg_stat_database_parallel_workers_to_launch_total",
                "Parallel workers that statements planned to launch, from pg_stat_database.", since: 18),
            .counter(
                "parallel_workers_launched", "pg_stat_database_parallel_workers_launched_total",
                "Parallel workers that statements launched, from pg_stat_database.", since: 18),
            .gauge(
                "stats_reset", "pg_stat_database_stats_reset_timestamp_seconds",
                "When the database's counters were last reset, from pg_stat_database."),
        ]
    ) { server in
        """
        SELECT coalesce(datname, '(shared)') AS datname,
               CASE WHEN datid <> 0 THEN numbackends END AS numbackends,
               xact_commit,
               xact_rollback,
               blks_read,
               blks_hit,
               tup_returned,
               tup_fetched,
               tup_inserted,
               tup_updated,
               tup_deleted,
               conflicts,
               temp_files,
               temp_bytes,
               deadlocks,
               checksum_failures,
               extract(epoch FROM checksum_last_failure) AS checksum_last_failure,
               CASE WHEN is_timed OR blk_read_time > 0 THEN blk_read_time / 1000 END AS blk_read_seconds,
               CASE WHEN is_timed OR blk_write_time > 0 THEN blk_write_time / 1000 END AS blk_write_seconds,
        \(server.majorVersion >= 14 ? since14 : "")\
        \(server.majorVersion >= 18 ? since18 : "")\
               extract(epoch FROM stats_reset) AS stats_reset
        FROM pg_catalog.pg_stat_database,
             (SELECT pg_catalog.current_setting('track_io_timing') = 'on' AS is_timed) AS timing
        """
    }
}

private let since14 = """
           session_time / 1000 AS session_seconds,
           active_time / 1000 AS active_seconds,
           idle_in_transaction_time / 1000 AS idle_in_transaction_seconds,
           sessions,
           sessions_abandoned,
           sessions_fatal,
           sessions_killed,

    """

private let since18 = """
           parallel_workers_to_launch,
           parallel_workers_launched,

    """
