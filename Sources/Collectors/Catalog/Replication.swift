import Exposition

extension Collector {
    /// Who receives WAL from this server, and how far behind its end they are: two views of one reading.
    ///
    /// Receivers with the same labels, such as two `pg_receivewal` of one host, count as one: the worst.
    /// The slot is a label only where it outlives its connection: the name of a temporary one holds a
    /// process id.
    static let replication = Collector(
        "replication", "Standbys and other receivers of WAL, and how far behind they are.",
        requires: [.readAllStats],
        columns: [
            .label("application_name"),
            .label("client_addr"),
            .label("slot_name"),
            .label("state"),
            .label("sync_state"),
            .gauge(
                "senders", "pg_stat_replication_senders",
                "Processes that send WAL, base backups included, from pg_stat_replication."),
            lag("sent_lag_bytes", "pg_stat_replication_sent_lag_bytes", "WAL not yet sent to the receiver"),
            lag(
                "write_lag_bytes", "pg_stat_replication_write_lag_bytes",
                "WAL that the receiver has not yet written"),
            lag(
                "flush_lag_bytes", "pg_stat_replication_flush_lag_bytes",
                "WAL that the receiver has not yet made durable"),
            lag(
                "replay_lag_bytes", "pg_stat_replication_replay_lag_bytes",
                "WAL that the receiver has not yet replayed"),
            delay("write_lag", "pg_stat_replication_write_lag_seconds", "written"),
            delay("flush_lag", "pg_stat_replication_flush_lag_seconds", "made durable"),
            delay("replay_lag", "pg_stat_replication_replay_lag_seconds", "replayed"),
            .gauge(
                "reply", "pg_stat_replication_reply_timestamp_seconds",
                "When the receiver last replied, by its own clock, from pg_stat_replication.",
                by: receiver),
            .gauge(
                "backend_start", "pg_stat_replication_backend_start_timestamp_seconds",
                "When the receiver connected, from pg_stat_replication.",
                by: receiver),
            .gauge(
                "backend_xmin", "pg_stat_replication_backend_xmin_age_xids",
                "How many transactions ago the oldest snapshot on the standby was taken, where it says so"
                    + " (hot_standby_feedback), from pg_stat_replication.",
                by: receiver),
        ]
    ) { _ in
        """
        WITH sender AS MATERIALIZED (
            SELECT process.application_name,
                   pg_catalog.host(process.client_addr) AS client_addr,
                   slot.slot_name,
                   process.state,
                   process.sync_state,
                   process.sent_lsn,
                   process.write_lsn,
                   process.flush_lsn,
                   process.replay_lsn,
                   process.write_lag,
                   process.flush_lag,
                   process.replay_lag,
                   process.reply_time,
                   process.backend_start,
                   process.backend_xmin
            FROM pg_catalog.pg_stat_replication AS process
            LEFT JOIN pg_catalog.pg_replication_slots AS slot
                ON slot.active_pid = process.pid
                AND NOT slot.temporary
        ), receiver AS MATERIALIZED (
            SELECT application_name,
                   client_addr,
                   slot_name,
                   min(sent_lsn) AS sent,
                   min(write_lsn) AS written,
                   min(flush_lsn) AS flushed,
                   min(replay_lsn) AS replayed,
                   extract(epoch FROM max(write_lag)) AS write_lag,
                   extract(epoch FROM max(flush_lag)) AS flush_lag,
                   extract(epoch FROM max(replay_lag)) AS replay_lag,
                   extract(epoch FROM min(reply_time)) AS reply,
                   extract(epoch FROM max(backend_start)) AS backend_start,
                   max(pg_catalog.age(backend_xmin)) AS backend_xmin,
                   \(Phrase.endOfWAL) AS here
            FROM sender
            GROUP BY application_name, client_addr, slot_name
        )
        SELECT application_name,
               client_addr,
               slot_name,
               state,
               sync_state,
               count(*) AS senders,
               NULL::numeric AS sent_lag_bytes,
               NULL::numeric AS write_lag_bytes,
               NULL::numeric AS flush_lag_bytes,
               NULL::numeric AS replay_lag_bytes,
               NULL AS write_lag,
               NULL AS flush_lag,
               NULL AS replay_lag,
               NULL AS reply,
               NULL AS backend_start,
               NULL::bigint AS backend_xmin
        FROM sender
        GROUP BY application_name, client_addr, slot_name, state, sync_state
        UNION ALL
        SELECT application_name,
               client_addr,
               slot_name,
               NULL,
               NULL,
               NULL,
               \(Phrase.bytes(from: "sent", to: "here")),
               \(Phrase.bytes(from: "written", to: "here")),
               \(Phrase.bytes(from: "flushed", to: "here")),
               \(Phrase.bytes(from: "replayed", to: "here")),
               write_lag,
               flush_lag,
               replay_lag,
               reply,
               backend_start,
               backend_xmin
        FROM receiver
        ORDER BY application_name, client_addr, slot_name, state, sync_state
        """
    }

    private static func lag(_ column: String, _ metric: MetricName, _ what: String) -> Column {
        .gauge(
            column, metric, "\(what), up to the server's own position, from pg_stat_replication.",
            by: receiver)
    }

    private static func delay(_ column: String, _ metric: MetricName, _ what: String) -> Column {
        .gauge(
            column, metric,
            "Time until the receiver reported recent WAL \(what); absent while it is idle,"
                + " from pg_stat_replication.", by: receiver)
    }
}

private let receiver = ["application_name", "client_addr", "slot_name"]
