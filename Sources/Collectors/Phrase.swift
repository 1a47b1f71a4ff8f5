/// What several statements say in the same words.
enum Phrase {
    /// A condition on rows of `pg_stat_activity`: not one of pgvigil's own sessions.
    static let isNotOurs = """
        pid <> pg_catalog.pg_backend_pid()
          AND (application_name = 'pgvigil' AND usename = session_user) IS NOT TRUE
        """

    /// Where the server's WAL ends now: what it wrote itself or, in recovery, all that it holds.
    static let endOfWAL = """
        CASE WHEN pg_catalog.pg_is_in_recovery()
             THEN greatest(pg_catalog.pg_last_wal_receive_lsn(), pg_catalog.pg_last_wal_replay_lsn())
             ELSE pg_catalog.pg_current_wal_lsn() END
        """

    /// Seconds since then; 0 where that is still to come, as when clocks are set back; NULL of NULL.
    static func age(since time: String) -> String {
        "CASE WHEN \(time) IS NOT NULL"
            + " THEN greatest(extract(epoch FROM pg_catalog.clock_timestamp() - \(time)), 0) END"
    }

    /// Bytes of WAL from one position to another; 0 where there are none, NULL where either is NULL.
    static func bytes(from start: String, to end: String) -> String {
        "CASE WHEN \(start) IS NOT NULL AND \(end) IS NOT NULL"
            + " THEN greatest(pg_catalog.pg_wal_lsn_diff(\(end), \(start)), 0) END"
    }

    /// A position as the number of bytes before it.
    static func bytes(before position: String) -> String {
        "pg_catalog.pg_wal_lsn_diff(\(position), '0/0')"
    }
}
