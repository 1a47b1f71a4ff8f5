"""Two hundred pools of one PgBouncer: one connection, and no more commands than for one pool."""

from contextlib import closing

import psycopg
import pytest

from poolers import PGBOUNCERS
from polls import wait_for_polls

pytestmark = pytest.mark.timeout(300)  # What is fetched for the first time takes its time.

USERS = [f"user{number}" for number in range(10)]
ALIASES = [f"orders{number:02}" for number in range(20)]


@pytest.mark.parametrize("version", PGBOUNCERS)
def test_two_hundred_pools_take_one_connection(daemon, postgres, pgbouncer, version):
    server = postgres(settings={"max_connections": "250"})
    for user in USERS:
        server.create_role(user, monitor=False)
    pooler = pgbouncer(
        server,
        version,
        databases={alias: {"dbname": "postgres", "pool_size": 2} for alias in ALIASES},
        users={"admin": None, "stats": None} | dict.fromkeys(USERS),
    )
    pool = {"name": "pool", "kind": "pgbouncer", "conninfo": pooler.console()}
    watched = daemon(settings={"interval": "1s", "pools": [pool]})

    def statements_of_a_poll() -> float:
        pages = [wait_for_polls(watched, count, "pool") for count in (1, 5)]
        names = ("pgvigil_statements_total", "pgvigil_polls_total")
        statements, polls = (
            pages[1].value(name, server="pool") - pages[0].value(name, server="pool") for name in names
        )
        return statements / polls

    # Those of each minute have their turns one after the other at first.
    watched.wait_for(
        lambda page: len(page.all("pgvigil_collector_success", server="pool")) == 11, within=20, what="all have run"
    )
    of_none = statements_of_a_poll()
    for alias in ALIASES:
        for user in USERS:
            with closing(psycopg.connect(pooler.conninfo(alias, user), autocommit=True)) as client:
                client.execute("SELECT 1")
    page = watched.wait_for(
        lambda page: len(page.all("dbpool_pending_requests", server="pool")) == 200, within=20, what="200 pools"
    )
    of_many = statements_of_a_poll()
    clients = [row for row in pooler.run("SHOW CLIENTS").records if row["user"] == "stats"]

    assert of_many == of_none <= 9, "commands for one poll"
    assert len(clients) == 1
    assert page.value("pgvigil_connects_total", server="pool") == 1
    end = watched.metrics().exposition()
    assert end.value("pgvigil_poll_overruns_total", server="pool") == 0
    assert end.value("pgvigil_poll_skips_total", server="pool") == 0
    assert end.value("pgvigil_series_dropped_total", server="pool", collector="pgbouncer_pools") in (0, None)
    assert len(end.all("pgbouncer_database_pool_size", server="pool")) == 20
    assert sum(end.all("pgbouncer_pool_server_connections", state="idle").values()) == 200
    assert sum(end.all("pgbouncer_database_queries_total").values()) == 200
    assert {end.value("dbpool_max_connections", pool=alias, user=user) for alias in ALIASES for user in USERS} == {2}
    assert end.value("dbpool_configured_connections", pool="orders00") == 20
