import Exposition

extension Collector {
    /// Whether the server has gone through crash recovery since it was started.
    ///
    /// When a process of the server dies, the postmaster ends all others, lets WAL be replayed, and starts
    /// them anew; it stays itself, and so does its start time. The checkpointer then is younger than the
    /// postmaster. It starts when recovery begins, or until PostgreSQL 14 when it ends: there, a start that
    /// had to replay WAL for more than 10 s shows too.
    static let crashRecovery = Collector(
        "crash_recovery", "When the server last went through crash recovery without a new start.",
        requires: [.readAllStats],
        columns: [
            .gauge(
                "last_crash_recovery", "pg_server_last_crash_recovery_timestamp_seconds",
                "When the server's processes were last started anew after a crash of one, or until PostgreSQL"
                    + " 14 when a long recovery at the start ended; absent where neither happened,"
                    + " from pg_stat_activity.")
        ]
    ) { _ in
        """
        SELECT extract(epoch FROM backend_start) AS last_crash_recovery
        FROM pg_catalog.pg_stat_activity
        WHERE backend_type = 'checkpointer'
          AND backend_start > pg_catalog.pg_postmaster_start_time() + INTERVAL '10 seconds'
        """
    }
}
