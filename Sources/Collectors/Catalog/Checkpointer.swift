import Exposition
import Postgres

extension Collector {
    /// Checkpoints: why, how long, and what they wrote.
    ///
    /// Until 16 these counters stand in pg_stat_bgwriter under other names, a standby's restartpoints among
    /// its checkpoints.
    static let checkpointer = Collector(
        "checkpointer", "Checkpoints by cause, and the time and blocks that they took.",
        columns: [
            .counter(
                "num_timed", "pg_stat_checkpointer_num_timed_total",
                "Checkpoints due to checkpoint_timeout, from pg_stat_checkpointer."),
            .counter(
                "num_requested", "pg_stat_checkpointer_num_requested_total",
                "Checkpoints due to anything else, max_wal_size among it, from pg_stat_checkpointer."),
            .counter(
                "num_done", "pg_stat_checkpointer_num_done_total",
                "Checkpoints that were not skipped, from pg_stat_checkpointer.", since: 18),
            .counter(
                "restartpoints_timed", "pg_stat_checkpointer_restartpoints_timed_total",
                "Restartpoints due to checkpoint_timeout, from pg_stat_checkpointer.", since: 17),
            .counter(
                "restartpoints_req", "pg_stat_checkpointer_restartpoints_req_total",
                "Restartpoints due to anything else, from pg_stat_checkpointer.", since: 17),
            .counter(
                "restartpoints_done", "pg_stat_checkpointer_restartpoints_done_total",
                "Restartpoints that were not skipped, from pg_stat_checkpointer.", since: 17),
            .counter(
                "write_seconds", "pg_stat_checkpointer_write_seconds_total",
                "Time that checkpoints spent writing files, pauses included, from pg_stat_checkpointer."),
            .counter(
                "sync_seconds", "pg_stat_checkpointer_sync_seconds_total",
                "Time that checkpoints spent bringing files to disk, from pg_stat_checkpointer."),
            .counter(
                "buffers_written", "pg_stat_checkpointer_buffers_written_total",
                "Shared buffers that checkpoints wrote, from pg_stat_checkpointer."),
            .counter(
                "slru_written", "pg_stat_checkpointer_slru_written_total",
                "SLRU buffers that checkpoints wrote, from pg_stat_checkpointer.", since: 18),
            .gauge(
                "stats_reset", "pg_stat_checkpointer_stats_reset_timestamp_seconds",
                "When these counters were last reset, from pg_stat_checkpointer."),
        ]
    ) { server in
        server.majorVersion >= 17 ? statement(on: server) : statementUntil16
    }
}

private func statement(on server: ServerState) -> String {
    let since18 = server.majorVersion >= 18
    return """
        SELECT num_timed,
               num_requested,
        \(since18 ? "       num_done,\n" : "")\
               restartpoints_timed,
               restartpoints_req,
               restartpoints_done,
               write_time / 1000 AS write_seconds,
               sync_time / 1000 AS sync_seconds,
               buffers_written,
        \(since18 ? "       slru_written,\n" : "")\
               extract(epoch FROM stats_reset) AS stats_reset
        FROM pg_catalog.pg_stat_checkpointer
        """
}

private let statementUntil16 = """
    SELECT checkpoints_timed AS num_timed,
           checkpoints_req AS num_requested,
           checkpoint_write_time / 1000 AS write_seconds,
           checkpoint_sync_time / 1000 AS sync_seconds,
           buffers_checkpoint AS buffers_written,
           extract(epoch FROM stats_reset) AS stats_reset
    FROM pg_catalog.pg_stat_bgwriter
    """
