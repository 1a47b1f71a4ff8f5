import Exposition

extension Collector {
    /// How far a standby's replay is behind.
    ///
    /// `pg_recovery_lag_seconds` is 0 where the receiver streams, the sender spoke lately, and all that it
    /// told of is replayed. Otherwise it is the age of the last transaction that was replayed. So it is 0
    /// behind an idle primary, and grows with the clock where the link is cut or silent, replay is paused,
    /// or there is no link at all, as where WAL comes from an archive.
    ///
    /// - "Lately" is half of `wal_receiver_timeout` and 5 s, since the receiver asks for a sign of life after
    ///   that half; where the timeout is off nobody asks, and it is 60 s.
    /// - "All" may end within a record: a primary sends whole pages, and can keep the rest of the last record
    ///   until the next commit. All is replayed then too if replay waits for the stream.
    ///
    /// What it cannot know:
    /// - It is an upper bound. A commit that ends a long pause shows the whole pause until it is replayed,
    ///   and a transaction that alone writes for an hour can show up to that hour while it streams. The
    ///   bytes tell.
    /// - It compares the commit's time on the primary with this server's clock.
    /// - Behind another standby it is the lag behind that one.
    static let recovery = Collector(
        "recovery", "How far a standby's replay is behind, and whether it is paused.",
        audience: .standbys, requires: [.readAllStats],
        columns: [
            .gauge(
                "lag", "pg_recovery_lag_seconds",
                "0 where the standby hears from its sender and has replayed all that it told of; else the age"
                    + " of the last replayed transaction, which is the most that it can be behind,"
                    + " from pg_last_xact_replay_timestamp() and pg_stat_wal_receiver."),
            .gauge(
                "replay_lag", "pg_recovery_replay_lag_bytes",
                "WAL that the standby received or was told of and has not replayed,"
                    + " from pg_stat_wal_receiver and pg_last_wal_replay_lsn()."),
            .gauge(
                "receive_lsn", "pg_recovery_receive_lsn_bytes",
                "Up to where WAL was received by streaming, from pg_last_wal_receive_lsn()."),
            .gauge(
                "replay_lsn", "pg_recovery_replay_lsn_bytes",
                "Up to where WAL is replayed, from pg_last_wal_replay_lsn()."),
            .gauge(
                "last_xact_replay", "pg_recovery_last_xact_replay_timestamp_seconds",
                "When the transaction that was replayed last ended on the primary,"
                    + " from pg_last_xact_replay_timestamp()."),
            .gauge(
                "paused", "pg_recovery_paused",
                "1 where somebody has asked replay to pause, from pg_is_wal_replay_paused()."),
        ]
    ) { _ in
        // What is known is read before what is replayed: else replay would seem behind what came meanwhile.
        """
        WITH limits AS (
            SELECT pg_catalog.current_setting('wal_receiver_timeout')::interval AS timeout
        ), known AS MATERIALIZED (
            SELECT receiver.status = 'streaming'
                       AND receiver.last_msg_receipt_time > pg_catalog.clock_timestamp()
                           - CASE WHEN timeout > '0'
                                  THEN timeout / 2 + INTERVAL '5 seconds'
                                  ELSE INTERVAL '60 seconds' END AS is_alive,
                   pg_catalog.pg_last_wal_receive_lsn() AS received,
                   receiver.latest_end_lsn AS told
            FROM limits
            LEFT JOIN pg_catalog.pg_stat_wal_receiver AS receiver ON true
            WHERE pg_catalog.pg_is_in_recovery()
        ), standby AS MATERIALIZED (
            SELECT is_alive,
                   received,
                   greatest(received, told) AS known,
                   (SELECT wait_event = 'RecoveryWalStream'
                    FROM pg_catalog.pg_stat_activity
                    WHERE backend_type = 'startup') AS is_waiting,
                   pg_catalog.pg_last_wal_replay_lsn() AS replayed,
                   pg_catalog.pg_last_xact_replay_timestamp() AS last_commit
            FROM known
        )
        SELECT CASE WHEN is_alive AND (replayed >= known OR is_waiting AND received = known) THEN 0
                    ELSE \(Phrase.age(since: "last_commit")) END AS lag,
               \(Phrase.bytes(from: "replayed", to: "known")) AS replay_lag,
               \(Phrase.bytes(before: "received")) AS receive_lsn,
               \(Phrase.bytes(before: "replayed")) AS replay_lsn,
               extract(epoch FROM last_commit) AS last_xact_replay,
               pg_catalog.pg_is_wal_replay_paused() AS paused
        FROM standby
        """
    }
}
