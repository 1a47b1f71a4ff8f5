"""What a standby says of its lag, in every state that it can be in, compared with the truth."""

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from asking import ask, ask_at_rest
from installation import VERSIONS
from postgres import PostgresServer
from processes import wait_until

LAG = "pg_recovery_lag_seconds"
LAST_COMMIT = "SELECT extract(epoch FROM pg_last_xact_replay_timestamp())::float8"
TO_STANDBYS_ONLY = {"recovery", "wal_receiver"}


def commit(primary: PostgresServer, bytes_of_wal: int = 100) -> None:
    """A transaction that changes nothing."""
    primary.execute(f"SELECT pg_logical_emit_message(true, 'test', repeat('x', {bytes_of_wal}))")


def wait_until_cut_off(standby: PostgresServer) -> None:
    gone = "SELECT count(*) = 0 FROM pg_stat_wal_receiver"
    wait_until(lambda: standby.execute(gone) == [(True,)], within=10, what="the receiver is gone")


def last_commit(standby: PostgresServer) -> float:
    return standby.execute(LAST_COMMIT)[0][0]


@pytest.fixture
def pair(postgres, installation_of) -> Iterator[Callable[..., tuple[PostgresServer, PostgresServer]]]:
    """A primary and a standby that a test may break: `pair(18, settings={…})`."""
    standbys: list[PostgresServer] = []

    def start(version: int, **options) -> tuple[PostgresServer, PostgresServer]:
        primary = postgres(installation_of(version), settings={"autovacuum": "off"})
        standby = primary.standby(primary.folder.with_name(f"{primary.folder.name}-standby"), **options)
        standbys.append(standby)
        standby.start()
        commit(primary)
        standby.follow(primary)
        return primary, standby

    yield start
    for standby in standbys:
        standby.stop()


@contextmanager
def paused_replay(standby: PostgresServer) -> Iterator[None]:
    standby.execute("SELECT pg_wal_replay_pause()")
    try:
        yield
    finally:
        standby.execute("SELECT pg_wal_replay_resume()")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_standby_of_an_idle_primary_is_not_behind(pair, version):
    primary, standby = pair(version, slot="standby")
    commit(primary)
    primary.execute("SELECT pg_switch_wal()")
    standby.follow(primary)
    committed = last_commit(standby)
    first = ask(standby, "recovery", "wal_receiver")
    wait_until(lambda: time.time() > committed + 3, within=5, what="three seconds pass without a commit")
    second = ask(standby, "recovery", "wal_receiver")

    assert last_commit(standby) == committed
    for answer in (first, second):
        assert answer.value(LAG) == 0
        assert answer.value("pg_recovery_replay_lag_bytes") == 0
        assert answer.value("pg_recovery_paused") == 0
        assert answer.value("pg_recovery_last_xact_replay_timestamp_seconds") == pytest.approx(committed, abs=1e-5)
        assert answer.value("pg_stat_wal_receiver_streaming") == 1
        assert answer.value("pg_stat_wal_receiver_received_tli") == 1
        assert answer.value("pg_stat_wal_receiver_info", slot_name="standby", status="streaming") == 1


@pytest.mark.parametrize("version", VERSIONS)
def test_a_standby_that_does_not_replay_is_behind_by_the_clock_and_by_exact_bytes(pair, version):
    primary, standby = pair(version)
    has_all = "SELECT count(*) FROM pg_stat_replication WHERE flush_lsn = pg_current_wal_lsn()"

    def received() -> None:
        wait_until(lambda: primary.execute(has_all) == [(1,)], within=10, what="the standby has all WAL")

    with paused_replay(standby):
        committed = last_commit(standby)
        idle = ask(standby, "recovery")
        commit(primary, 50_000)
        behind, written = ask_at_rest(standby, "recovery", "wal_receiver", writer=primary, once=received)
        replayed = standby.execute("SELECT (pg_last_wal_replay_lsn() - '0/0')::bigint")[0][0]
    standby.follow(primary)

    # Nothing is missing yet.
    assert (idle.value("pg_recovery_paused"), idle.value(LAG)) == (1, 0)
    assert behind.value("pg_recovery_paused") == 1
    assert behind.is_age(LAG, committed)
    assert behind.value("pg_recovery_replay_lag_bytes") == written - replayed > 50_000
    assert behind.value("pg_recovery_receive_lsn_bytes") == written
    assert behind.value("pg_recovery_replay_lsn_bytes") == replayed
    assert behind.value("pg_stat_wal_receiver_flushed_lsn_bytes") == written
    assert behind.value("pg_stat_wal_receiver_latest_end_lsn_bytes") == written
    assert ask(standby, "recovery").value(LAG) == 0


@pytest.mark.parametrize("version", VERSIONS)
def test_a_standby_that_has_only_the_beginning_of_a_record_is_not_behind(pair, version):
    primary, standby = pair(version)
    begun = "SELECT flush_lsn - replay_lsn > 0 AND flush_lsn - sent_lsn = 0 FROM pg_stat_replication"
    with primary.connect() as open_transaction:
        open_transaction.execute("BEGIN")
        # The primary sends its whole pages; the rest waits for a commit.
        open_transaction.execute("SELECT pg_logical_emit_message(true, 'test', repeat('x', 20000))")
        wait_until(lambda: primary.execute(begun) == [(True,)], within=10, what="the standby has part of it")
        answer = ask(standby, "recovery")

    assert answer.value("pg_recovery_receive_lsn_bytes") % 8192 == 0
    assert answer.value("pg_recovery_replay_lag_bytes") > 8192
    assert answer.value(LAG) == 0


@pytest.mark.parametrize("version", [13, 15, 18])
def test_a_standby_whose_sender_is_silent_is_behind_by_the_clock(pair, version):
    # Shorter than this test, so that half of it and five seconds are soon over.
    _, standby = pair(version, settings={"wal_receiver_timeout": "1s"})
    pid = standby.execute("SELECT pid FROM pg_stat_wal_receiver")[0][0]
    committed = last_commit(standby)
    os.kill(pid, signal.SIGSTOP)
    silent = time.time()
    try:
        calm = ask(standby, "recovery")
        wait_until(lambda: time.time() > silent + 5.6, within=8, what="the silence lasts")
        worried = ask(standby, "recovery", "wal_receiver")
    finally:
        os.kill(pid, signal.SIGCONT)

    assert calm.value(LAG) == 0
    assert worried.is_age(LAG, committed)
    assert worried.value("pg_stat_wal_receiver_last_msg_receipt_timestamp_seconds") < silent + 0.05


@pytest.mark.parametrize("version", VERSIONS)
def test_a_standby_without_its_primary_is_behind_by_the_clock_and_does_not_stream(pair, version):
    primary, standby = pair(version)
    primary.stop()
    wait_until_cut_off(standby)
    # The primary's last words reach it too.
    committed = last_commit(standby)
    answer = ask(standby, "recovery", "wal_receiver")

    assert answer.is_age(LAG, committed)
    assert answer.value("pg_recovery_replay_lag_bytes") == 0
    assert answer.value("pg_stat_wal_receiver_streaming") == 0
    others = {name for name in answer.page.names if name.startswith("pg_stat_wal_receiver_")}
    assert others == {"pg_stat_wal_receiver_streaming"}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_standby_of_an_archive_alone_has_no_link_to_speak_of(pair, version):
    _, standby = pair(version)
    standby.execute("ALTER SYSTEM SET primary_conninfo = ''")
    standby.reload()
    wait_until_cut_off(standby)
    committed = last_commit(standby)
    answer = ask(standby, "recovery", "wal_receiver")

    assert answer.is_age(LAG, committed)
    assert [name for name in answer.page.names if name.startswith("pg_stat_wal_receiver_")] == []


@pytest.mark.parametrize("version", VERSIONS)
def test_a_promoted_standby_has_no_lag_and_is_not_asked(pair, version):
    _, standby = pair(version)
    before = ask(standby, "server", "recovery", "wal_receiver", "replication_slots")
    standby.promote()
    after = ask(standby, "server", "recovery", "wal_receiver", "replication_slots")

    assert (before.value("pg_server_in_recovery"), before.value(LAG)) == (1, 0)
    assert after.value("pg_server_in_recovery") == 0
    assert [name for name in after.page.names if name.startswith(("pg_recovery_", "pg_stat_wal_receiver_"))] == []


@pytest.mark.parametrize("version", VERSIONS)
def test_a_standby_is_asked_everything_and_a_primary_all_but_what_standbys_know(pair, version):
    primary, standby = pair(version, settings={"log_statement": "all"})
    primary.execute("ALTER SYSTEM SET log_statement = 'all'")
    primary.reload()
    is_set = "SELECT current_setting('log_statement') = 'all'"
    wait_until(lambda: primary.execute(is_set) == [(True,)], within=10, what="the primary logs statements")
    page = ask(standby).page
    ask(primary)

    marker = re.compile(r"/\* pgvigil (\w+) \*/")
    asked, known = (set(marker.findall(server.log.read_text())) for server in (standby, primary))
    assert TO_STANDBYS_ONLY < asked
    assert asked - known == TO_STANDBYS_ONLY
    assert known - asked == set()
    assert page.value(LAG) == 0


def test_what_primary_conninfo_says_stays_on_the_server(pair):
    _, standby = pair(18)
    standby.execute("ALTER SYSTEM SET primary_conninfo = 'host=127.0.0.1 port=1 user=canary52 password=canary53'")
    standby.reload()
    wait_until_cut_off(standby)
    page = ask(standby).page

    assert page.value("pg_stat_wal_receiver_streaming") == 0
    assert "canary" not in str(page.samples)
