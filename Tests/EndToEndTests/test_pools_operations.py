"""What operators do to poolers, and what befalls those: right values, no false resets, no bursts."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from daemon import Daemon
from exposition import Exposition
from pgbouncer import PgBouncer
from poolers import PGBOUNCERS, PGPOOLS
from polls import Polls, falls, wait_for_polls
from processes import wait_until
from sampling import Sampling

pytestmark = pytest.mark.timeout(300)  # What is fetched for the first time takes its time.

INTERVAL = 2.0
SLACK = 1.5  # What a busy machine may add to a promised time: less than another interval.
QUERIES = "pgbouncer_database_queries_total"


@pytest.fixture
def watching(daemon) -> Callable[..., Daemon]:
    """Starts a daemon that watches a PgBouncer as `pool`: `watching(pooler)`."""

    def start(pooler: PgBouncer, **more) -> Daemon:
        pool = {"name": "pool", "kind": "pgbouncer", "conninfo": pooler.console(), **more}
        return daemon(settings={"interval": "1s", "pools": [pool]})

    return start


def queries(pooler: PgBouncer, database: str = "app") -> int:
    """By PgBouncer's own count: what it sends to a server for itself is a query, too."""
    return int(pooler.run("SHOW STATS").value("total_query_count", database=database))


def ask(conninfo: str, times: int, statement: str = "SELECT 1") -> None:
    """So many queries, one transaction each, of one client."""
    with closing(psycopg.connect(conninfo, autocommit=True, prepare_threshold=None)) as client:
        for _ in range(times):
            client.execute(statement)


def connections_to(port: int) -> set[str]:
    """Who is connected, or was and has not been noticed to have gone; each once, however often the kernel lists it."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    established, close_wait = "01", "08"
    return {row[2] for row in rows if row[1].endswith(f":{port:04X}") and row[3] in (established, close_wait)}


class Waiting:
    """A client with a statement that waits, in a thread of its own; what it is told in the end is `error`."""

    def __init__(self, client: psycopg.Connection, statement: str = "SELECT 1"):
        self.error: Exception | None = None
        self._thread = threading.Thread(target=self._run, args=(client, statement), daemon=True)
        self._thread.start()

    def _run(self, client: psycopg.Connection, statement: str) -> None:
        try:
            client.execute(statement)
        except psycopg.Error as error:
            self.error = error

    def join(self) -> None:
        self._thread.join(20)
        assert not self._thread.is_alive(), "the client still waits"


# Commands of the console


@pytest.mark.parametrize("version", PGBOUNCERS)
def test_a_paused_database_keeps_its_clients_waiting_until_it_is_resumed(watching, pgbouncer, server, version):
    pooler = pgbouncer(server, version)
    watched = watching(pooler)
    with closing(psycopg.connect(pooler.conninfo(), autocommit=True)) as client, Polls(watched) as polls:
        client.execute("SELECT 1")
        pooler.run("PAUSE app")
        waiting = Waiting(client)
        paused = watched.wait_for(
            lambda page: (page.value("dbpool_oldest_wait_seconds", pool="app", user="app") or 0) >= 2,
            within=20,
            what="a client that has waited for 2 s",
        )
        pooler.run("RESUME app")
        waiting.join()
        resumed = watched.wait_for(
            lambda page: page.value("pgbouncer_database_paused", database="app") == 0, within=10, what="resumed"
        )

    assert paused.value("pgbouncer_database_paused", database="app") == 1
    assert paused.value("dbpool_pending_requests", pool="app", user="app") == 1
    assert paused.value("dbpool_utilization_ratio", pool="app", user="app") == 0
    assert paused.value("dbpool_status", pool="app", user="app", status="unhealthy") == 1
    assert paused.value("pgbouncer_pool_client_connections", database="app", user="app", state="waiting") == 1
    # The time waited is counted once the wait is over; before it, only what making the connection took.
    assert paused.value("dbpool_acquire_wait_seconds_total", pool="app") < 1.5
    assert resumed.value("dbpool_acquire_wait_seconds_total", pool="app") > 2
    assert resumed.value("dbpool_oldest_wait_seconds", pool="app", user="app") == 0
    assert resumed.value("dbpool_pending_requests", pool="app", user="app") == 0
    assert resumed.value("dbpool_status", pool="app", user="app", status="healthy") == 1
    assert waiting.error is None
    assert falls(polls.pages(), "pgbouncer_", "dbpool_") == []


@pytest.mark.parametrize("version", ["1.24", "1.26"])
def test_a_pause_of_everything_is_a_state_of_its_own(watching, pgbouncer, server, version):
    pooler = pgbouncer(server, version)
    watched = watching(pooler)
    states = []
    for command in (None, "PAUSE", "RESUME"):
        if command:
            pooler.run(command)
        page = wait_for_polls(watched, 1, "pool")
        names = ("active", "paused", "suspended")
        states.append({name: page.value("pgbouncer_state", state=name) for name in names})

    # 1.26 does not tell of the third.
    active = {"active": 1, "paused": 0, "suspended": 0 if version == "1.24" else None}
    assert states == [active, active | {"active": 0, "paused": 1}, active]


# 1.26 knows the command no more.
@pytest.mark.parametrize("version", ["1.18", "1.24"])
def test_while_a_pgbouncer_is_suspended_our_session_goes_on_and_clients_stand_still(
    watching, pgbouncer, server, version
):
    pooler = pgbouncer(server, version)
    watched = watching(pooler)
    operator = psycopg.connect(pooler.socket(user="admin"), autocommit=True)
    client = psycopg.connect(pooler.conninfo(), autocommit=True, prepare_threshold=None)
    with closing(operator), closing(client), Polls(watched) as polls:
        client.execute("SELECT 1")
        before = wait_for_polls(watched, 1, "pool")
        operator.execute("SUSPEND")  # From now on nobody is let in, to the console neither.
        waiting = Waiting(client)
        suspended = wait_for_polls(watched, 3, "pool")
        operator.execute("RESUME")
        waiting.join()
        after = wait_for_polls(watched, 1, "pool")

    names = ("active", "paused", "suspended")
    states = [
        {name: page.value("pgbouncer_state", state=name) for name in names} for page in (before, suspended, after)
    ]
    active = {"active": 1, "paused": 0, "suspended": 0}
    # 1.18 tells of no state.
    expected = [active, active | {"active": 0, "suspended": 1}, active]
    assert states == (expected if version == "1.24" else [dict.fromkeys(names)] * 3)
    assert suspended.value("pgbouncer_up", server="pool") == 1
    assert suspended.value("pgvigil_connects_total", server="pool") == 1
    # What it has sent has not been read, so that nobody is seen to wait.
    assert suspended.value("dbpool_pending_requests", pool="app", user="app") == 0
    assert waiting.error is None
    assert falls(polls.pages(), "pgbouncer_", "dbpool_") == []


@pytest.mark.parametrize("version", PGBOUNCERS)
def test_a_disabled_database_is_shown_until_it_is_enabled(watching, pgbouncer, server, version):
    pooler = pgbouncer(server, version)
    watched = watching(pooler)
    ask(pooler.conninfo(), 1)
    shown = []
    for command in ("DISABLE app", "ENABLE app"):
        pooler.run(command)
        shown.append(wait_for_polls(watched, 1, "pool").value("pgbouncer_database_disabled", database="app"))

    assert shown == [1, 0]


@pytest.mark.parametrize("version", PGBOUNCERS)
def test_a_killed_database_has_no_connections_and_lets_nobody_through(watching, pgbouncer, server, version):
    pooler = pgbouncer(server, version)
    watched = watching(pooler)
    client = psycopg.connect(pooler.conninfo(), autocommit=True)
    with closing(client), Polls(watched) as polls:
        for _ in range(20):
            client.execute("SELECT 1")
        before = wait_for_polls(watched, 1, "pool")
        answered = queries(pooler)
        pooler.run("KILL app")
        killed = watched.wait_for(
            lambda page: page.value("pgbouncer_database_paused", database="app") == 1, within=10, what="killed"
        )
        with pytest.raises(psycopg.OperationalError):
            client.execute("SELECT 1")
        pooler.run("RESUME app")
        ask(pooler.conninfo(), 5)
        after = wait_for_polls(watched, 1, "pool")
        answered_since = queries(pooler)

    states = {
        state: killed.value("pgbouncer_pool_server_connections", database="app", user="app", state=state)
        for state in ("active", "idle", "used")
    }
    assert states in ({"active": 0, "idle": 0, "used": 0}, dict.fromkeys(states)), "none, or no pool any more"
    assert before.value(QUERIES, database="app") == answered >= 20
    # The pool is gone and begins anew, or is kept with its figures.
    more = answered_since if answered_since < answered else answered_since - answered
    assert after.value(QUERIES, database="app") == answered + more
    assert 5 <= more <= 6
    assert after.value("pgbouncer_database_paused", database="app") == 0
    assert falls(polls.pages(), "pgbouncer_", "dbpool_") == []


@pytest.mark.parametrize("version", PGBOUNCERS)
def test_a_reload_with_another_size_shows_the_new_one_and_no_reset(watching, pgbouncer, server, version):
    pooler = pgbouncer(server, version, databases={"app": {"dbname": "postgres", "pool_size": 2}})
    watched = watching(pooler)
    ask(pooler.conninfo(), 10)
    with Polls(watched) as polls:
        before = wait_for_polls(watched, 1, "pool")
        pooler.databases["app"]["pool_size"] = 5
        pooler.reload()
        after = wait_for_polls(watched, 1, "pool")

    for page, size in ((before, 2), (after, 5)):
        assert page.value("pgbouncer_database_pool_size", database="app") == size
        assert page.value("dbpool_max_connections", pool="app", user="app") == size
        assert page.value("dbpool_configured_connections", pool="app") == size
        assert page.value(QUERIES, database="app") == 10
    assert falls(polls.pages(), "pgbouncer_", "dbpool_") == []


# Pools that come and go


@pytest.mark.parametrize("version", PGBOUNCERS)
def test_a_database_that_is_removed_and_comes_back_is_no_burst(watching, pgbouncer, server, version):
    both = {"app": {"dbname": "postgres"}, "other": {"dbname": "postgres"}}
    pooler = pgbouncer(server, version, databases=both)
    ask(pooler.conninfo("other"), 500)  # Before anybody watches.
    watched = watching(pooler)
    ask(pooler.conninfo("other"), 300)
    with Polls(watched) as polls:
        before = wait_for_polls(watched, 1, "pool")
        del pooler.databases["other"]
        pooler.reload()
        gone = watched.wait_for(
            lambda page: page.value(QUERIES, database="other") is None, within=20, what="the removed one is gone"
        )
        pooler.databases = both
        pooler.reload()
        ask(pooler.conninfo("other"), 7)
        since = queries(pooler, "other")
        back = watched.wait_for(
            lambda page: (page.value(QUERIES, database="other") or 0) > 300, within=20, what="its queries are added"
        )
        back = wait_for_polls(watched, 1, "pool")

    assert before.value(QUERIES, database="other") == 300
    assert gone.all("pgbouncer_pool_server_connections", database="other") == {}
    assert gone.all("dbpool_max_connections", pool="other") == {}
    assert 7 <= since <= 8, "what was counted before is forgotten"
    assert back.value(QUERIES, database="other") == 300 + since
    assert falls(polls.pages(), "pgbouncer_", "dbpool_") == []


def test_an_idle_pool_that_pgbouncer_forgets_is_no_reset_of_its_database(watching, pgbouncer, server):
    """Two users have a pool of one database each; one of the pools goes, and the sum falls but not to 0."""
    idle = {"pool_idle_timeout": 2, "server_idle_timeout": 1}
    pooler = pgbouncer(server, "1.26", settings=idle, users={"admin": None, "stats": None, "app": None, "web": None})
    watched = watching(pooler)
    busy = psycopg.connect(pooler.conninfo(user="app"), autocommit=True, prepare_threshold=None)
    with closing(busy), Polls(watched) as polls:
        busy.execute("SELECT 1")
        ask(pooler.conninfo(user="web"), 1000)
        both = queries(pooler)
        shown = watched.wait_for(
            lambda page: (page.value(QUERIES, database="app") or 0) >= 1001, within=20, what="the queries of both"
        )
        sent = 0

        def is_gone() -> bool:
            nonlocal sent
            busy.execute("SELECT 1")
            sent += 1
            return not any(row["user"] == "web" for row in pooler.run("SHOW POOLS").records)

        wait_until(is_gone, within=60, what="the idle pool is gone", every=0.2)
        left = queries(pooler)
        after = wait_for_polls(watched, 1, "pool")
        busy.execute("SELECT 1")
        end = wait_for_polls(watched, 1, "pool")

    assert left < both, "PgBouncer's own figure has fallen, and not to 0"
    assert shown.value(QUERIES, database="app") == both
    # What came together with the fall cannot be told from it.
    assert both <= after.value(QUERIES, database="app") <= both + sent
    assert end.value(QUERIES, database="app") - after.value(QUERIES, database="app") == 1
    assert after.all("pgbouncer_pool_server_connections", user="web") == {}
    assert falls(polls.pages(), "pgbouncer_", "dbpool_") == []


@pytest.mark.parametrize("version", PGBOUNCERS)
def test_a_database_that_came_by_itself_goes_when_idle_and_comes_back_with_its_counters(
    watching, pgbouncer, server, version
):
    """Its name is no section of the settings: the alias * takes it in, and autodb_idle_timeout lets it go."""
    pooler = pgbouncer(
        server,
        version,
        databases={"*": {"dbname": "postgres", "pool_size": 3}},
        settings={"autodb_idle_timeout": 5, "server_idle_timeout": 1},
    )
    watched = watching(pooler)
    with Polls(watched) as polls:
        ask(pooler.conninfo("passing"), 300)
        asked = queries(pooler, "passing")
        came = watched.wait_for(
            lambda page: page.value(QUERIES, database="passing") == asked, within=20, what="it has come"
        )
        gone = watched.wait_for(
            lambda page: page.value(QUERIES, database="passing") is None, within=60, what="it has gone"
        )
        ask(pooler.conninfo("passing"), 7)
        asked_again = queries(pooler, "passing")
        back = watched.wait_for(
            lambda page: page.value(QUERIES, database="passing") == asked + asked_again, within=20, what="it is back"
        )

    assert 300 <= asked <= 301 and 7 <= asked_again <= 8, "PgBouncer itself has begun anew"
    for page in (came, back):
        assert page.value("dbpool_max_connections", pool="passing", user="app") == 3
        assert page.value("dbpool_configured_connections", pool="passing") == 3
    for name in ("pgbouncer_pool_server_connections", "pgbouncer_database_pool_size"):
        assert gone.all(name, database="passing") == {}
    assert gone.all("dbpool_max_connections", pool="passing") == {}
    assert gone.value("pgbouncer_up", server="pool") == 1
    assert falls(polls.pages(), "pgbouncer_", "dbpool_") == []


# What befalls it


@pytest.mark.parametrize("version", PGBOUNCERS)
def test_a_restart_is_noticed_within_an_interval_and_is_no_burst(watching, pgbouncer, server, version):
    pooler = pgbouncer(server, version)
    ask(pooler.conninfo(), 5000)
    watched = watching(pooler, interval=f"{INTERVAL:.0f}s")
    ask(pooler.conninfo(), 40)
    before = wait_for_polls(watched, 1, "pool", within=20)

    def is_up(page: Exposition) -> bool:
        return page.value("pgbouncer_up", server="pool") == 1

    with Polls(watched) as polls:
        pooler.kill()
        # A poll begins within an interval; it ends at once, for the connection is refused.
        down = watched.wait_for(lambda page: not is_up(page), within=INTERVAL + SLACK, what="pgbouncer_up is 0")
        pooler.start()
        watched.wait_for(is_up, within=INTERVAL + SLACK, what="pgbouncer_up is 1 again")
        ask(pooler.conninfo(), 30)
        after = wait_for_polls(watched, 1, "pool", within=20)
        ask(pooler.conninfo(), 60)
        end = wait_for_polls(watched, 1, "pool", within=20)

    assert before.value(QUERIES, database="app") == 40, "those before our time are not ours"
    assert {name for name in down.names if name.startswith(("pgbouncer_", "dbpool_"))} == {
        "pgbouncer_up", "pgbouncer_connect_failures_total",
    }
    assert down.value("pgbouncer_connect_failures_total", reason="refused") >= 1
    # What came before the first answer of the new process is not ours either.
    assert 40 <= after.value(QUERIES, database="app") <= 40 + 31
    assert end.value(QUERIES, database="app") - after.value(QUERIES, database="app") == 60
    assert falls(polls.pages(), "pgbouncer_", "dbpool_") == []


def test_a_frozen_pgbouncer_costs_its_own_target_and_no_connection_more(daemon, pgbouncer, server):
    frozen, healthy = pgbouncer(server), pgbouncer(server)
    pools = [
        {"name": name, "kind": "pgbouncer", "conninfo": pooler.console()}
        for name, pooler in (("frozen", frozen), ("healthy", healthy))
    ]
    servers = [{"name": "main", "conninfo": server.conninfo(), "databases": "own"}]
    watched = daemon(settings={"interval": f"{INTERVAL:.0f}s", "pools": pools, "servers": servers})
    with Polls(watched) as polls, Sampling(lambda: len(connections_to(frozen.port))) as connections:
        with frozen.frozen():
            before = watched.wait_for(
                lambda page: page.value("pgbouncer_up", server="frozen") == 0,
                within=2 * INTERVAL + SLACK,  # A poll reaches its deadline, at two thirds.
                what="pgbouncer_up is 0",
            )
            during = watched.wait_for(
                lambda page: page.value("pgvigil_polls_total", server="healthy")
                >= before.value("pgvigil_polls_total", server="healthy") + 5,
                within=10 * INTERVAL,
                what="five polls of the others",
            )
        after = watched.wait_for(
            lambda page: page.value("pgbouncer_up", server="frozen") == 1,
            within=2 * INTERVAL + SLACK,
            what="pgbouncer_up is 1 again",
        )
        clients = [row for row in frozen.run("SHOW CLIENTS").records if row["user"] == "stats"]

    assert connections.errors == []
    assert polls.max_seconds < 1
    pages = polls.pages()
    assert {page.value("pgbouncer_up", server="healthy") for page in pages} == {1}
    assert {page.value("pg_up", server="main") for page in pages} == {1}
    assert during.value("pgvigil_polls_total", server="main") - before.value("pgvigil_polls_total", server="main") >= 4
    # No other is opened while PgBouncer, which has not noticed that it was closed, may count the first.
    assert max(connections.values) == 1
    assert len(clients) == 1
    assert {name for name in during.names if during.all(name, server="frozen") and name.startswith("dbpool")} == set()
    assert after.value("pgvigil_threads_stuck", server="frozen") == 0


# Nodes of Pgpool-II


@contextmanager
def readers(conninfo: str, count: int) -> Iterator[None]:
    """Clients that read a little and come again, also where they are thrown out: a session keeps to its node."""
    over = threading.Event()

    def read() -> None:
        while not over.wait(0.05):
            try:
                with closing(psycopg.connect(conninfo, autocommit=True, prepare_threshold=None)) as client:
                    for _ in range(20):
                        client.execute("SELECT 1")
                        over.wait(0.02)
            except psycopg.Error:
                pass

    threads = [threading.Thread(target=read, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join(20)
    assert not any(thread.is_alive() for thread in threads), "clients that wait on"


@pytest.mark.parametrize("version", PGPOOLS)
def test_a_node_that_is_detached_under_load_serves_nobody_until_it_is_attached(
    daemon, pgpool, server, standby, version
):
    pooler = pgpool([server, standby], version)
    pool = {"name": "pool", "kind": "pgpool", "conninfo": pooler.console()}
    watched = daemon(settings={"interval": "1s", "pools": [pool]})

    def reads(page: Exposition, node: str) -> float:
        return page.value("pgpool_node_statements_total", node_id=node, kind="select") or 0

    def is_up(page: Exposition, node: str) -> bool:
        return page.value("pgpool_node_up", node_id=node) == 1

    with readers(pooler.conninfo(user="app"), 3), Polls(watched) as polls:
        watched.wait_for(lambda page: min(reads(page, "0"), reads(page, "1")) >= 20, within=30, what="both are read")
        pooler.detach(1)
        watched.wait_for(
            lambda page: page.value("pgpool_node_up", node_id="1") == 0, within=20, what="node 1 is detached"
        )
        detached = wait_for_polls(watched, 2, "pool")  # Meanwhile the last session there has ended.
        later = watched.wait_for(
            lambda page: reads(page, "0") >= reads(detached, "0") + 50, within=30, what="node 0 is read on"
        )
        pooler.attach(1)
        attached = watched.wait_for(
            lambda page: is_up(page, "1") and reads(page, "1") >= reads(later, "1") + 20,
            within=30,
            what="node 1 is read again",
        )

    for page in (detached, later):
        assert is_up(page, "0")
        assert page.value("pgpool_node_status", node_id="1", status="down") == 1
    assert reads(later, "1") == reads(detached, "1")
    assert is_up(attached, "0")
    # A process throws a client out after a node has come or gone: that is no end of Pgpool-II.
    assert {page.value("pgpool_up", server="pool") for page in polls.pages()} == {1}
    assert falls(polls.pages(), "pgpool_", "dbpool_") == []


# Several processes


def test_two_processes_behind_one_port_are_two_pools_by_their_sockets(daemon, pgbouncers, server):
    one, two = pgbouncers(2, server, databases={"app": {"dbname": "postgres", "pool_size": 1}})
    pools = [
        {"name": f"process-{number}", "kind": "pgbouncer", "conninfo": process.socket(), "pg_cluster": "app"}
        for number, process in enumerate((one, two), start=1)
    ]
    watched = daemon(settings={"interval": "1s", "pools": pools})
    with closing(psycopg.connect(one.socket("app", "app"), autocommit=True)) as client:
        with closing(psycopg.connect(one.socket("app", "app"), autocommit=True)) as other:
            client.execute("BEGIN")
            waiting = Waiting(other)
            ask(two.socket("app", "app"), 25)
            page = watched.wait_for(
                lambda page: (page.value("dbpool_oldest_wait_seconds", server="process-1", user="app") or 0) > 1
                and page.value(QUERIES, server="process-2", database="app") >= 25,
                within=20,
                what="one waits in the first process, and the second has worked",
            )
            client.execute("ROLLBACK")
            waiting.join()
        end = wait_for_polls(watched, 1, "process-1")
        own = [queries(process) for process in (one, two)]

    assert page.value("dbpool_pending_requests", server="process-1", pool="app", user="app") == 1
    assert page.value("dbpool_pending_requests", server="process-2", pool="app", user="app") == 0
    assert page.value("pgbouncer_peers", server="process-1") == 2
    shown = [end.value(QUERIES, server=f"process-{number}", database="app") for number in (1, 2)]
    assert shown == own
    assert 3 <= own[0] <= 5, "BEGIN, SELECT, ROLLBACK"
    assert waiting.error is None
    assert {dict(labels)["pg_cluster"] for labels in page.all("dbpool_pending_requests")} == {"app"}


# Traps


@pytest.mark.parametrize("version", PGBOUNCERS)
def test_pgbouncer_lets_us_in_whatever_the_environment_says(daemon, pgbouncer, server, version):
    """PGOPTIONS and others become startup parameters that a PgBouncer refuses, unless it is told to ignore them."""
    pooler = pgbouncer(server, version)
    pool = {"name": "pool", "kind": "pgbouncer", "conninfo": pooler.console()}
    variables = {"PGOPTIONS": "-c geqo=off", "PGDATESTYLE": "ISO", "PGTZ": "UTC", "PGGEQO": "off"}
    watched = daemon(settings={"interval": "1s", "pools": [pool]}, variables=variables)
    page = wait_for_polls(watched, 1, "pool")

    assert page.value("pgbouncer_up", server="pool") == 1, watched.log
    assert sum(page.all("pgbouncer_connect_failures_total").values()) == 0
    clients = [row for row in pooler.run("SHOW CLIENTS").records if row["user"] == "stats"]
    assert [client["application_name"] for client in clients] == ["pgvigil"]


@pytest.mark.parametrize("version", PGBOUNCERS)
def test_what_is_unlimited_has_no_utilization_and_no_limit(watching, pgbouncer, server, version):
    unlimited = {"default_pool_size": 0} if version != "1.18" else {}
    databases = {"orders": {"dbname": "postgres"}}
    pooler = pgbouncer(server, version, databases=databases, settings=unlimited)
    ask(pooler.conninfo("orders"), 3)
    page = wait_for_polls(watching(pooler), 1, "pool")

    limits = [
        "pgbouncer_database_max_server_connections", "pgbouncer_database_max_client_connections",
        "pgbouncer_config_max_db_connections", "pgbouncer_config_max_user_connections",
        "pgbouncer_user_max_server_connections",
    ]
    assert {name for name in limits if page.all(name)} == set()
    assert page.value("dbpool_connections", pool="orders", user="app", state="idle") == 1
    assert page.value("dbpool_pending_requests", pool="orders", user="app") == 0
    of_size = {
        "pgbouncer_database_pool_size", "pgbouncer_config_default_pool_size", "dbpool_max_connections",
        "dbpool_utilization_ratio", "dbpool_status", "dbpool_configured_connections",
    }
    assert {name for name in of_size if page.all(name)} == (set() if unlimited else of_size)


@pytest.mark.parametrize("version", PGBOUNCERS)
def test_a_pool_goes_by_its_alias_whatever_the_database_is_called(watching, pgbouncer, server, version):
    odd = 'od"d \\ nämé'
    databases = {"orders": {"dbname": "postgres", "pool_size": 3}, "*": {"dbname": "postgres", "pool_size": 4}}
    pooler = pgbouncer(server, version, databases=databases)
    ask(pooler.conninfo("orders"), 2)
    ask(pooler.conninfo(odd), 5)
    answer = wait_for_polls(watching(pooler, pg_cluster="app"), 1, "pool")

    for alias, size in (("orders", 3), (odd, 4)):
        place = {"server": "pool", "pg_cluster": "app", "database": alias}
        assert answer.value("pgbouncer_pool_oldest_wait_seconds", user="app", **place) == 0
        assert answer.value("pgbouncer_database_pool_size", backend_database="postgres", **place) == size
        assert answer.value("dbpool_max_connections", pool=alias, user="app") == size
        info = dict(next(iter(answer.all("pgbouncer_pool_info", user="app", **place))))
        assert info["pool_mode"] == "transaction"
        assert info.get("load_balance_hosts", "") == "", "which is NULL from 1.24 on, and missing before"
    shown = {dict(labels).get("database") for (name, labels) in answer.samples if name.startswith("pgbouncer_")}
    assert shown - {None} <= {"orders", odd, "*"}, "and not the console"
    assert {dict(labels)["pool"] for labels in answer.all("dbpool_pending_requests")} == {"orders", odd}
