"""Who receives WAL and how far behind they are, to the byte."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from account import give_to_server
from asking import Answer, ask, ask_at_rest
from installation import VERSIONS
from postgres import REPLICATION, PostgresServer
from processes import wait_until

LAGS = [f"pg_stat_replication_{stage}_lag_bytes" for stage in ("sent", "write", "flush", "replay")]


def write(server: PostgresServer, size: int) -> None:
    """Writes that much WAL and a little more."""
    server.execute(f"SELECT pg_logical_emit_message(true, 'test', repeat('x', {size}))")


def caught_up(server: PostgresServer, count: int, column: str = "flush_lsn") -> None:
    """Waits until so many receivers have said that they have all there is."""
    said = f"SELECT count(*) FROM pg_stat_replication WHERE {column} = pg_current_wal_lsn()"
    wait_until(lambda: server.execute(said) == [(count,)], within=15, what=f"{count} receivers have all WAL")


@pytest.fixture
def receiver(processes, new_number) -> Iterator[Callable[..., int]]:
    """Starts `pg_receivewal` for one test, as application `copier`; returns its process id."""
    started: list[subprocess.Popen] = []

    def start(server: PostgresServer, *options: str) -> int:
        folder = processes.folder / f"received{new_number()}"
        folder.mkdir(mode=0o700)
        give_to_server(folder)
        source = server.conninfo(REPLICATION, application_name="copier")
        command = [server.installation.client("pg_receivewal"), f"--dbname={source}", f"--directory={folder}"]
        command += ["--synchronous", "--no-loop", *options]
        with (processes.folder / "received.log").open("ab") as log:
            started.append(processes.start(command, output=log, for_servers=True))
        return started[-1].pid

    yield start
    for process in started:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="session")
def new_number() -> Callable[[], int]:
    """Numbers for folders."""
    return iter(range(1, 1000)).__next__


@pytest.fixture
def primary(postgres, installation_of) -> Callable[[int], PostgresServer]:
    """Starts a server of that version that lets receivers in."""

    def start(version: int) -> PostgresServer:
        server = postgres(installation_of(version), settings={"autovacuum": "off"})
        server.execute(f"CREATE ROLE {REPLICATION} LOGIN REPLICATION")
        return server

    return start


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def lags(answer: Answer, **labels: str) -> list[float | None]:
    return [answer.value(name, **labels) for name in LAGS]


@pytest.mark.parametrize("version", VERSIONS)
def test_of_two_receivers_with_one_name_the_worse_one_counts(primary, receiver, version):
    server = primary(version)
    pids = [receiver(server), receiver(server)]
    wait_until(lambda: server.backends_of(REPLICATION) == 2, within=10, what="both are connected")
    write(server, 100)
    equal, _ = ask_at_rest(server, "replication", writer=server, once=lambda: caught_up(server, 2))
    with frozen(pids[1]):
        write(server, 10_000)
        unequal, end = ask_at_rest(server, "replication", writer=server, once=lambda: caught_up(server, 1))
        worst = int(server.execute("SELECT min(flush_lsn) - '0/0' FROM pg_stat_replication")[0][0])

    names = {"application_name": "copier", "client_addr": "127.0.0.1"}
    for answer in (equal, unequal):
        assert answer.page.all("pg_stat_replication_senders") == {
            frozenset({"server": "main", **names, "state": "streaming", "sync_state": "async"}.items()): 2
        }
        assert answer.value("pg_stat_replication_replay_lag_bytes", **names) is None  # It replays nothing.
        assert len(answer.page.all("pg_stat_replication_flush_lag_bytes")) == 1
    assert lags(equal, **names)[:3] == [0, 0, 0]
    assert end - worst > 10_000
    assert lags(unequal, **names)[:3] == [0, end - worst, end - worst]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_standby_with_a_slot_and_one_without_have_lags_of_their_own(primary, version):
    server = primary(version)
    folder = server.folder
    standbys = [
        server.standby(folder.with_name(f"{folder.name}-slot"), slot="firm"),
        server.standby(folder.with_name(f"{folder.name}-loose")),
    ]
    loose = f"{folder.name}-loose"
    try:
        for standby in standbys:
            standby.start()
        server.execute("ALTER SYSTEM SET synchronous_standby_names = 'firm'")
        server.reload()
        is_synchronous = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"
        wait_until(lambda: server.execute(is_synchronous) == [(1,)], within=10, what="one standby is synchronous")
        write(server, 100)
        caught_up(server, 2, "replay_lsn")
        standbys[1].execute("SELECT pg_wal_replay_pause()")
        write(server, 20_000)

        def received() -> None:
            caught_up(server, 2)
            caught_up(server, 1, "replay_lsn")

        answer, end = ask_at_rest(server, "replication", writer=server, once=received)
        here = standbys[1].execute("SELECT (pg_last_wal_replay_lsn() - '0/0')::bigint")[0][0]
        delay = server.execute(
            "SELECT extract(epoch FROM reply_time)::float8, extract(epoch FROM backend_start)::float8"
            f" FROM pg_stat_replication WHERE application_name = '{loose}'"
        )[0]
        standbys[1].execute("SELECT pg_wal_replay_resume()")
    finally:
        for standby in standbys:
            standby.stop()

    assert end - here > 20_000
    assert lags(answer, application_name="firm", slot_name="firm") == [0, 0, 0, 0]
    assert lags(answer, application_name=loose) == [0, 0, 0, end - here]
    senders = answer.page.all("pg_stat_replication_senders")
    expected = [
        {"application_name": "firm", "slot_name": "firm", "sync_state": "sync"},
        {"application_name": loose, "sync_state": "async"},
    ]
    common = {"server": "main", "client_addr": "127.0.0.1", "state": "streaming"}
    assert senders == {frozenset({**common, **labels}.items()): 1 for labels in expected}
    start = answer.value("pg_stat_replication_backend_start_timestamp_seconds", application_name=loose)
    assert start == pytest.approx(delay[1], abs=1e-5)
    reply = answer.value("pg_stat_replication_reply_timestamp_seconds", application_name=loose)
    assert delay[0] - 10 < reply <= delay[0]


@pytest.mark.parametrize("version", [13, 18])
def test_a_base_backup_is_a_sender_without_a_position(primary, processes, new_number, version):
    server = primary(version)
    folder = processes.folder / f"backup{new_number()}"
    source = server.conninfo(REPLICATION, application_name="backup")
    command = [server.installation.client("pg_basebackup"), f"--dbname={source}", f"--pgdata={folder}"]
    command += ["--wal-method=none", "--max-rate=32k", "--checkpoint=fast", "--no-sync"]
    folder.mkdir(mode=0o700)
    give_to_server(folder)
    with (processes.folder / "backup.log").open("ab") as log:
        process = processes.start(command, output=log, for_servers=True)
    try:
        is_running = "SELECT count(*) FROM pg_stat_replication WHERE state = 'backup'"
        wait_until(lambda: server.execute(is_running) == [(1,)], within=10, what="the backup runs")
        answer = ask(server, "replication")
    finally:
        process.terminate()
        process.wait(10)

    assert answer.value("pg_stat_replication_senders", application_name="backup", state="backup") == 1
    assert lags(answer, application_name="backup") == [None, None, None, None]


@pytest.mark.parametrize("version", [13, 18])
def test_a_standby_that_feeds_another_says_how_far_that_one_is_behind(primary, version):
    server = primary(version)
    folder = server.folder
    upper = server.standby(folder.with_name(f"{folder.name}-upper"))
    lower = server.standby(folder.with_name(f"{folder.name}-lower"))
    try:
        upper.start()
        lower.start()
        source = upper.conninfo(REPLICATION, application_name="lower")
        lower.execute(f"ALTER SYSTEM SET primary_conninfo = '{source}'")
        lower.reload()
        is_fed = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'"
        wait_until(lambda: upper.execute(is_fed) == [(1,)], within=10, what="one standby feeds the other")
        write(server, 100)
        for standby in (upper, lower):
            standby.follow(server)
        lower.execute("SELECT pg_wal_replay_pause()")
        write(server, 30_000)

        def received() -> None:
            upper.follow(server)
            has_all = "SELECT flush_lsn = pg_last_wal_replay_lsn() FROM pg_stat_replication"
            wait_until(lambda: upper.execute(has_all) == [(True,)], within=15, what="the lower one has all WAL")

        answer, end = ask_at_rest(upper, "replication", writer=server, once=received)
        here = lower.execute("SELECT (pg_last_wal_replay_lsn() - '0/0')::bigint")[0][0]
    finally:
        for standby in (upper, lower):
            standby.stop()

    assert end - here > 30_000
    assert lags(answer, application_name="lower") == [0, 0, 0, end - here]
