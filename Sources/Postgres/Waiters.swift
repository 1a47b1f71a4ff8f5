extension Connection {
    /// Whether some session waits for a lock that the session `processID` holds or waits for before it.
    ///
    /// nil where the server knows no session of ours by that number: it is a pooler's, or another server's.
    package mutating func hasWaiters(behind processID: Int32, by deadline: Deadline) throws(PostgresError)
        -> Bool?
    {
        // pg_blocking_pids stops the lock manager for a moment, and in a pile-up hundreds wait: it is asked
        // only about those who wait for something that our session is concerned with.
        let rows = try query(
            """
            /* pgvigil waiters */
            WITH locks AS MATERIALIZED (
                SELECT pid,
                       granted,
                       ROW(locktype, database, relation, page, tuple, virtualxid, transactionid, classid,
                           objid, objsubid) AS object
                FROM pg_catalog.pg_locks
            )
            SELECT CASE WHEN EXISTS (
                       SELECT
                       FROM pg_catalog.pg_stat_get_activity(\(processID)) AS session
                       WHERE session.application_name
                           = pg_catalog.current_setting('application_name'))
                   THEN EXISTS (
                       SELECT
                       FROM (SELECT DISTINCT waiting.pid
                             FROM locks AS waiting
                             JOIN locks AS ours
                               ON ours.object IS NOT DISTINCT FROM waiting.object
                             WHERE NOT waiting.granted
                               AND ours.pid = \(processID)
                               AND waiting.pid <> \(processID)) AS concerned
                       WHERE \(processID) = ANY (pg_catalog.pg_blocking_pids(pid)))
                   END AS has_waiters
            """, by: deadline)
        guard rows.count == 1 else { throw .noTable }
        return rows.truth(row: 0, column: 0)
    }
}
