import Exposition

extension Collector {
    /// WAL archiving: how much, how recently, and how often it failed.
    ///
    /// Says all it can also where archiving has only ever failed.
    static let archiver = Collector(
        "archiver", "WAL files archived and failed, and when last.",
        columns: [
            .counter(
                "archived", "pg_stat_archiver_archived_total", "WAL files archived, from pg_stat_archiver."),
            .counter(
                "failed", "pg_stat_archiver_failed_total",
                "Failed attempts to archive a WAL file, from pg_stat_archiver."),
            .gauge(
                "last_archived", "pg_stat_archiver_last_archived_timestamp_seconds",
                "When a WAL file was last archived, from pg_stat_archiver."),
            .gauge(
                "last_failed", "pg_stat_archiver_last_failed_timestamp_seconds",
                "When archiving a WAL file last failed, from pg_stat_archiver."),
            .gauge(
                "stats_reset", "pg_stat_archiver_stats_reset_timestamp_seconds",
                "When the counters of pg_stat_archiver were last reset."),
        ]
    ) { _ in
        """
        SELECT archived_count AS archived,
               failed_count AS failed,
               extract(epoch FROM last_archived_time) AS last_archived,
               extract(epoch FROM last_failed_time) AS last_failed,
               extract(epoch FROM stats_reset) AS stats_reset
        FROM pg_catalog.pg_stat_archiver
        """
    }
}
