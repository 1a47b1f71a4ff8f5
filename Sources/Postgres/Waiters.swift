extension Connection {
    /// Whether some session waits for a lock that the session `processID` holds or waits for before it.
    package mutating func hasWaiters(behind processID: Int32, by deadline: Deadline) throws(PostgresError)
        -> Bool
    {
        // pg_blocking_pids stops the lock manager for a moment: it is asked for waiting sessions only.
        let rows = try query(
            """
            /* pgvigil waiters */
            SELECT EXISTS (
                SELECT FROM (SELECT DISTINCT pid FROM pg_catalog.pg_locks WHERE NOT granted) AS waiting
                WHERE \(processID) = ANY (pg_catalog.pg_blocking_pids(pid))) AS has_waiters
            """, by: deadline)
        guard rows.count == 1, let hasWaiters = rows.truth(row: 0, column: 0) else { throw .noTable }
        return hasWaiters
    }
}
