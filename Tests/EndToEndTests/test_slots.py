"""What replication slots hold back and what becomes of them, to the byte and to the transaction."""

import time
from collections.abc import Callable

import pytest

from asking import ask, ask_at_rest
from installation import VERSIONS
from postgres import PostgresServer
from processes import wait_until

RETAINED = "pg_replication_slots_retained_bytes"
STATES = ("reserved", "extended", "unreserved", "lost")


@pytest.fixture
def logical(postgres, installation_of) -> Callable[..., PostgresServer]:
    """Starts a server of that version with wal_level = logical: `logical(18, wal_keep_size="1MB")`."""

    def start(version: int, **settings: str) -> PostgresServer:
        return postgres(installation_of(version), settings={"wal_level": "logical", "autovacuum": "off", **settings})

    return start


def write(server: PostgresServer, size: int) -> None:
    server.execute(f"SELECT pg_logical_emit_message(true, 'test', repeat('x', {size}))")


def status_of(page, slot: str) -> list[str]:
    """The states that the slot's WAL is in; each of the four has a sample."""
    name = "pg_replication_slots_wal_status"
    values = {state: page.value(name, slot_name=slot, wal_status=state) for state in STATES}
    assert set(values.values()) <= {0, 1}
    return [state for state, value in values.items() if value == 1]


@pytest.mark.parametrize("version", VERSIONS)
def test_two_slots_keep_the_wal_since_each_was_made(logical, version):
    server = logical(version)
    server.execute("SELECT pg_create_physical_replication_slot('older', true)")
    write(server, 30_000)
    server.execute("CHECKPOINT")  # Where a new slot's WAL begins.
    server.execute("SELECT pg_create_physical_replication_slot('younger', true)")
    server.execute("SELECT pg_create_physical_replication_slot('unused')")
    write(server, 5_000)
    kept = dict(server.execute("SELECT slot_name, (restart_lsn - '0/0')::bigint FROM pg_replication_slots"))
    answer, here = ask_at_rest(server, "replication_slots", writer=server)
    page = answer.page

    assert kept["younger"] - kept["older"] > 30_000
    for slot in ("older", "younger"):
        assert page.value(RETAINED, slot_name=slot, slot_type="physical") == here - kept[slot]
        assert page.value("pg_replication_slots_restart_lsn_bytes", slot_name=slot) == kept[slot]
        assert page.value("pg_replication_slots_active", slot_name=slot) == 0
        assert page.value("pg_replication_slots_info", slot_name=slot) == 1
        assert status_of(page, slot) == ["reserved"]
    assert page.value("pg_replication_slots_active", slot_name="unused") == 0
    assert page.value(RETAINED, slot_name="unused") is None
    assert page.all("pg_replication_slots_safe_wal_size_bytes") == {}
    assert page.all("pg_replication_slots_confirmed_flush_lag_bytes") == {}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_logical_slot_ages_by_transactions_and_says_what_is_not_confirmed(logical, version):
    server = logical(version)
    made = time.time()
    server.execute("SELECT pg_create_logical_replication_slot('feed', 'pgoutput')")
    names = {"slot_name": "feed", "slot_type": "logical", "datname": "postgres"}
    age = "pg_replication_slots_catalog_xmin_age_xids"
    first = ask(server, "replication_slots")
    with server.connect() as connection:
        for _ in range(9):
            connection.execute("SELECT txid_current()")
    write(server, 1_000)
    confirmed = server.execute("SELECT (confirmed_flush_lsn - '0/0')::bigint FROM pg_replication_slots")[0][0]
    second, here = ask_at_rest(server, "replication_slots", writer=server)

    # The nine, and the one that wrote.
    assert second.value(age, **names) - first.value(age, **names) == 10
    assert second.page.all("pg_replication_slots_xmin_age_xids") == {}
    assert second.value("pg_replication_slots_confirmed_flush_lsn_bytes", **names) == confirmed
    assert second.value("pg_replication_slots_confirmed_flush_lag_bytes", **names) == here - confirmed > 1_000
    assert second.value("pg_replication_slots_info", plugin="pgoutput", **names) == 1
    assert second.value("pg_replication_slots_temporary", **names) == 0
    since = {"two_phase": 14, "conflicting": 16, "failover": 17, "synced": 17}
    for column, first_version in since.items():
        expected = 0 if version >= first_version else None
        assert second.value(f"pg_replication_slots_{column}", **names) == expected, column
    inactive = second.value("pg_replication_slots_inactive_since_timestamp_seconds", **names)
    if version >= 17:
        assert made <= inactive <= first.began
    else:
        assert inactive is None
    assert second.page.all("pg_replication_slots_invalidated") == {}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_slot_beyond_its_limit_is_in_danger_and_then_lost(logical, version):
    server = logical(version, max_slot_wal_keep_size="16MB")
    server.execute("SELECT pg_create_physical_replication_slot('doomed', true)")
    safe = ask(server, "replication_slots").page
    for _ in range(4):
        server.execute("SELECT pg_switch_wal()")
        write(server, 100)
    endangered, _ = ask_at_rest(server, "replication_slots", writer=server)
    size = server.execute("SELECT safe_wal_size FROM pg_replication_slots")[0][0]
    server.execute("CHECKPOINT")
    lost = ask(server, "replication_slots").page

    name = "pg_replication_slots_safe_wal_size_bytes"
    assert status_of(safe, "doomed") == ["reserved"]
    assert safe.value(name, slot_name="doomed") > 0
    assert status_of(endangered.page, "doomed") == ["unreserved"]
    assert endangered.value(name, slot_name="doomed") == size < 0
    assert endangered.value(RETAINED, slot_name="doomed") > 48 << 20
    assert status_of(lost, "doomed") == ["lost"]
    assert lost.value(name, slot_name="doomed") is None
    assert lost.value(RETAINED, slot_name="doomed") is None
    reasons = lost.all("pg_replication_slots_invalidated")
    names = {"server": "main", "slot_name": "doomed", "slot_type": "physical", "invalidation_reason": "wal_removed"}
    assert reasons == ({frozenset(names.items()): 1} if version >= 17 else {})


@pytest.mark.parametrize("version", [13, 18])
def test_what_a_standby_asks_for_ages_in_its_slot_while_it_is_away(logical, version):
    server = logical(version)
    folder = server.folder.with_name(f"{server.folder.name}-standby")
    standby = server.standby(folder, slot="away", settings={"hot_standby_feedback": "on"})
    try:
        standby.start()
        has_xmin = "SELECT count(*) FROM pg_replication_slots WHERE xmin IS NOT NULL"
        wait_until(lambda: server.execute(has_xmin) == [(1,)], within=15, what="the standby has said what it needs")
        present = ask(server, "replication_slots", "replication").page
    finally:
        standby.stop()
    is_free = "SELECT count(*) FROM pg_replication_slots WHERE NOT active"
    wait_until(lambda: server.execute(is_free) == [(1,)], within=10, what="the slot is free")
    age = "pg_replication_slots_xmin_age_xids"
    first = ask(server, "replication_slots").page
    with server.connect() as connection:
        for _ in range(6):
            connection.execute("SELECT txid_current()")
    second = ask(server, "replication_slots").page

    assert present.value("pg_replication_slots_active", slot_name="away") == 1
    assert present.value("pg_replication_slots_inactive_since_timestamp_seconds") is None
    # With a slot the slot keeps the rows, and the sender says nothing of them.
    assert present.value("pg_stat_replication_backend_xmin_age_xids", slot_name="away") is None
    assert first.value("pg_replication_slots_active", slot_name="away") == 0
    assert second.value(age, slot_name="away") - first.value(age, slot_name="away") == 6
