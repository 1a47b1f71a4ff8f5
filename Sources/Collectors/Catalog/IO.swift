import Exposition
import Postgres

extension Collector {
    /// Who reads and writes what, by kind of process, object and use of shared buffers.
    ///
    /// What a combination cannot do is NULL, and gives no sample.
    static let io = Collector(
        "io", "Reads, writes, extensions and fsyncs by process, object and context.",
        since: 16, wishes: [.timedBlocks, .timedWAL],
        columns: [
            .label("backend_type"),
            .label("object"),
            .label("context"),
            .counter("reads", "pg_stat_io_reads_total", "Read operations, from pg_stat_io."),
            .counter("read_bytes", "pg_stat_io_read_bytes_total", "Bytes read, from pg_stat_io."),
            .counter(
                "read_seconds", "pg_stat_io_read_seconds_total",
                "Time spent reading; absent where its timing is off, from pg_stat_io."),
            .counter("writes", "pg_stat_io_writes_total", "Write operations, from pg_stat_io."),
            .counter("write_bytes", "pg_stat_io_write_bytes_total", "Bytes written, from pg_stat_io."),
            .counter(
                "write_seconds", "pg_stat_io_write_seconds_total",
                "Time spent writing; absent where its timing is off, from pg_stat_io."),
            .counter(
                "writebacks", "pg_stat_io_writebacks_total",
                "Blocks that the kernel was asked to write to disk, from pg_stat_io."),
            .counter(
                "writeback_seconds", "pg_stat_io_writeback_seconds_total",
                "Time spent asking the kernel to; absent where its timing is off, from pg_stat_io."),
            .counter(
                "extends", "pg_stat_io_extends_total",
                "Operations that made files longer, from pg_stat_io."),
            .counter(
                "extend_bytes", "pg_stat_io_extend_bytes_total",
                "Bytes that files grew by, from pg_stat_io."),
            .counter(
                "extend_seconds", "pg_stat_io_extend_seconds_total",
                "Time spent making files longer; absent where its timing is off, from pg_stat_io."),
            .counter("hits", "pg_stat_io_hits_total", "Blocks found in shared buffers, from pg_stat_io."),
            .counter(
                "evictions", "pg_stat_io_evictions_total",
                "Blocks that had to leave a buffer for another, from pg_stat_io."),
            .counter(
                "reuses", "pg_stat_io_reuses_total",
                "Buffers of a small ring that were used again, from pg_stat_io."),
            .counter("fsyncs", "pg_stat_io_fsyncs_total", "Files brought to disk, from pg_stat_io."),
            .counter(
                "fsync_seconds", "pg_stat_io_fsync_seconds_total",
                "Time spent bringing files to disk; absent where its timing is off, from pg_stat_io."),
            .gauge(
                "stats_reset", "pg_stat_io_stats_reset_timestamp_seconds",
                "When the counters of pg_stat_io were last reset.", by: []),
        ]
    ) { server in
        let (read, written, extended) =
            server.majorVersion >= 18
            ? ("read_bytes", "write_bytes", "extend_bytes")
            : ("reads * op_bytes", "writes * op_bytes", "extends * op_bytes")
        return """
            SELECT backend_type,
                   object,
                   context,
                   reads,
                   \(read) AS read_bytes,
                   CASE WHEN is_timed OR read_time > 0 THEN read_time / 1000 END AS read_seconds,
                   writes,
                   \(written) AS write_bytes,
                   CASE WHEN is_timed OR write_time > 0 THEN write_time / 1000 END AS write_seconds,
                   writebacks,
                   CASE WHEN is_timed OR writeback_time > 0 THEN writeback_time / 1000 END
                       AS writeback_seconds,
                   extends,
                   \(extended) AS extend_bytes,
                   CASE WHEN is_timed OR extend_time > 0 THEN extend_time / 1000 END AS extend_seconds,
                   hits,
                   evictions,
                   reuses,
                   fsyncs,
                   CASE WHEN is_timed OR fsync_time > 0 THEN fsync_time / 1000 END AS fsync_seconds,
                   NULL AS stats_reset
            FROM pg_catalog.pg_stat_io
            CROSS JOIN LATERAL (
                SELECT pg_catalog.current_setting(
                           CASE object WHEN 'wal' THEN 'track_wal_io_timing' ELSE 'track_io_timing' END)
                           = 'on' AS is_timed
            ) AS timing
            UNION ALL
            SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                   NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                   extract(epoch FROM max(stats_reset))
            FROM pg_catalog.pg_stat_io
            """
    }
}
