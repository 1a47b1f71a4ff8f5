"""Who follows this server, whom it follows, and what slots keep."""

from expressions import REPLAY_LAG, or_zero, zero
from panels import Column, Query, graph, rising, table, timeline

_STANDBY = "{{server}} to {{application_name}} {{client_addr}}"
_NAMES = "ID, application_name, client_addr, slot_name"


def _lag_bytes(stage: str) -> str:
    return or_zero(f"max by ({_NAMES}) (pg_stat_replication_{stage}_lag_bytes{{SERVER}})", "replication")


def _lag_seconds(stage: str) -> str:
    """PostgreSQL forgets the times of a standby that has nothing left to do: where no byte is missing that is 0."""
    known = f"max by ({_NAMES}) (pg_stat_replication_{stage}_lag_seconds{{SERVER}})"
    caught_up = f"0 * (max by ({_NAMES}) (pg_stat_replication_{stage}_lag_bytes{{SERVER}}) == 0)"
    nobody = f"({zero('replication')} unless on (ID) pg_stat_replication_senders{{SERVER}})"
    return f"{known} or on ({_NAMES}) {caught_up} or on (ID) {nobody}"


def _age(metric: str) -> str:
    return f"time() - max by (ID) ({metric}{{SERVER}})"


REPLICATION = [
    graph(
        "Senders by state",
        """Walsenders of this server by the state of what they serve; 0 where nobody follows. streaming is well; catchup
        for long: the standby does not keep up; startup for long: it cannot connect fully. A missing one: look at the
        standby's log.""",
        "none",
        Query(
            or_zero("sum by (ID, state) (pg_stat_replication_senders{SERVER})", "replication"),
            "{{server}} {{state}}",
        ),
        stacked=True,
    ),
    graph(
        "Senders by synchronicity",
        """Walsenders by sync_state; 0 where nobody follows. With synchronous_standby_names set and no sync or quorum
        here, commits wait for ever: bring the standby back or take it out of that setting.""",
        "none",
        Query(
            or_zero("sum by (ID, sync_state) (pg_stat_replication_senders{SERVER})", "replication"),
            "{{server}} {{sync_state}}",
        ),
        stacked=True,
    ),
    graph(
        "Missing at standbys, by stage",
        """WAL bytes between this server's position and what each standby was sent, and has written, flushed and
        replayed. The first stage that is far behind is the bottleneck: sent is this server or the network, flushed the
        standby's disk, replayed its CPU or a query in the way.""",
        "bytes",
        *(
            Query(_lag_bytes(stage), f"{_STANDBY} {done}")
            for stage, done in (("sent", "sent"), ("write", "written"), ("flush", "flushed"), ("replay", "replayed"))
        ),
    ),
    graph(
        "Delay of standbys, by stage",
        """How long recent WAL took until each standby had written, flushed and replayed it. With synchronous_commit,
        each commit waits this long. No line while it is unknown; 0 where nothing is missing.""",
        "s",
        *(
            Query(_lag_seconds(stage), f"{_STANDBY} {done}")
            for stage, done in (("write", "written"), ("flush", "flushed"), ("replay", "replayed"))
        ),
        limits=rising(5, 10),
    ),
    graph(
        "Last word of standbys",
        """How long ago each standby last answered its walsender; 0 where nobody follows. It does so every 10 s by
        wal_receiver_status_interval; after wal_sender_timeout the connection is given up. Rising: a hanging standby or
        network.""",
        "s",
        Query(
            or_zero(
                f"time() - max by ({_NAMES}) (pg_stat_replication_reply_timestamp_seconds{{SERVER}})", "replication"
            ),
            _STANDBY,
        ),
        limits=rising(30, 60),
    ),
    timeline(
        "WAL receiver",
        """Whether the standby receives WAL by streaming. Not streaming: it cannot connect to its primary, or what it
        needs was removed there: its log says which.""",
        {0: ("not streaming", "red"), 1: ("streaming", "green"), 2: ("primary", "blue")},
        Query(
            """max by (ID) (pg_stat_wal_receiver_streaming{SERVER})
            or on (ID) max by (ID) (pg_server_in_recovery{SERVER} == 0) + 2"""
        ),
        width=8,
    ),
    graph(
        "Lag of this standby",
        """How far replay is behind in time: 0 where all that the primary told of is replayed, and on a primary; an
        upper bound where the primary is silent. Above 10 s, reads here are stale.""",
        "s",
        Query(REPLAY_LAG),
        limits=rising(5, 10),
    ),
    graph(
        "Received and not replayed",
        """WAL bytes that the standby has and has not replayed; 0 on a primary. Growing while WAL comes in: a long
        query holds replay up (max_standby_streaming_delay), replay is paused, or one core is not enough.""",
        "bytes",
        Query(
            """max by (ID) (pg_recovery_replay_lag_bytes{SERVER})
            or on (ID) 0 * max by (ID) (pg_server_in_recovery{SERVER} == 0)"""
        ),
    ),
    timeline(
        "Replay",
        """Whether replay goes on. Paused by hand for longer than you meant it: SELECT pg_wal_replay_resume(). Not
        so at a recovery target, nor where a setting is too small for the primary's: the log says which.""",
        {0: ("replaying", "green"), 1: ("paused", "red"), 2: ("primary", "blue")},
        Query(
            """max by (ID) (pg_recovery_paused{SERVER})
            or on (ID) max by (ID) (pg_server_in_recovery{SERVER} == 0) + 2"""
        ),
        width=8,
    ),
    graph(
        "Last message from the primary",
        """How long ago the standby's receiver last got anything; 0 on a primary. The primary speaks at least every
        half wal_sender_timeout (30 s). More: a dead network.""",
        "s",
        Query(
            f"""{_age("pg_stat_wal_receiver_last_msg_receipt_timestamp_seconds")}
            or on (ID) 0 * max by (ID) (pg_server_in_recovery{{SERVER}} == 0)"""
        ),
        limits=rising(45, 60),
        width=12,
    ),
    graph(
        "Last commit replayed",
        """How long ago the latest transaction that was replayed was committed on the primary; 0 on a primary. It grows
        where nobody writes: trust the lag above, this is for comparing.""",
        "s",
        Query(
            f"""{_age("pg_recovery_last_xact_replay_timestamp_seconds")}
            or on (ID) 0 * max by (ID) (pg_server_in_recovery{{SERVER}} == 0)"""
        ),
        width=12,
    ),
]

_SLOT = "ID, slot_name, slot_type, datname"

SLOTS = [
    graph(
        "WAL kept by each slot",
        """What each slot keeps from being removed; 0 where there are none. Growing without end: its consumer is gone
        or too slow. Bring it back, drop the slot, or bound it by max_slot_wal_keep_size.""",
        "bytes",
        Query(
            or_zero("max by (ID, slot_name) (pg_replication_slots_retained_bytes{SERVER})", "replication_slots"),
            "{{server}} {{slot_name}}",
        ),
        limits=rising(5e9, 10e9),
    ),
    timeline(
        "Slots: is the WAL they need still there?",
        """reserved and extended are well; unreserved: the next checkpoint may remove what the slot needs; lost: it is
        gone, and its consumer must be set up anew. For unreserved, start the consumer now or raise
        max_slot_wal_keep_size.""",
        {
            -1: ("no slots", "text"),
            0: ("reserved", "green"),
            1: ("extended", "blue"),
            2: ("unreserved", "orange"),
            3: ("lost", "red"),
        },
        Query(
            f"""sum by (ID, slot_name) (pg_replication_slots_wal_status{{SERVER,wal_status="extended"}})
            + 2 * sum by (ID, slot_name) (pg_replication_slots_wal_status{{SERVER,wal_status="unreserved"}})
            + 3 * sum by (ID, slot_name) (pg_replication_slots_wal_status{{SERVER,wal_status="lost"}})
            or on (ID) {zero("replication_slots")} - 1""",
            "{{server}} {{slot_name}}",
        ),
        width=16,
    ),
    table(
        "Slots",
        """Each replication slot now. Idle with WAL kept: its consumer is gone. "Room left" is what may still be
        written before it loses WAL, blank where max_slot_wal_keep_size is unlimited. "In conflict": recovery removed
        rows that a standby's logical slot needs, make it anew. Since PostgreSQL 16; "Idle for" since 17.""",
        {"server": "Server", "slot_name": "Slot", "slot_type": "Type", "datname": "Database"},
        Column(
            "Active",
            or_zero(f"max by ({_SLOT}) (pg_replication_slots_active{{SERVER}})", "replication_slots") + " - 1",
            states={-1: ("no slots", "text"), 0: ("idle", "orange"), 1: ("active", "green")},
        ),
        Column("WAL kept", f"max by ({_SLOT}) (pg_replication_slots_retained_bytes{{SERVER}})", unit="bytes"),
        Column("Room left", f"max by ({_SLOT}) (pg_replication_slots_safe_wal_size_bytes{{SERVER}})", unit="bytes"),
        Column("Unconfirmed", f"max by ({_SLOT}) (pg_replication_slots_confirmed_flush_lag_bytes{{SERVER}})", "bytes"),
        Column(
            "Idle for",
            f"time() - max by ({_SLOT}) (pg_replication_slots_inactive_since_timestamp_seconds{{SERVER}})",
            unit="s",
            limits=rising(900, 3600),
        ),
        Column(
            "In conflict",
            f"max by ({_SLOT}) (pg_replication_slots_conflicting{{SERVER}})",
            states={0: ("no", "green"), 1: ("yes", "red")},
        ),
        Column(
            "Catalog snapshot's age",
            f"max by ({_SLOT}) (pg_replication_slots_catalog_xmin_age_xids{{SERVER}})",
        ),
        height=8,
    ),
]
