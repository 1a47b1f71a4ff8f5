import Exposition

extension Collector {
    /// WAL files that wait to be archived; nothing where the server archives nothing.
    ///
    /// The server reads a directory that grows with the backlog.
    static let archiveStatus = Collector(
        "archive_status", "WAL files that wait to be archived, and since when.",
        cost: .minute, requires: [.monitor],
        columns: [
            .gauge(
                "ready_files", "pg_wal_archive_ready_files",
                "WAL files that wait to be archived, from pg_ls_archive_statusdir()."),
            .gauge(
                "ready_oldest", "pg_wal_archive_ready_oldest_timestamp_seconds",
                "Since when the oldest of them waits, from pg_ls_archive_statusdir()."),
        ]
    ) { _ in
        """
        SELECT CASE WHEN pg_catalog.current_setting('archive_mode') <> 'off' THEN count(*) END AS ready_files,
               extract(epoch FROM min(modification)) AS ready_oldest
        FROM pg_catalog.pg_ls_archive_statusdir()
        WHERE name LIKE '%.ready'
          AND pg_catalog.current_setting('archive_mode') <> 'off'
        """
    }
}
