"""Pools that are too small for their clients: what is shown agrees with what the clients measured themselves."""

import math
import statistics
from contextlib import ExitStack, closing

import psycopg
import pytest

from interesting_poolers import leave
from pool_load import PoolLoad
from poolers import PGBOUNCERS, PGPOOLS
from polls import Poll, Polls, falls
from processes import wait_until

pytestmark = pytest.mark.timeout(300)  # What is fetched for the first time takes its time.

CLIENTS, SIZE, WORK = 8, 2, 0.5
WAITING = CLIENTS - SIZE
# What a busy machine may add on the way from a client to the pooler and from there to the server.
SLACK = 0.35
SIZING = {"minimum": 1, "window": "1m"}


def watch(daemon, load: PoolLoad, clients: int, kind: str, conninfo: str, count: int) -> list[Poll]:
    """So many polls while the clients are at work, from when each of them has had a turn."""
    wait_until(lambda: len({turn.client for turn in load.served()}) == clients, within=30, what="each had a turn")
    pool = {"name": "pool", "kind": kind, "conninfo": conninfo, "sizing": SIZING}
    watched = daemon(settings={"interval": "1s", "pools": [pool]})
    with Polls(watched) as polls:
        wait_until(
            lambda: watched.metrics().exposition().value("pgvigil_polls_total", server="pool") >= count,
            within=60,
            what=f"{count} polls",
            every=0.5,
        )
    assert load.errors() == []
    return polls.of("pool")


@pytest.mark.parametrize("version", PGBOUNCERS)
def test_pgbouncer_waits_are_those_that_its_clients_measured(daemon, pgbouncer, server, version):
    pooler = pgbouncer(server, version, databases={"orders": {"dbname": "postgres", "pool_size": SIZE}})
    with PoolLoad.through(pooler.conninfo("orders"), CLIENTS, work=WORK) as load:
        polls = watch(daemon, load, CLIENTS, "pgbouncer", pooler.console(), 12)
    place = {"server": "pool", "kind": "pgbouncer", "pool": "orders", "user": "app"}
    first, last = polls[0], polls[-1]

    # At each poll.
    for poll in polls:
        least, most = load.oldest_waits(poll.began - SLACK, poll.ended)
        shown = poll.page.value("dbpool_oldest_wait_seconds", **place)
        assert least - SLACK <= shown <= most + SLACK
        assert shown == poll.page.value("pgbouncer_pool_oldest_wait_seconds", database="orders", user="app")
        assert poll.page.value("dbpool_utilization_ratio", **place) == 1
        assert poll.page.value("dbpool_connections", state="used", **place) == SIZE
        assert poll.page.value("dbpool_max_connections", **place) == SIZE
        assert poll.page.value("dbpool_status", status="unhealthy", **place) == 1
        # Whose turn has ended is not at once back in the queue.
        assert CLIENTS - 2 * SIZE - 1 <= poll.page.value("dbpool_pending_requests", **place) <= CLIENTS
    assert max(poll.page.value("dbpool_oldest_wait_seconds", **place) for poll in polls) > 0.75
    assert statistics.median(poll.page.value("dbpool_pending_requests", **place) for poll in polls) == WAITING

    # Over all polls.
    def come(name: str, **labels: str) -> float:
        return last.page.value(name, **labels) - first.page.value(name, **labels)

    of_pool = {name: value for name, value in place.items() if name != "user"}
    between = len(load.served(first.ended, last.began))
    acquired, waited = come("dbpool_acquire_total", **of_pool), come("dbpool_acquire_wait_seconds_total", **of_pool)
    # A turn that begins or ends during one of the two polls may be counted or not.
    assert between - 2 * SIZE <= acquired <= between + 2 * SIZE
    mean = load.mean_wait(first.ended, last.began)
    assert mean > 1
    assert waited / acquired == pytest.approx(mean, abs=SLACK)
    assert last.page.value("dbpool_mean_wait_seconds", **of_pool) == pytest.approx(mean, abs=SLACK)
    assert come("pgbouncer_database_transactions_total", database="orders") <= between + 2 * SIZE
    concurrent = last.page.value("dbpool_concurrent_connections", **of_pool)
    assert concurrent == pytest.approx(SIZE, abs=0.3)
    advised = {bound: last.page.value("dbpool_advised_connections", bound=bound, **of_pool) for bound in ("max", "min")}
    assert advised == {"max": math.ceil(concurrent / 0.75), "min": 1}
    assert last.page.value("dbpool_configured_connections", **of_pool) == SIZE
    assert falls([poll.page for poll in polls], "pgbouncer_", "dbpool_") == []


@pytest.mark.parametrize("version", PGBOUNCERS)
def test_nobody_waits_where_connections_suffice(daemon, pgbouncer, server, version):
    pooler = pgbouncer(server, version, databases={"orders": {"dbname": "postgres", "pool_size": 10}})
    with PoolLoad.through(pooler.conninfo("orders"), 3, work=WORK) as load:
        polls = watch(daemon, load, 3, "pgbouncer", pooler.console(), 4)

    for poll in polls:
        assert poll.page.value("dbpool_pending_requests", pool="orders") == 0
        assert poll.page.value("dbpool_oldest_wait_seconds", pool="orders") == 0
        assert poll.page.value("dbpool_utilization_ratio", pool="orders") <= 0.3
        assert poll.page.value("dbpool_max_connections", pool="orders") == 10


@pytest.mark.parametrize("version", PGBOUNCERS)
def test_a_reserve_is_used_by_who_has_waited_long_and_counts_as_allowed(daemon, pgbouncer, server, version):
    orders = {"dbname": "postgres", "pool_size": 1, "reserve_pool": 2}
    pooler = pgbouncer(server, version, databases={"orders": orders}, settings={"reserve_pool_timeout": 1})
    place = {"server": "pool", "kind": "pgbouncer", "pool": "orders", "user": "app"}
    pool = {"name": "pool", "kind": "pgbouncer", "conninfo": pooler.console()}
    watched = daemon(settings={"interval": "1s", "pools": [pool]})
    pages = []
    with ExitStack() as clients:

        def come() -> None:
            """One more client, with a transaction that does not end; who finds no connection waits."""
            client = clients.enter_context(closing(psycopg.connect(pooler.conninfo("orders"), autocommit=True)))
            leave(client, "BEGIN")

        for used, waiting in ((1, 0), (2, 0), (3, 0), (3, 1)):
            come()
            seen = {"used": used, "waiting": waiting}
            pages.append(
                watched.wait_for(
                    lambda page: seen
                    == {
                        "used": page.value("dbpool_connections", state="used", **place),
                        "waiting": page.value("dbpool_pending_requests", **place),
                    },
                    within=20,
                    what=f"the pool has {seen}",
                )
            )

    for page in pages:
        assert page.value("dbpool_max_connections", **place) == 3
        assert page.value("dbpool_configured_connections", pool="orders") == 3
        assert page.value("pgbouncer_database_pool_size", database="orders") == 1
        assert page.value("pgbouncer_database_reserve_pool_size", database="orders") == 2
    shares = [page.value("dbpool_utilization_ratio", **place) for page in pages]
    assert shares == pytest.approx([1 / 3, 2 / 3, 1, 1])
    # Two had to wait for the reserve, each for longer than its timeout.
    assert pages[-1].value("dbpool_acquire_wait_seconds_total", pool="orders") >= 2


@pytest.mark.parametrize("version", PGPOOLS)
def test_pgpool_counts_the_processes_and_statements_of_its_clients(daemon, pgpool, server, version):
    pooler = pgpool(server, version, settings={"num_init_children": 5})
    with PoolLoad.through(pooler.conninfo(user="app"), 3, work=WORK) as load:
        polls = watch(daemon, load, 3, "pgpool", pooler.console(), 8)
    # How many processes there are is asked each minute, for the first time soon.
    polls = [poll for poll in polls if poll.page.all("dbpool_max_connections")]
    assert len(polls) >= 5
    first, last = polls[0], polls[-1]

    for poll in polls:
        assert poll.page.value("pgpool_node_up", node_id="0") == 1
        busy = poll.page.value("pgpool_frontend_processes", state="execute")
        idle = poll.page.value("pgpool_frontend_processes", state="idle")
        assert busy + idle == 3, "a client is idle between two statements"
        assert poll.page.value("pgpool_frontend_processes", state="wait_for_connection") == 1
        assert poll.page.value("dbpool_max_connections", pool="processes") == 4, "5, of which one serves pgvigil"
        assert poll.page.value("dbpool_utilization_ratio", pool="processes") == 0.75
    assert statistics.median(
        poll.page.value("pgpool_frontend_processes", state="execute") for poll in polls
    ) == 3

    # Each client's statement is a DO, which Pgpool-II takes for DDL.
    sent = [poll.page.value("pgpool_node_statements_total", node_id="0", kind="ddl") for poll in (first, last)]
    between = len(load.served(first.ended, last.began))
    assert between - 3 <= sent[1] - sent[0] <= between + 3
    assert falls([poll.page for poll in polls], "pgpool_", "dbpool_") == []


def test_a_client_that_waits_for_a_process_of_pgpool_is_served_when_one_is_free(daemon, pgpool, server):
    """Nobody counts who is in the queue of the socket; that all processes are in use is to be seen."""
    pooler = pgpool(server, settings={"num_init_children": 3})
    pool = {"name": "pool", "kind": "pgpool", "conninfo": pooler.console()}
    watched = daemon(settings={"interval": "1s", "pools": [pool]})
    first = psycopg.connect(pooler.conninfo(user="app"))
    second = psycopg.connect(pooler.conninfo(user="app"))
    with first, second:
        full = watched.wait_for(
            lambda page: page.value("dbpool_utilization_ratio", pool="processes") == 1, within=20, what="in use"
        )
    free = watched.wait_for(
        lambda page: page.value("dbpool_utilization_ratio", pool="processes") == 0, within=20, what="free again"
    )

    assert full.value("dbpool_connections", pool="processes", state="idle") == 0
    assert full.value("dbpool_max_connections", pool="processes") == 2
    assert free.value("dbpool_connections", pool="processes", state="idle") == 2
    assert full.value("dbpool_pending_requests", pool="processes") is None
