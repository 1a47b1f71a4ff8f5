import Exposition

extension Collector {
    /// The standby's own end of its link: where it stands, and whether it stands at all.
    ///
    /// `primary_conninfo` says whether there should be a link; nothing of it leaves the statement.
    static let walReceiver = Collector(
        "wal_receiver", "Whether a standby receives WAL, from whom, and how far.",
        audience: .standbys, requires: [.readAllStats, .readAllSettings],
        columns: [
            .label("slot_name"),
            .label("sender_host"),
            .label("status"),
            .info(
                "info", "pg_stat_wal_receiver_info",
                "From whom the standby receives WAL, by which slot, and what its receiver does,"
                    + " from pg_stat_wal_receiver."),
            .gauge(
                "streaming", "pg_stat_wal_receiver_streaming",
                "1 where the standby is connected and receives WAL, 0 where it should be and is not; absent"
                    + " where primary_conninfo is empty, from pg_stat_wal_receiver.", by: []),
            .gauge(
                "receive_start_lsn", "pg_stat_wal_receiver_receive_start_lsn_bytes",
                "Where the receiver began, from pg_stat_wal_receiver.", by: []),
            .gauge(
                "written_lsn", "pg_stat_wal_receiver_written_lsn_bytes",
                "Up to where WAL is received and written, from pg_stat_wal_receiver.", by: []),
            .gauge(
                "flushed_lsn", "pg_stat_wal_receiver_flushed_lsn_bytes",
                "Up to where WAL is received and durable, from pg_stat_wal_receiver.", by: []),
            .gauge(
                "latest_end_lsn", "pg_stat_wal_receiver_latest_end_lsn_bytes",
                "The end of the sender's WAL as it last told, from pg_stat_wal_receiver.", by: []),
            .gauge(
                "received_tli", "pg_stat_wal_receiver_received_tli",
                "The timeline of the WAL received last, from pg_stat_wal_receiver.", by: []),
            .gauge(
                "last_msg_send", "pg_stat_wal_receiver_last_msg_send_timestamp_seconds",
                "When the sender sent its last message, by its own clock, from pg_stat_wal_receiver.",
                by: []),
            .gauge(
                "last_msg_receipt", "pg_stat_wal_receiver_last_msg_receipt_timestamp_seconds",
                "When the sender's last message arrived, from pg_stat_wal_receiver.", by: []),
            .gauge(
                "latest_end", "pg_stat_wal_receiver_latest_end_timestamp_seconds",
                "When the sender told of a new end of its WAL, by its own clock, from pg_stat_wal_receiver.",
                by: []),
        ]
    ) { _ in
        """
        WITH receiver AS MATERIALIZED (
            SELECT view.slot_name,
                   view.sender_host,
                   view.status,
                   view.receive_start_lsn,
                   view.written_lsn,
                   view.flushed_lsn,
                   view.latest_end_lsn,
                   view.received_tli,
                   view.last_msg_send_time,
                   view.last_msg_receipt_time,
                   view.latest_end_time,
                   pg_catalog.current_setting('primary_conninfo') <> '' AS is_wanted
            FROM (SELECT 1) AS standby
            LEFT JOIN pg_catalog.pg_stat_wal_receiver AS view ON true
            WHERE pg_catalog.pg_is_in_recovery()
        )
        SELECT slot_name,
               sender_host,
               status,
               1 AS info,
               NULL AS streaming,
               NULL::numeric AS receive_start_lsn,
               NULL::numeric AS written_lsn,
               NULL::numeric AS flushed_lsn,
               NULL::numeric AS latest_end_lsn,
               NULL::bigint AS received_tli,
               NULL AS last_msg_send,
               NULL AS last_msg_receipt,
               NULL AS latest_end
        FROM receiver
        WHERE status IS NOT NULL
        UNION ALL
        SELECT NULL,
               NULL,
               NULL,
               NULL,
               CASE WHEN status = 'streaming' THEN 1
                    WHEN is_wanted THEN 0 END,
               \(Phrase.bytes(before: "receive_start_lsn")),
               \(Phrase.bytes(before: "written_lsn")),
               \(Phrase.bytes(before: "flushed_lsn")),
               \(Phrase.bytes(before: "latest_end_lsn")),
               received_tli,
               extract(epoch FROM last_msg_send_time),
               extract(epoch FROM last_msg_receipt_time),
               extract(epoch FROM latest_end_time)
        FROM receiver
        """
    }
}
