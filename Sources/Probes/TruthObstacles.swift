import Postgres
import ProbeDefinitions

/// What the server says that may speak against a long scan now, and what a cached truth depends on.
struct TruthObstacles: Sendable, Equatable {
    let isIndexBuilding: Bool
    let isBaseBackup: Bool
    /// Zero on a primary and on a standby that has replayed all it has; nil where nothing was replayed yet.
    let replayLag: Duration?
    let sharedBuffers: Int
    /// Rows inserted, updated and deleted, as the statistics have counted; a standby counts none.
    let changes: Int64

    static func read(of search: Search, from connection: inout Connection, by deadline: Deadline)
        throws(PostgresError) -> TruthObstacles
    {
        let rows = try connection.query(sql(search.relation.oid), by: deadline)
        guard rows.count == 1, let buffers = rows.integer(row: 0, column: 3) else { throw .noTable }
        return TruthObstacles(
            isIndexBuilding: rows.truth(row: 0, column: 0) ?? false,
            isBaseBackup: rows.truth(row: 0, column: 1) ?? false,
            replayLag: rows.double(row: 0, column: 2).map { .seconds($0) }, sharedBuffers: Int(buffers),
            changes: rows.integer(row: 0, column: 4) ?? 0)
    }

    /// nil where a scan may go ahead.
    func reason(_ limits: ProbeLimits) -> TruthSkipReason? {
        if limits.pauses.contains(.indexBuild), isIndexBuilding { return .indexBuild }
        if limits.pauses.contains(.baseBackup), isBaseBackup { return .baseBackup }
        if let most = limits.maxReplayLag, replayLag.map({ $0 > most }) ?? true { return .lag }
        return nil
    }

    /// The largest table that may be scanned; nil for any.
    func longestScan(_ plan: RecallPlan.Exact, isStandby: Bool) -> Int? {
        plan.longestScan ?? (isStandby ? nil : sharedBuffers / 4)
    }

    private static func sql(_ table: Int64) -> String {
        """
        /* pgvigil probe obstacles */
        WITH parts AS (
            SELECT \(table)::oid AS part
            UNION
            SELECT relid::oid AS part
            FROM pg_catalog.pg_partition_tree(\(table)::oid::regclass)
        )
        SELECT EXISTS (SELECT 1
                       FROM pg_catalog.pg_stat_progress_create_index AS building
                       JOIN parts ON building.relid = part
                       WHERE building.datname = pg_catalog.current_database()) AS index_build,
               EXISTS (SELECT 1 FROM pg_catalog.pg_stat_progress_basebackup) AS base_backup,
               CASE WHEN NOT pg_catalog.pg_is_in_recovery()
                        OR pg_catalog.pg_last_wal_receive_lsn() = pg_catalog.pg_last_wal_replay_lsn()
                    THEN 0
                    ELSE extract(epoch FROM pg_catalog.clock_timestamp()
                                                - pg_catalog.pg_last_xact_replay_timestamp())
               END AS replay_lag,
               pg_catalog.pg_size_bytes(pg_catalog.current_setting('shared_buffers')) AS shared_buffers,
               (SELECT sum(pg_catalog.pg_stat_get_tuples_inserted(part)
                           + pg_catalog.pg_stat_get_tuples_updated(part)
                           + pg_catalog.pg_stat_get_tuples_deleted(part))
                FROM parts) AS changes
        """
    }
}
