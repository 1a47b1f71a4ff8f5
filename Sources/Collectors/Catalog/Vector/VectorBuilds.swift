import Exposition

extension Collector {
    /// Vector indexes that are being built, told apart by their table: a plain build's index has no name yet.
    static let vectorBuilds = Collector(
        "vector_builds", "Builds of vector indexes under way: how far, and for how long.",
        scope: .database, cost: .minute, requires: [.readAllStats],
        columns: [
            .label("datname"),
            .label("schemaname"),
            .label("relname"),
            .label("access_method"),
            .label("phase"),
            .gauge(
                "progress_ratio", "pg_vector_index_build_progress_ratio",
                "How much of its present phase the build has done, where that says, from "
                    + "pg_stat_progress_create_index."),
            .gauge(
                "elapsed_seconds", "pg_vector_index_build_elapsed_seconds",
                "Time since the build began, from pg_stat_activity."),
        ]
    ) { _ in
        // The view leaves out the access method, which its source has. Some phases carry a percentage.
        """
        WITH \(Phrase.nearestClasses)
        SELECT pg_catalog.current_database() AS datname,
               nspname AS schemaname,
               relname,
               pg_am.amname AS access_method,
               told AS phase,
               min(CASE WHEN tuples_total > 0 THEN least(1, tuples_done::numeric / tuples_total)
                        WHEN blocks_total > 0 THEN least(1, blocks_done::numeric / blocks_total) END)
                   AS progress_ratio,
               max(\(Phrase.age(since: "query_start"))) AS elapsed_seconds
        FROM pg_catalog.pg_stat_progress_create_index AS progress
        JOIN pg_catalog.pg_stat_get_progress_info('CREATE INDEX') AS source ON source.pid = progress.pid
        JOIN pg_catalog.pg_am ON pg_am.oid = source.param9
        JOIN pg_catalog.pg_stat_activity ON pg_stat_activity.pid = progress.pid
        JOIN pg_catalog.pg_class ON pg_class.oid = progress.relid
        JOIN pg_catalog.pg_namespace ON pg_namespace.oid = relnamespace
        CROSS JOIN LATERAL pg_catalog.regexp_replace(
            progress.phase, '^building index: |[ ,]*[(]?[0-9.]+ ?%[)]?', '', 'g') AS told
        WHERE progress.datname = pg_catalog.current_database()
          AND pg_am.amname IN (SELECT amname FROM nearest_class)
        GROUP BY nspname, relname, pg_am.amname, told
        """
    }
}
