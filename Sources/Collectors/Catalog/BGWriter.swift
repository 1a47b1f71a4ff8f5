import Exposition
import Postgres

extension Collector {
    /// Who else writes shared buffers, and how many are taken.
    static let bgwriter = Collector(
        "bgwriter", "Shared buffers that the background writer wrote, and those allocated.",
        columns: [
            .counter(
                "buffers_clean", "pg_stat_bgwriter_buffers_clean_total",
                "Shared buffers that the background writer wrote, from pg_stat_bgwriter."),
            .counter(
                "maxwritten_clean", "pg_stat_bgwriter_maxwritten_clean_total",
                "Rounds that bgwriter_lru_maxpages cut short, from pg_stat_bgwriter."),
            .counter(
                "buffers_alloc", "pg_stat_bgwriter_buffers_alloc_total",
                "Shared buffers allocated, from pg_stat_bgwriter."),
            .counter(
                "buffers_backend", "pg_stat_bgwriter_buffers_backend_total",
                "Shared buffers that other processes had to write, from pg_stat_bgwriter.", until: 16),
            .counter(
                "buffers_backend_fsync", "pg_stat_bgwriter_buffers_backend_fsync_total",
                "Files that other processes had to bring to disk, from pg_stat_bgwriter.", until: 16),
            .gauge(
                "stats_reset", "pg_stat_bgwriter_stats_reset_timestamp_seconds",
                "When the counters of pg_stat_bgwriter were last reset."),
        ]
    ) { server in
        """
        SELECT buffers_clean,
               maxwritten_clean,
               buffers_alloc,
        \(server.majorVersion <= 16 ? until16 : "")\
               extract(epoch FROM stats_reset) AS stats_reset
        FROM pg_catalog.pg_stat_bgwriter
        """
    }
}

private let until16 = """
           buffers_backend,
           buffers_backend_fsync,

    """
