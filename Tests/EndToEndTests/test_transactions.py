"""Transactions that stay open, prepared ones, and what a crash leaves behind: values, compared with the truth."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress

import psycopg
import pytest

from asking import ask
from installation import VERSIONS
from postgres import PostgresServer
from processes import wait_until

NOW = "SELECT extract(epoch FROM clock_timestamp())::float8"


@pytest.fixture(params=VERSIONS)
def server(request, postgres_of: Callable[[int], PostgresServer]) -> PostgresServer:
    return postgres_of(request.param)


def use_transaction_ids(server: PostgresServer, count: int) -> None:
    with server.connect() as connection:
        for _ in range(count):
            connection.execute("SELECT txid_current()")


def next_transaction_id(server: PostgresServer) -> int:
    return server.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")[0][0]


def truth(connection: psycopg.Connection, statement: str) -> float:
    return connection.execute(statement).fetchone()[0]


def test_a_transaction_left_open_ages_with_the_clock_and_by_transactions(server):
    name = "pg_stat_activity_oldest_{}"
    labels = {"datname": "postgres", "usename": "postgres"}
    before = ask(server, "transactions").page
    with server.connect() as idle:
        idle.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        began = truth(idle, NOW)
        paused = truth(idle, NOW)
        first, first_id = ask(server, "transactions"), next_transaction_id(server)
        use_transaction_ids(server, 7)
        second, second_id = ask(server, "transactions"), next_transaction_id(server)

    assert before.all(name.format("transaction_age_seconds")) == {}
    for answer in (first, second):
        assert answer.is_age(name.format("transaction_age_seconds"), began, **labels)
        assert answer.is_age(name.format("idle_in_transaction_age_seconds"), paused, **labels)
        assert answer.page.all(name.format("query_age_seconds")) == {}
        # No other database and no other user, pgvigil's own among them.
        assert len(answer.page.all(name.format("transaction_age_seconds"))) == 1
    age = name.format("backend_xmin_age_xids")
    # Autovacuum may have used some too.
    assert second.value(age, **labels) - first.value(age, **labels) == second_id - first_id >= 7


def test_an_aborted_transaction_is_a_pause_too_and_a_running_statement_is_none(server):
    name = "pg_stat_activity_oldest_{}_age_seconds"
    server.execute("DROP DATABASE IF EXISTS other")
    server.execute("CREATE DATABASE other")
    with server.connect() as aborted, closing(server.connect(database="other")) as running:
        aborted.execute("BEGIN")
        with pytest.raises(psycopg.errors.DivisionByZero):
            aborted.execute("SELECT 1/0")
        failed = started = time.time()
        running.pgconn.send_query(b"SELECT pg_sleep(600)")
        is_running = "SELECT count(*) = 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND datname = 'other'"
        wait_until(lambda: server.execute(is_running) == [(True,)], within=10, what="the statement runs")
        answer = ask(server, "transactions")
        running.cancel()

    # To PostgreSQL it is over, but for the client's word.
    assert answer.value(name.format("transaction"), datname="postgres") is None
    assert answer.is_age(name.format("idle_in_transaction"), failed, datname="postgres")
    assert answer.value(name.format("query"), datname="postgres") is None
    assert answer.is_age(name.format("query"), started, datname="other")
    assert answer.is_age(name.format("transaction"), started, datname="other")
    assert answer.value(name.format("idle_in_transaction"), datname="other") is None
    server.execute("DROP DATABASE other")


def test_prepared_transactions_age_in_their_database_with_the_clock_and_by_transactions(server):
    before = ask(server, "prepared_transactions").page
    with server.connect() as connection:
        for name in ("first", "second"):
            connection.execute("BEGIN")
            connection.execute("SELECT txid_current()")
            connection.execute(f"PREPARE TRANSACTION '{name}'")
            if name == "first":
                prepared = truth(connection, NOW)
                use_transaction_ids(server, 4)
    ids = "SELECT gid, transaction::text::bigint FROM pg_prepared_xacts"
    answer = ask(server, "prepared_transactions")
    its_ids = dict(server.execute(ids))
    next_id = max(next_transaction_id(server), its_ids["second"] + 1)
    server.execute("COMMIT PREPARED 'first'")
    left = ask(server, "prepared_transactions")
    server.execute("ROLLBACK PREPARED 'second'")
    after = ask(server, "prepared_transactions").page

    for page in (before, after):
        assert [name for name in page.names if name.startswith("pg_prepared_xacts")] == []
    assert answer.page.all("pg_prepared_xacts_transactions", datname="postgres") == answer.page.all(
        "pg_prepared_xacts_transactions"
    )
    assert answer.value("pg_prepared_xacts_transactions", datname="postgres") == 2
    assert answer.is_age("pg_prepared_xacts_oldest_age_seconds", prepared, datname="postgres")
    assert answer.value("pg_prepared_xacts_oldest_age_xids", datname="postgres") == next_id - its_ids["first"] >= 6
    assert left.value("pg_prepared_xacts_transactions", datname="postgres") == 1
    # COMMIT PREPARED takes no id.
    assert left.value("pg_prepared_xacts_oldest_age_xids", datname="postgres") == next_id - its_ids["second"]


@pytest.fixture(scope="module")
def grown_servers(new_postgres, installation_of) -> Iterator[dict[int, PostgresServer]]:
    """Servers of their own by version, older than a start may take. Until 14 the checkpointer starts later."""
    servers = {}
    try:
        for version in (13, 14, 15, 18):
            with suppress(pytest.skip.Exception):
                servers[version] = new_postgres(installation_of(version))
                servers[version].start()
                servers[version].create_role()
        youngest = time.time()
        wait_until(lambda: time.time() > youngest + 10, within=15, what="the servers are old enough")
        yield servers
    finally:
        for server in servers.values():
            server.stop()


@pytest.mark.parametrize("version", [13, 14, 15, 18])
def test_a_crash_of_a_backend_shows_though_the_start_time_stays(grown_servers, installation_of, version):
    installation_of(version)
    server = grown_servers[version]
    start = server.execute("SELECT extract(epoch FROM pg_postmaster_start_time())::float8")[0][0]
    before = ask(server, "crash_recovery", "server")
    with closing(server.connect()) as victim:
        os.kill(victim.info.backend_pid, signal.SIGKILL)
        crashed = time.time()
        with pytest.raises(psycopg.OperationalError):
            victim.execute("SELECT pg_sleep(30)")
    wait_until(lambda: answers(server), within=20, what="the server answers again")
    after = ask(server, "crash_recovery", "server")

    assert before.value("pg_server_last_crash_recovery_timestamp_seconds") is None
    assert abs(after.value("pg_server_last_crash_recovery_timestamp_seconds") - crashed) < 2
    for answer in (before, after):
        assert answer.value("pg_server_start_timestamp_seconds") == pytest.approx(start, abs=1e-5)


def answers(server: PostgresServer) -> bool:
    try:
        return server.execute("SELECT 1") == [(1,)]
    except psycopg.OperationalError:
        return False
