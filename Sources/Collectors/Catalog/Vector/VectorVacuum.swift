import Exposition

extension Collector {
    /// VACUUM of tables with vector indexes, which may take long to take dead rows out of those.
    static let vectorVacuum = Collector(
        "vector_vacuum", "VACUUM under way on tables with vector indexes: its phase, and for how long.",
        scope: .database, cost: .minute, requires: [.readAllStats],
        columns: [
            .label("datname"),
            .label("schemaname"),
            .label("relname"),
            .label("phase"),
            .gauge(
                "elapsed_seconds", "pg_vector_index_vacuum_elapsed_seconds",
                "Time since VACUUM came to the table, from pg_stat_progress_vacuum."),
        ]
    ) { _ in
        """
        WITH \(Phrase.nearestClasses), \(Phrase.nearestIndexes)
        SELECT pg_catalog.current_database() AS datname,
               nspname AS schemaname,
               relname,
               phase,
               \(Phrase.age(since: "xact_start")) AS elapsed_seconds
        FROM pg_catalog.pg_stat_progress_vacuum AS progress
        JOIN pg_catalog.pg_stat_activity ON pg_stat_activity.pid = progress.pid
        JOIN pg_catalog.pg_class ON pg_class.oid = relid
        JOIN pg_catalog.pg_namespace ON pg_namespace.oid = relnamespace
        WHERE progress.datname = pg_catalog.current_database()
          AND relid IN (SELECT indrelid FROM nearest_index)
        """
    }
}
