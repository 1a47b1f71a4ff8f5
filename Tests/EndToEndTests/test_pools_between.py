"""A server that is watched through PgBouncer, on the only server connection of an application: it notices nothing."""

import itertools
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

import psycopg
import pytest

from exposition import Exposition
from hanging import make_archiver_hang, mend_archiver
from pgbouncer import PgBouncer
from polls import Polls, wait_for_polls
from postgres import PostgresServer
from sampling import Sampling

pytestmark = pytest.mark.timeout(300)  # What is fetched for the first time takes its time.

INTERVAL = 3.0
STATEMENT_TIMEOUT = INTERVAL / 3
SLACK = 1.0  # What a busy machine may add.

# Of the application's role, none of them what we set.
SETTINGS = {"search_path": "shop, public", "statement_timeout": "77s", "lock_timeout": "33s", "jit": "on"}
EXPECTED = {
    **SETTINGS,
    "application_name": "orders",
    "default_transaction_read_only": "off",
    "transaction_read_only": "off",
    "transaction_isolation": "read committed",
}
ASK = "SELECT " + ", ".join(f"current_setting('{name}')" for name in EXPECTED)

# How pgvigil finds out that a pooler is in between, and the version on which it does.
WAYS = [("told", "1.24"), ("refused", "1.18"), ("refused", "1.24"), ("ignored", "1.26")]


class Application:
    """Writes and asks for its settings, from `with` to its end; who watches it must not be in its way."""

    def __init__(self, conninfo: str):
        self.written = 0
        self.slowest = 0.0
        self.errors: list[str] = []
        self.strange: list[dict[str, str]] = []
        self._conninfo = conninfo
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join(20)
        assert not self._thread.is_alive(), "the application hangs"

    def _run(self) -> None:
        with psycopg.connect(self._conninfo, autocommit=True, prepare_threshold=None) as connection:
            for turn in itertools.count():
                if self._over.wait(0.005):
                    return
                try:
                    if turn % 2:
                        self._write(connection)
                    else:
                        self._in_transaction(connection)
                except psycopg.Error as failure:
                    self.errors.append(str(failure))

    def _write(self, connection: psycopg.Connection) -> None:
        """Each statement by itself; between them the server connection may serve others."""
        self._timed(connection, "INSERT INTO things DEFAULT VALUES")
        self.written += 1
        self._check(connection)

    def _in_transaction(self, connection: psycopg.Connection) -> None:
        self._timed(connection, "BEGIN")
        self._check(connection)
        connection.execute("INSERT INTO things DEFAULT VALUES")
        connection.execute("COMMIT")
        self.written += 1

    def _check(self, connection: psycopg.Connection) -> None:
        found = dict(zip(EXPECTED, self._timed(connection, ASK).fetchone()))
        if found != EXPECTED:
            self.strange.append({name: value for name, value in found.items() if value != EXPECTED[name]})

    def _timed(self, connection: psycopg.Connection, statement: str) -> psycopg.Cursor:
        began = time.monotonic()
        answer = connection.execute(statement)
        self.slowest = max(self.slowest, time.monotonic() - began)
        return answer


@pytest.fixture(params=WAYS, ids=lambda way: "-".join(way))
def between(request, postgres, pgbouncer) -> tuple[PostgresServer, PgBouncer, dict]:
    """A server, a PgBouncer with one connection to it, and what the settings say of the server."""
    way, version = request.param
    server = postgres()
    server.create_role("app")
    server.execute("CREATE DATABASE shop")
    for name, value in SETTINGS.items():
        server.execute(f"ALTER ROLE app SET {name} = {value if name == 'search_path' else repr(value)}")
    server.execute("CREATE SCHEMA shop AUTHORIZATION app; SET search_path = shop", database="shop")
    server.execute(
        "CREATE TABLE shop.things (id bigint GENERATED ALWAYS AS IDENTITY); GRANT ALL ON shop.things TO app",
        database="shop",
    )
    pooler = pgbouncer(
        server,
        version,
        databases={"app": {"dbname": "shop", "pool_size": 1}},
        settings={"ignore_startup_parameters": "options"} if way == "ignored" else {},
    )
    entry = {"name": "main", "conninfo": pooler.conninfo(), "databases": "own"}
    return server, pooler, entry | ({"pooled": True} if way == "told" else {})


def held_too_long(server: PostgresServer) -> Callable[[], int]:
    """How many aborted transactions nobody has rolled back for half a second."""
    observer = server.connect()
    statement = """
        SELECT count(*)
        FROM pg_stat_activity
        WHERE state = 'idle in transaction (aborted)' AND clock_timestamp() - state_change > '500 ms'
    """
    return lambda: observer.execute(statement).fetchone()[0]


def failures(page: Exposition) -> dict[str, str]:
    """Which collectors failed in their latest runs, and why."""
    runs = page.all("pgvigil_collector_success", server="main")
    return {dict(labels)["collector"]: dict(labels)["reason"] for labels, value in runs.items() if value == 0}


def fails(collector: str, reason: str) -> Callable[[Exposition], bool]:
    return lambda page: failures(page).get(collector) == reason


def test_an_application_beside_us_on_one_server_connection_notices_nothing(daemon, between):
    server, pooler, entry = between
    settings = {"interval": f"{INTERVAL:.0f}s", "servers": [entry]}
    conninfo = pooler.conninfo(application_name="orders")
    held = Sampling(held_too_long(server), 0.05)
    backends = Sampling(lambda: server.backends_of("app"), 0.25)
    with Application(conninfo) as application, held, backends:
        watched = daemon(settings=settings, ready_within=60)
        with Polls(watched, 0.5) as polls:
            healthy = wait_for_polls(watched, 2, "main", within=60)

            # A relation is locked.
            with server.connect(database="shop") as locker:
                locker.execute("BEGIN")
                locker.execute("LOCK TABLE pg_catalog.pg_stat_bgwriter IN ACCESS EXCLUSIVE MODE")
                locked = watched.wait_for(fails("bgwriter", "lock"), within=10 * INTERVAL, what="a lock in the way")
                locker.execute("ROLLBACK")

            # A right is missing.
            server.execute("REVOKE SELECT ON pg_catalog.pg_stat_wal FROM PUBLIC", database="shop")
            revoked = watched.wait_for(fails("wal", "privileges"), within=10 * INTERVAL, what="a right that is missing")

            # A statement takes too long.
            make_archiver_hang(server, "shop", stubborn=False)
            slow = watched.wait_for(fails("archiver", "timeout"), within=10 * INTERVAL, what="a slow statement")
            mend_archiver(server, "shop")
            end = wait_for_polls(watched, 2, "main", within=60)
    rows = server.execute("SELECT count(*) FROM shop.things", database="shop")[0][0]

    assert application.errors == []
    assert application.strange == []
    assert application.written == rows > 100
    assert application.slowest < STATEMENT_TIMEOUT + SLACK
    assert held.errors == [] and set(held.values) == {0}
    assert max(backends.values) == 1
    for page in (healthy, locked, revoked, slow, end):
        assert page.value("pg_up", server="main") == 1
        assert sum(page.all("pg_connect_failures_total").values()) == 0
    assert all(healthy.all("pgvigil_collector_success").values()), watched.log
    # And no others: each costs its own collector and nothing else.
    assert failures(locked) == {"bgwriter": "lock"}
    assert failures(revoked) == {"wal": "privileges"}
    assert failures(slow) == {"wal": "privileges", "archiver": "timeout"}
    assert failures(end) == {"wal": "privileges"}, "which is tried again in 10 min"
    assert polls.max_seconds < 1
