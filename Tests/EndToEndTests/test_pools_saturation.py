"""How full the server behind a pool is, told beside the pool: by the server's own count, and nothing that is old."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

import psycopg
import pytest

from daemon import Daemon
from document_server import DocumentServer
from exposition import Exposition
from pgbouncer import PgBouncer
from polls import wait_for_polls
from postgres import PostgresServer

pytestmark = pytest.mark.timeout(300)  # What is fetched for the first time takes its time.

INTERVAL = 2.0
SLACK = 1.0  # What a busy machine may add to a promised time.
PLACES = {"max_connections": "20", "superuser_reserved_connections": "3", "reserved_connections": "2"}
FREE = 20 - 3 - 2
LEADING = ("bouncer", "outer", "web")
NOT_LEADING = ("alone", "before alone", "closed")


@pytest.fixture
def server(postgres) -> PostgresServer:
    server = postgres(settings=PLACES)
    server.create_role("app", monitor=False)
    return server


@pytest.fixture
def bouncer(pgbouncer, server) -> PgBouncer:
    return pgbouncer(server, databases={"app": {"dbname": "postgres", "pool_size": 10}})


@pytest.fixture
def settings(server, bouncer) -> Iterator[dict]:
    """Of pools of which some lead to the server, over others, and some to nothing that is known."""
    with DocumentServer() as documents:
        web = {"name": "web", "url": documents.url("/document"), "format": "psycopg_pool"}
        yield {
            "interval": f"{INTERVAL:g}s",
            "servers": [
                {"name": "main", "conninfo": server.conninfo(), "collectors": {"settings": f"{INTERVAL:g}s"}},
                {"name": "down", "conninfo": "host=/nowhere"},
            ],
            "pools": [
                pool(bouncer, "bouncer", behind="main"),
                pool(bouncer, "outer", behind="bouncer"),
                pool(bouncer, "alone"),
                pool(bouncer, "before alone", behind="alone"),
                pool(bouncer, "closed", behind="down"),
            ],
            "application_pools": [{**web, "behind": "outer"}],
        }


@pytest.fixture
def watched(daemon, settings) -> Daemon:
    return daemon(settings=settings)


def pool(bouncer: PgBouncer, name: str, **more: str) -> dict:
    return {"name": name, "kind": "pgbouncer", "conninfo": bouncer.console(), **more}


@contextmanager
def clients(conninfo: str, number: int) -> Iterator[None]:
    """Each is in a transaction, and so has a connection of its own to the server."""
    with ExitStack() as ending:
        for _ in range(number):
            client = ending.enter_context(closing(psycopg.connect(conninfo)))
            client.execute("SELECT 1")
        yield


def saturations(page: Exposition) -> dict[str, float]:
    """By the name of the pool's target."""
    return {dict(labels)["server"]: value for labels, value in page.all("dbpool_server_saturation_ratio").items()}


def count(asker: psycopg.Connection) -> int:
    """Of the server's clients, the asker among them, but not pgvigil."""
    statement = """
        SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND application_name <> 'pgvigil'
    """
    return asker.execute(statement).fetchone()[0]


def wait_for_truth(watched: Daemon, asker: psycopg.Connection) -> int:
    """The clients by the server's own count, once all pools that lead there tell how full it is with them."""

    def is_told(page: Exposition) -> bool:
        return saturations(page) == dict.fromkeys(LEADING, count(asker) / FREE)

    watched.wait_for(is_told, within=20, what=f"{LEADING} tell what the server counts")
    return count(asker)


def test_each_pool_tells_how_full_the_server_at_the_end_of_its_way_is(watched, server, bouncer):
    with server.connect() as asker:
        with clients(bouncer.conninfo("app"), 4), clients(server.conninfo(user="app"), 2):
            # With the asker, and those that come straight and through PgBouncer.
            assert wait_for_truth(watched, asker) == 7
            with clients(bouncer.conninfo("app"), 5):
                assert wait_for_truth(watched, asker) == 12
    page = watched.metrics().exposition()
    assert {name: page.value("pgbouncer_up", server=name) for name in NOT_LEADING} == dict.fromkeys(NOT_LEADING, 1)


@pytest.mark.parametrize("end, begin", [("kill", "start"), ("freeze", "thaw")])
def test_a_server_that_does_not_answer_takes_its_saturation_along(watched, server, end, begin):
    with server.connect() as asker:
        wait_for_truth(watched, asker)
    ended = time.monotonic()
    getattr(server, end)()
    gone = watched.wait_for(lambda page: not saturations(page), within=2 * INTERVAL + SLACK, what="it is gone")
    assert time.monotonic() - ended < 2 * INTERVAL + SLACK

    assert gone.value("pgbouncer_up", server="bouncer") == 1
    assert gone.value("dbpool_scrape_success", server="web") == 1
    assert gone.value("dbpool_behind_info", server="web", behind="outer") == 1
    after = wait_for_polls(watched, 3, "bouncer")
    assert after.value("pg_up", server="main") == 0
    assert saturations(after) == {}

    getattr(server, begin)()
    with server.connect() as asker:
        wait_for_truth(watched, asker)


@pytest.mark.parametrize("collector, remaining", [("activity", "pg_settings_number"), ("settings", "pg_up")])
def test_without_one_of_the_two_collectors_nothing_is_told(watched, settings, server, collector, remaining):
    with server.connect() as asker:
        wait_for_truth(watched, asker)
        main, *others = settings["servers"]
        watched.write_settings({**settings, "servers": [{**main, "collectors": {collector: False}}, *others]})
        watched.reload()
        watched.wait_for(lambda page: not saturations(page), within=20, what="it is gone")
        watched.wait_for(lambda page: page.all(remaining, server="main"), within=60, what="the server is watched")
        assert saturations(wait_for_polls(watched, 3, "bouncer")) == {}

        watched.write_settings(settings)
        watched.reload()
        wait_for_truth(watched, asker)


def test_a_role_that_may_not_see_the_clients_tells_nothing(daemon, server, bouncer):
    server.create_role("blind", monitor=False)
    main = {"name": "main", "conninfo": server.conninfo(user="blind"), "collectors": {"settings": "1s"}}
    watched = daemon(
        settings={"interval": "1s", "servers": [main], "pools": [pool(bouncer, "bouncer", behind="main")]}
    )
    page = wait_for_polls(watched, 3, "bouncer")
    assert page.value("pg_up", server="main") == 1
    assert page.value("pgvigil_collector_success", server="main", collector="activity") == 0
    assert saturations(page) == {}
