"""Servers that break: each hurts its own target and nothing else, and is hurt by nothing of ours.

All break at once, in one daemon, and are mended twelve intervals later; each test reads the one record of that.
"""

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from faults import (
    INTERVAL,
    MAX_CONNECTIONS,
    SLACK,
    WAYS,
    Fault,
    Watch,
    counted_by,
    counted_from_outside,
    sockets_of,
)
from hanging import make_archiver_hang, mend_archiver
from postgres import Installation, PostgresServer
from processes import wait_until

DOWN = [
    "frozen",
    "frozen, one connection",
    "stopped fast",
    "stopped at once",
    "full",
    "wrong password",
    "catalogue locked, 18",
    "catalogue locked, 15",
    "catalogue locked, pooled",
]
ANSWERING = ["healthy", "table locked", "catalogue locked, session kept", "hanging statement"]
ALL = [*DOWN, *ANSWERING, "hanging session"]


@pytest.fixture(scope="module")
def watch(new_postgres, embedded: Installation, new_daemon, processes) -> Iterator[Watch]:
    debian = Installation.debian_15()
    scram = ["host all pgvigil_scram 127.0.0.1/32 scram-sha-256"]
    shared18, shared15 = new_postgres(embedded), new_postgres(debian, access=scram)
    frozen, fast, at_once = new_postgres(embedded), new_postgres(embedded), new_postgres(debian)
    full = new_postgres(debian, settings={"max_connections": "10"})
    servers = [shared18, shared15, frozen, fast, at_once, full]
    daemon = None
    try:
        for server in servers:
            server.start()
            server.create_role()
        faults = [
            Fault("healthy", {"conninfo": shared18.conninfo()}, counts=counted_by(shared18)),
            _frozen(frozen),
            _frozen_too(frozen),
            _stopped("stopped fast", fast, signal.SIGINT),
            _stopped("stopped at once", at_once, signal.SIGQUIT),
            _full(full),
            _wrong_password(shared15, processes.folder / "password"),
            _locked_table(shared18),
            _locked_catalogue("catalogue locked, 18", shared18, "locked", begin_anew=True),
            _locked_catalogue("catalogue locked, 15", shared15, "locked", begin_anew=True),
            _locked_catalogue("catalogue locked, pooled", shared15, "pooled", begin_anew=True, pooled=True),
            _locked_catalogue("catalogue locked, session kept", shared18, "kept", begin_anew=False),
            _hanging_statement(shared18),
            _hanging_session(shared18),
        ]
        # A tour into the databases of the others would be counted as theirs.
        targets = [{"name": fault.name, "databases": "own", **fault.settings} for fault in faults]
        daemon = new_daemon(settings={"interval": f"{INTERVAL:.0f}s", "servers": targets}).start()
        watch = Watch(daemon, faults)
        yield watch.run()
        watch.close()
    finally:
        if daemon is not None:
            daemon.stop()
        for server in servers:
            server.stop()


# What they all promise


def test_the_page_answers_at_once(watch):
    watch.assert_page_was_prompt()


@pytest.mark.parametrize("name", ALL)
def test_the_server_never_counts_more_than_max_connections(watch, name):
    watch.assert_within_limit(name)


@pytest.mark.parametrize("name", ALL)
def test_the_server_is_left_with_one_or_two_connections(watch, name):
    for way, last in watch.last_connections(name).items():
        assert last <= 2 or way not in WAYS, way  # The session, and perhaps a visit.


@pytest.mark.parametrize("name", ANSWERING)
def test_a_server_that_answers_stays_up(watch, name):
    watch.assert_always_up(name)


@pytest.mark.parametrize("name", ALL)
def test_polls_keep_their_cadence(watch, name):
    if name.startswith(("frozen", "hanging")):  # Polls reach their deadline, at two thirds.
        watch.assert_on_cadence(name, longest_poll=INTERVAL * 2 / 3)
    elif name.startswith("catalogue locked"):  # Connects reach theirs, at one third.
        watch.assert_on_cadence(name, longest_poll=INTERVAL / 3)
    else:
        watch.assert_on_cadence(name)


@pytest.mark.parametrize("name", DOWN)
def test_pg_up_tells_within_an_interval(watch, name):
    watch.assert_down_and_back_in_time(name)


@pytest.mark.parametrize("name", DOWN)
def test_nothing_else_is_shown_of_a_server_that_is_down(watch, name):
    watch.assert_nothing_else_is_shown(name)


@pytest.mark.parametrize("name", DOWN)
def test_a_server_that_stays_broken_stays_down(watch, name):
    watch.assert_stays_down(name)


# What each promises


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("stopped fast", "refused"),
        ("stopped at once", "refused"),
        ("full", "too_many_connections"),
        ("wrong password", "authentication"),
        ("frozen", "timeout"),
        ("catalogue locked, pooled", "timeout"),
    ],
)
def test_failed_connects_are_counted_by_reason(watch, name, reason):
    failures = watch.during(name)[-1].connect_failures
    assert failures[reason] >= 8
    assert sum(failures.values()) - failures[reason] <= 1  # The first may have seen the fault come.


def test_a_frozen_server_is_not_piled_up_with_sockets(watch):
    """Of the two targets there, one may have three connections and one has one; each may have a cancel request."""
    assert watch.most_connections("frozen")["sockets of both"] <= (MAX_CONNECTIONS + 1) + (1 + 1)


def test_where_one_connection_is_allowed_there_is_never_a_second(watch):
    assert set(watch.most_connections("frozen, one connection").values()) == {1}
    assert watch.during("frozen, one connection")[-1].connect_failures["connection_limit"] >= 8


def test_no_statement_of_ours_waits_or_makes_others_wait(watch):
    assert watch.most_connections("table locked")["waiting, or waited for"] == 0


def test_a_hanging_statement_is_cancelled_at_the_server(watch):
    """The poll ends at two thirds of the interval; the server hears of it at once."""
    oldest = watch.counts["hanging statement", "milliseconds of the oldest statement"].values
    assert max(oldest) > 1000 * INTERVAL / 3  # It did outlive the server's own statement_timeout.
    assert max(oldest) < 1000 * (INTERVAL * 2 / 3 + SLACK / 2)


def test_a_session_that_is_left_still_counts(watch):
    """Both ways of counting see the one that hangs and the one that took its place."""
    most = watch.most_connections("hanging session")
    assert most["pg_stat_activity"] >= 2
    assert most["processes"] >= 2


def test_a_hanging_session_is_left_for_a_new_one(watch):
    name = "hanging session"
    assert watch.went_down(name) <= 2 * INTERVAL + SLACK
    downs = [when for when, state in watch.history(name) if not state.is_up]
    assert downs[-1] - downs[0] <= INTERVAL + SLACK
    assert downs[-1] < watch.mended[name]


# How they break


def _frozen(server: PostgresServer) -> Fault:
    port, pid = server.port, server.pid
    return Fault(
        "frozen",
        {"conninfo": server.conninfo()},
        break_it=server.freeze,
        mend=server.thaw,
        counts={**counted_by(server), "sockets of both": lambda: sockets_of(port, pid)},
    )


def _frozen_too(server: PostgresServer) -> Fault:
    """The server that freezes once more, with a limit that leaves no place for a second try."""
    server.execute("CREATE DATABASE one")
    settings = {"conninfo": server.conninfo(database="one"), "max_connections": 1}
    return Fault("frozen, one connection", settings, counts=counted_by(server, database="one"))


def _stopped(name: str, server: PostgresServer, how: signal.Signals) -> Fault:
    return Fault(
        name,
        {"conninfo": server.conninfo()},
        break_it=lambda: server.stop(how),
        mend=server.start,
        counts=counted_from_outside(server),
    )


def _full(server: PostgresServer) -> Fault:
    others: list[psycopg.Connection] = []

    superuser = server.connect()
    superuser.execute("CREATE ROLE crowd LOGIN")

    def fill() -> None:
        # The place that our session leaves must be taken before the next poll.
        wait_until(lambda: _crowd_in() and _ours_ended() == 0, within=10, what="the server is full of others")

    def _crowd_in() -> bool:
        try:
            while True:
                others.append(server.connect(user="crowd"))
        except psycopg.OperationalError:
            return True

    def _ours_ended() -> int:
        return superuser.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'pgvigil'"
        ).fetchone()[0]

    def empty() -> None:
        while others:
            others.pop().close()

    return Fault("full", {"conninfo": server.conninfo()}, fill, empty, counts=counted_by(server))


def _wrong_password(server: PostgresServer, file: Path) -> Fault:
    server.create_role("pgvigil_scram", password="the first")
    file.write_text("the first\n")

    def change_at_server() -> None:
        server.execute("ALTER ROLE pgvigil_scram PASSWORD 'the second'")
        _end_sessions(server, "usename = 'pgvigil_scram'")

    return Fault(
        "wrong password",
        {"conninfo": server.conninfo(user="pgvigil_scram"), "password_file": str(file)},
        break_it=change_at_server,
        mend=lambda: file.write_text("the second\n"),
        counts=counted_by(server, "pgvigil_scram"),
    )


def _locked_table(server: PostgresServer) -> Fault:
    """An ALTER TABLE waits behind a long transaction, and everybody who comes later waits behind it."""
    server.execute("CREATE DATABASE queued")
    server.execute("CREATE TABLE busy (a int)", database="queued")
    reader = server.connect(database="queued")
    changer = server.connect(database="queued")
    observer, locks = server.connect(), server.connect()
    waits = """
        SELECT count(*) FROM pg_stat_activity AS ours
        WHERE usename = 'pgvigil' AND datname = 'queued'
          AND (cardinality(pg_blocking_pids(pid)) > 0
               OR EXISTS (SELECT FROM pg_stat_activity AS other
                          WHERE other.wait_event_type = 'Lock' AND ours.pid = ANY (pg_blocking_pids(other.pid))))
    """
    waiting_for_table = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'ALTER%' AND wait_event_type = 'Lock'"
    change = threading.Thread(target=lambda: changer.execute("ALTER TABLE busy ADD b int"), daemon=True)

    def queue() -> None:
        reader.execute("BEGIN")
        reader.execute("SELECT FROM busy")
        change.start()
        wait_until(
            lambda: locks.execute(waiting_for_table).fetchone()[0],
            within=5,
            what="ALTER TABLE waits",
        )

    def end() -> None:
        reader.execute("ROLLBACK")
        change.join(10)
        assert not change.is_alive(), "ALTER TABLE did not come through"

    waiting = {"waiting, or waited for": lambda: observer.execute(waits).fetchone()[0]}
    return Fault(
        "table locked",
        {"conninfo": server.conninfo(database="queued")},
        queue,
        end,
        counts={**counted_by(server, database="queued"), **waiting},
    )


def _locked_catalogue(
    name: str, server: PostgresServer, database: str, *, begin_anew: bool, pooled: bool = False
) -> Fault:
    """pg_class of one database is locked: sessions go on with what they have in their caches, new ones wait for it.

    A new session of ours brings its lock_timeout along, unless it may be a pooler's: then it hangs.
    """
    server.execute(f"CREATE DATABASE {database}")
    locker = server.connect(database=database)

    def lock() -> None:
        locker.execute("BEGIN")
        locker.execute("LOCK TABLE pg_catalog.pg_class IN ACCESS EXCLUSIVE MODE")
        if begin_anew:
            _end_sessions(server, f"usename = 'pgvigil' AND datname = '{database}'")

    return Fault(
        name,
        {"conninfo": server.conninfo(database=database), "pooled": pooled},
        break_it=lock,
        mend=lambda: locker.execute("ROLLBACK"),
        counts=counted_by(server, database=database),
    )


def _hanging_statement(server: PostgresServer) -> Fault:
    server.execute("CREATE DATABASE slow")
    observer = server.connect()
    age = """
        SELECT coalesce(max(extract(epoch FROM clock_timestamp() - query_start) * 1000), 0)::int
        FROM pg_stat_activity
        WHERE usename = 'pgvigil' AND datname = 'slow' AND state = 'active'
    """
    oldest = {"milliseconds of the oldest statement": lambda: observer.execute(age).fetchone()[0]}
    return Fault(
        "hanging statement",
        {"conninfo": server.conninfo(database="slow")},
        break_it=lambda: make_archiver_hang(server, "slow", stubborn=True),
        mend=lambda: mend_archiver(server, "slow"),
        counts={**counted_by(server, database="slow"), **oldest},
    )


def _hanging_session(server: PostgresServer) -> Fault:
    """The backend of our session stops, as where its storage hangs; the others go on."""
    server.execute("CREATE DATABASE hanging")
    stopped: list[int] = []

    def stop() -> None:
        # Between two polls: one that had its first answer would not call the server down.
        between = """
            SELECT pid FROM pg_stat_activity
            WHERE usename = 'pgvigil' AND datname = 'hanging' AND state = 'idle'
                AND clock_timestamp() - state_change BETWEEN '200 ms' AND '1 s'
        """
        wait_until(
            lambda: stopped.extend(pid for (pid,) in server.execute(between)) or stopped,
            within=10,
            what="our session is idle",
            every=0.1,
        )
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)

    def go_on() -> None:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)

    return Fault(
        "hanging session",
        {"conninfo": server.conninfo(database="hanging")},
        stop,
        go_on,
        counts=counted_by(server, database="hanging"),
    )


def _end_sessions(server: PostgresServer, whose: str) -> None:
    server.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {whose}")
