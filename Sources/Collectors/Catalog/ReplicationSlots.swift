import Exposition
import Postgres

extension Collector {
    /// What each replication slot holds back, whether anybody uses it, and what became of it.
    ///
    /// A slot that is lost keeps no WAL, whatever position it still names.
    static let replicationSlots = Collector(
        "replication_slots", "WAL and old rows that replication slots keep, and the slots' state.",
        columns: [
            .label("slot_name"),
            .label("slot_type"),
            .label("datname"),
            .label("plugin"),
            .label("wal_status"),
            .label("invalidation_reason"),
            .info(
                "info", "pg_replication_slots_info",
                "A slot and its output plugin, from pg_replication_slots.",
                by: slot + ["plugin"]),
            .gauge(
                "is_wal_status", "pg_replication_slots_wal_status",
                "1 for the state that the slot's WAL is in, 0 for the others, from pg_replication_slots.",
                by: slot + ["wal_status"]),
            .gauge(
                "active", "pg_replication_slots_active",
                "1 where somebody streams from the slot, from pg_replication_slots.",
                by: slot),
            .gauge(
                "retained", "pg_replication_slots_retained_bytes",
                "WAL from the slot's oldest to the server's own position; absent where it keeps none,"
                    + " from pg_replication_slots.",
                by: slot),
            .gauge(
                "safe_wal_size", "pg_replication_slots_safe_wal_size_bytes",
                "WAL that may still be written before the slot is lost, negative where that can happen at any"
                    + " time; absent without max_slot_wal_keep_size, from pg_replication_slots.",
                by: slot),
            .gauge(
                "restart_lsn", "pg_replication_slots_restart_lsn_bytes",
                "The oldest WAL that the slot may need, from pg_replication_slots.",
                by: slot),
            .gauge(
                "confirmed_flush_lsn", "pg_replication_slots_confirmed_flush_lsn_bytes",
                "Up to where the receiver of a logical slot has confirmed, from pg_replication_slots.",
                by: slot),
            .gauge(
                "confirmed_flush_lag", "pg_replication_slots_confirmed_flush_lag_bytes",
                "WAL that the receiver of a logical slot has not confirmed, up to the server's own position,"
                    + " from pg_replication_slots.",
                by: slot),
            .gauge(
                "xmin", "pg_replication_slots_xmin_age_xids",
                "How many transactions ago the oldest one began whose rows the slot keeps from vacuum,"
                    + " from pg_replication_slots.",
                by: slot),
            .gauge(
                "catalog_xmin", "pg_replication_slots_catalog_xmin_age_xids",
                "How many transactions ago the oldest one began whose catalogue rows the slot keeps from"
                    + " vacuum, from pg_replication_slots.",
                by: slot),
            .gauge(
                "two_phase", "pg_replication_slots_two_phase",
                "1 where the slot decodes prepared transactions, from pg_replication_slots.",
                by: slot, since: 14),
            .gauge(
                "conflicting", "pg_replication_slots_conflicting",
                "1 where a conflict with recovery invalidated a logical slot, from pg_replication_slots.",
                by: slot, since: 16),
            .gauge(
                "invalidated", "pg_replication_slots_invalidated",
                "1 where the slot was invalidated; absent where it was not, from pg_replication_slots.",
                by: slot + ["invalidation_reason"], since: 17),
            .gauge(
                "failover", "pg_replication_slots_failover",
                "1 where standbys are to have the slot too, from pg_replication_slots.",
                by: slot, since: 17),
            .gauge(
                "synced", "pg_replication_slots_synced",
                "1 where the slot was copied from the primary, from pg_replication_slots.",
                by: slot, since: 17),
            .gauge(
                "inactive_since", "pg_replication_slots_inactive_since_timestamp_seconds",
                "Since when nobody streams from the slot, from pg_replication_slots.",
                by: slot, since: 17),
            .gauge(
                "two_phase_at", "pg_replication_slots_two_phase_at_lsn_bytes",
                "From where on the slot decodes prepared transactions, from pg_replication_slots.",
                by: slot, since: 18),
            .gauge(
                "temporary", "pg_replication_slots_temporary",
                "1 where the slot goes with its session, from pg_replication_slots.",
                by: slot),
        ]
    ) { server in
        statement(for: server.majorVersion)
    }
}

private let slot = ["slot_name", "slot_type", "datname"]

/// Each slot has a row of its own, one with its plugin, one for each state of WAL, and one if it is
/// invalidated.
private func statement(for version: Int) -> String {
    """
    WITH slot AS MATERIALIZED (
        SELECT slot_name,
               slot_type,
               database,
               plugin,
               wal_status,
               active,
               CASE WHEN wal_status <> 'lost' THEN restart_lsn END AS oldest_lsn,
               safe_wal_size,
               restart_lsn,
               confirmed_flush_lsn,
               xmin,
               catalog_xmin,
    \(version >= 14 ? "           two_phase,\n" : "")\
    \(version >= 16 ? "           conflicting,\n" : "")\
    \(version >= 17 ? viewSince17 : "")\
    \(version >= 18 ? "           two_phase_at,\n" : "")\
               temporary
        FROM pg_catalog.pg_replication_slots
    ), here AS MATERIALIZED (
        SELECT \(Phrase.endOfWAL) AS lsn
        FROM (SELECT count(*) FROM slot) AS already_read
    ), line AS (
        SELECT slot_name,
               NULL AS plugin,
               NULL AS wal_status,
               NULL AS invalidation_reason,
               NULL::int AS info,
               NULL::int AS is_wal_status,
               NULL::int AS is_invalid,
               true AS is_slot
        FROM slot
        UNION ALL
        SELECT slot_name, plugin, NULL, NULL, 1, NULL, NULL, false
        FROM slot
        UNION ALL
        SELECT slot_name, NULL, state, NULL, NULL, (wal_status = state)::int, NULL, false
        FROM slot
        CROSS JOIN (VALUES ('reserved'), ('extended'), ('unreserved'), ('lost')) AS possible (state)
    \(version >= 17 ? lineSince17 : "")\
    )
    SELECT line.slot_name,
           owner.slot_type,
           owner.database AS datname,
           line.plugin,
           line.wal_status,
           line.invalidation_reason,
           line.info,
           line.is_wal_status,
           slot.active,
           \(Phrase.bytes(from: "slot.oldest_lsn", to: "here.lsn")) AS retained,
           slot.safe_wal_size,
           \(Phrase.bytes(before: "slot.restart_lsn")) AS restart_lsn,
           \(Phrase.bytes(before: "slot.confirmed_flush_lsn")) AS confirmed_flush_lsn,
           \(Phrase.bytes(from: "slot.confirmed_flush_lsn", to: "here.lsn")) AS confirmed_flush_lag,
           pg_catalog.age(slot.xmin) AS xmin,
           pg_catalog.age(slot.catalog_xmin) AS catalog_xmin,
    \(version >= 14 ? "       slot.two_phase,\n" : "")\
    \(version >= 16 ? "       slot.conflicting,\n" : "")\
    \(version >= 17 ? since17 : "")\
    \(version >= 18 ? since18 : "")\
           slot.temporary
    FROM line
    CROSS JOIN here
    JOIN slot AS owner ON owner.slot_name = line.slot_name
    LEFT JOIN slot ON slot.slot_name = line.slot_name
        AND line.is_slot
    ORDER BY line.slot_name, line.is_slot DESC, line.plugin, line.wal_status, line.invalidation_reason
    """
}

private let viewSince17 = """
           invalidation_reason,
           failover,
           synced,
           inactive_since,

    """

private let lineSince17 = """
    UNION ALL
    SELECT slot_name, NULL, NULL, invalidation_reason, NULL, NULL, 1, false
    FROM slot
    WHERE invalidation_reason IS NOT NULL

    """

private let since17 = """
           line.is_invalid AS invalidated,
           slot.failover,
           slot.synced,
           extract(epoch FROM slot.inactive_since) AS inactive_since,

    """

private let since18 = """
           \(Phrase.bytes(before: "slot.two_phase_at")) AS two_phase_at,

    """
