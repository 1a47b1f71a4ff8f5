import Exposition
import Postgres

extension Collector {
    /// What recovery cancelled statements for; only standbys count any.
    static let databaseConflicts = Collector(
        "database_conflicts", "Statements of each database that recovery cancelled, by cause.",
        columns: [
            .label("datname"),
            .counter(
                "confl_tablespace", "pg_stat_database_conflicts_confl_tablespace_total",
                "Statements cancelled for a dropped tablespace, from pg_stat_database_conflicts."),
            .counter(
                "confl_lock", "pg_stat_database_conflicts_confl_lock_total",
                "Statements cancelled for a lock that replay waited for, from pg_stat_database_conflicts."
            ),
            .counter(
                "confl_snapshot", "pg_stat_database_conflicts_confl_snapshot_total",
                "Statements cancelled for rows that the primary removed, from pg_stat_database_conflicts."
            ),
            .counter(
                "confl_bufferpin", "pg_stat_database_conflicts_confl_bufferpin_total",
                "Statements cancelled for a buffer that replay waited for, from pg_stat_database_conflicts."
            ),
            .counter(
                "confl_deadlock", "pg_stat_database_conflicts_confl_deadlock_total",
                "Statements cancelled for a deadlock with replay, from pg_stat_database_conflicts."),
            .counter(
                "confl_active_logicalslot", "pg_stat_database_conflicts_confl_active_logicalslot_total",
                "Uses of logical slots that replay cancelled, from pg_stat_database_conflicts.", since: 16),
        ]
    ) { server in
        """
        SELECT datname,
               confl_tablespace,
               confl_lock,
               confl_snapshot,
               confl_bufferpin,
               confl_deadlock\(server.majorVersion >= 16 ? ",\n       confl_active_logicalslot" : "")
        FROM pg_catalog.pg_stat_database_conflicts
        """
    }
}
