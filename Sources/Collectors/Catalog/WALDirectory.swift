import Exposition

extension Collector {
    /// What WAL takes on disk, whoever holds it back.
    ///
    /// The server looks at each file.
    static let walDirectory = Collector(
        "wal_directory", "Files in the WAL directory, and their size.",
        cost: .fiveMinutes, requires: [.monitor],
        columns: [
            .gauge(
                "bytes", "pg_wal_directory_bytes",
                "Size of all files in the WAL directory, from pg_ls_waldir()."),
            .gauge("files", "pg_wal_directory_files", "Files in the WAL directory, from pg_ls_waldir()."),
        ]
    ) { _ in
        """
        SELECT sum(size) AS bytes,
               count(*) AS files
        FROM pg_catalog.pg_ls_waldir()
        """
    }
}
