import Exposition
import Postgres

extension Collector {
    /// How much WAL the server writes, and where a primary stands in it.
    static let wal = Collector(
        "wal", "WAL written, and the position of a primary in it.",
        wishes: [.timedWAL],
        columns: [
            .gauge(
                "current_lsn", "pg_wal_current_lsn_bytes",
                "Position up to which WAL is written, on primaries, from pg_current_wal_lsn()."),
            .counter(
                "records", "pg_stat_wal_records_total", "WAL records made, from pg_stat_wal.", since: 14),
            .counter(
                "fpi", "pg_stat_wal_fpi_total", "Full images of blocks in WAL, from pg_stat_wal.", since: 14),
            .counter(
                "bytes", "pg_stat_wal_bytes_total", "WAL made, full images included, from pg_stat_wal.",
                since: 14),
            .counter(
                "buffers_full", "pg_stat_wal_buffers_full_total",
                "Times that WAL was written because its buffers were full, from pg_stat_wal.", since: 14),
            .counter(
                "write", "pg_stat_wal_write_total", "Writes of WAL buffers, from pg_stat_wal.", since: 14,
                until: 17),
            .counter(
                "sync", "pg_stat_wal_sync_total", "WAL files brought to disk, from pg_stat_wal.", since: 14,
                until: 17),
            .counter(
                "write_seconds", "pg_stat_wal_write_seconds_total",
                "Time spent writing WAL; absent where track_wal_io_timing is off, from pg_stat_wal.",
                since: 14, until: 17),
            .counter(
                "sync_seconds", "pg_stat_wal_sync_seconds_total",
                "Time spent bringing WAL to disk; absent where track_wal_io_timing is off, from pg_stat_wal.",
                since: 14, until: 17),
            .gauge(
                "stats_reset", "pg_stat_wal_stats_reset_timestamp_seconds",
                "When the counters of pg_stat_wal were last reset.", since: 14),
        ]
    ) { server in
        """
        SELECT CASE WHEN NOT pg_catalog.pg_is_in_recovery()
                    THEN pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), '0/0') END
                   AS current_lsn\
        \(server.majorVersion >= 14 ? statistics(on: server) : "")
        """
    }
}

private func statistics(on server: ServerState) -> String {
    """
    ,
           wal_records AS records,
           wal_fpi AS fpi,
           wal_bytes AS bytes,
           wal_buffers_full AS buffers_full,
    \(server.majorVersion <= 17 ? until17 : "")\
           extract(epoch FROM stats_reset) AS stats_reset
    FROM pg_catalog.pg_stat_wal,
         (SELECT pg_catalog.current_setting('track_wal_io_timing') = 'on' AS is_timed) AS timing
    """
}

private let until17 = """
           wal_write AS write,
           wal_sync AS sync,
           CASE WHEN is_timed OR wal_write_time > 0 THEN wal_write_time / 1000 END AS write_seconds,
           CASE WHEN is_timed OR wal_sync_time > 0 THEN wal_sync_time / 1000 END AS sync_seconds,

    """
