"""The poolers that tests lean on, what plays the part of others, and the clients that measure themselves."""

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import contextmanager

import psycopg
import pytest
from psycopg.pq import ExecStatus

from console import Column, ConsoleError, ask_console
from console_replay import CONSOLES, ConsoleReplay
from interesting_poolers import InterestingPgBouncer, InterestingPgpool
from pgbouncer import PgBouncer
from pool_application import KINDS, PoolApplication
from pool_load import PoolLoad
from poolers import PGBOUNCERS, PGPOOLS
from processes import wait_until

pytestmark = pytest.mark.timeout(300)  # What is fetched for the first time takes its time.

POOLS = (
    "database user cl_active cl_waiting cl_active_cancel_req cl_waiting_cancel_req sv_active sv_active_cancel "
    "sv_being_canceled sv_idle sv_used sv_tested sv_login maxwait maxwait_us pool_mode"
)
TEXTS = {"database", "user", "pool_mode", "load_balance_hosts"}
# Columns of STATS, DATABASES and CLIENTS, and rows of CONFIG.
WIDTHS = {"1.18": (15, 13, 18, 84), "1.24": (23, 17, 21, 92), "1.26": (25, 17, 21, 99)}

NODES = (
    "node_id hostname port status pg_status lb_weight role pg_role select_cnt load_balance_node replication_delay "
    "replication_state replication_sync_state last_status_change"
)
RECORDINGS = sorted(str(file.relative_to(CONSOLES).with_suffix("")) for file in CONSOLES.glob("*/*.yml"))


@contextmanager
def in_background(action: Callable[[], object]):
    thread = threading.Thread(target=action)
    thread.start()
    yield thread
    thread.join(20)
    assert not thread.is_alive()


# PgBouncer


@pytest.mark.parametrize("version", PGBOUNCERS)
def test_a_pgbouncer_of_every_version_is_what_it_says(pgbouncer, server, version):
    bouncer = pgbouncer(server, version)
    with psycopg.connect(bouncer.conninfo()) as client:
        assert client.execute("SELECT current_user, current_database()").fetchone() == ("app", "postgres")
    assert bouncer.run("SHOW VERSION").rows[0][0].startswith(f"PgBouncer {version}.")
    names = [*POOLS.split(), *(["load_balance_hosts"] if version != "1.18" else [])]
    pools = bouncer.run("SHOW POOLS", user="stats")
    assert pools.columns == [Column(name, 25 if name in TEXTS else 23) for name in names]
    assert pools.row(database="app")["sv_idle"] == "1"
    assert {column.type for column in bouncer.run("SHOW STATS").columns[1:]} == {1700}
    widths = [len(bouncer.run(f"SHOW {what}").names) for what in ("STATS", "DATABASES", "CLIENTS")]
    assert (*widths, len(bouncer.run("SHOW CONFIG").rows)) == WIDTHS[version]


@pytest.mark.parametrize("version", PGBOUNCERS)
def test_a_console_takes_a_bare_simple_query_and_nothing_else(pgbouncer, server, version):
    bouncer = pgbouncer(server, version)
    assert bouncer.run(" show pools ;").names[0] == "database"
    with pytest.raises(ConsoleError, match="invalid command"):
        bouncer.run("/* a comment */ SHOW POOLS")
    with psycopg.connect(bouncer.console(), autocommit=True) as client:
        refused = client.pgconn.exec_params(b"SHOW POOLS", [])
    assert refused.status == ExecStatus.FATAL_ERROR
    assert "extended query protocol not supported by admin console" in refused.get_error_message()
    with pytest.raises(ConsoleError, match="unsupported startup parameter"):
        ask_console(bouncer.console(options="-c statement_timeout=1s"), "SHOW POOLS")
    with pytest.raises(ConsoleError, match="not allowed"):
        ask_console(bouncer.console("app"), "SHOW POOLS")
    with pytest.raises(ConsoleError, match="admin access needed"):
        bouncer.run("PAUSE", user="stats")


@pytest.mark.parametrize("version", PGBOUNCERS)
def test_a_pgbouncer_lives_through_restart_kill_and_freeze(pgbouncer, server, version):
    bouncer = pgbouncer(server, version)
    first = bouncer.pid
    bouncer.restart()
    assert bouncer.pid != first
    bouncer.kill()
    bouncer.start()
    bouncer.freeze()
    with pytest.raises(ConsoleError, match="timeout"):
        ask_console(bouncer.console(connect_timeout="2"), "SHOW VERSION")
    bouncer.thaw()
    assert bouncer.run("SHOW VERSION").rows


@pytest.mark.parametrize("version", PGBOUNCERS)
def test_a_pgbouncer_reads_its_settings_again(pgbouncer, server, version):
    bouncer = pgbouncer(server, version, databases={"one": {"dbname": "postgres"}, "two": {"dbname": "postgres"}})
    bouncer.databases = {"one": {"dbname": "postgres", "pool_size": 7}}
    bouncer.users["later"] = None
    bouncer.settings["query_wait_timeout"] = 9
    bouncer.reload()
    databases = bouncer.run("SHOW DATABASES")
    assert databases.value("pool_size", name="one") == "7"
    assert databases.value("disabled", name="pgbouncer") == "0"
    assert bouncer.run("SHOW CONFIG").value("value", key="query_wait_timeout") == "9"
    assert bouncer.run("SHOW USERS").row(name="later")
    with pytest.raises(psycopg.OperationalError, match="no such database"):
        psycopg.connect(bouncer.conninfo("two"))


@pytest.mark.parametrize("version", PGBOUNCERS)
@pytest.mark.parametrize("kind", ["plain", "md5", "scram-sha-256"])
def test_a_pgbouncer_asks_for_passwords(pgbouncer, server, version, kind):
    users = {"stats": "seen 'only' here", "admin": "other"}
    bouncer = pgbouncer(server, version, users=users, settings={"auth_type": kind})
    assert ask_console(bouncer.console(), "SHOW VERSION").rows
    with pytest.raises(ConsoleError, match="authentication failed"):
        ask_console(bouncer.console(password="wrong"), "SHOW VERSION")


def test_a_pause_waits_for_clients_in_the_background(pgbouncer, server):
    bouncer = pgbouncer(server, databases={"app": {"dbname": "postgres", "pool_size": 1}})
    with psycopg.connect(bouncer.conninfo()) as client:
        client.execute("SELECT 1")  # In a transaction, which goes on.
        with in_background(lambda: bouncer.run("PAUSE app")) as pausing:
            wait_until(
                lambda: bouncer.run("SHOW DATABASES").value("paused", name="app") == "1", within=5, what="it is paused"
            )
            assert pausing.is_alive()
            client.rollback()
    bouncer.run("RESUME app")
    assert bouncer.run("SHOW DATABASES").value("paused", name="app") == "0"


def test_processes_that_share_a_port_are_peers_with_sockets_of_their_own(pgbouncers, server):
    one, two = pgbouncers(2, server)
    assert one.port == two.port and one.pid != two.pid
    assert [row["peer_id"] for row in one.run("SHOW PEERS").records] == ["1", "2"]
    with psycopg.connect(two.socket("app", "app")):
        assert two.run("SHOW LISTS").value("items", list="used_clients") == "2"
        assert one.run("SHOW LISTS").value("items", list="used_clients") == "1"


def test_a_pgbouncer_is_gone_after_a_failure(processes, pooler_of, server):
    before = processes.left()
    pooler = pooler_of("pgbouncer", "1.18")
    with pytest.raises(ZeroDivisionError), PgBouncer(processes, pooler, processes.folder / "failing", server) as one:
        assert one.pid in processes.left()
        raise ZeroDivisionError
    assert processes.left().keys() <= before.keys()


@pytest.mark.parametrize("version", PGBOUNCERS)
def test_an_interesting_pgbouncer_has_something_to_say(processes, pooler_of, server, version):
    with InterestingPgBouncer(processes, pooler_of("pgbouncer", version), server) as interesting:
        bouncer = interesting.process
        pools = bouncer.run("SHOW POOLS")
        assert (pools.value("cl_waiting", database="app"), pools.value("sv_active", database="app")) == ("3", "2")
        # Its client has sent nothing yet, so nothing says how long it waits.
        assert [pools.row(database="far")[name] for name in ("cl_waiting", "sv_login", "maxwait", "maxwait_us")] == [
            "1", "1", "0", "0"
        ]  # fmt: skip
        databases = bouncer.run("SHOW DATABASES")
        assert (databases.value("paused", name="paused"), databases.value("disabled", name="closed")) == ("1", "1")
        assert (databases.value("database", name="orders"), databases.value("max_connections", name="orders")) == (
            "shop", "5"
        )  # fmt: skip
        if version != "1.18":
            assert bouncer.run("SHOW STATS").value("total_server_parse_count", database="app") == "1"
            assert [row["peer_id"] for row in bouncer.run("SHOW PEER_POOLS").records] == ["2"]


# Pgpool-II


@pytest.mark.parametrize("version", PGPOOLS)
def test_a_pgpool_of_every_version_is_what_it_says(pgpool, server, standby, version):
    pool = pgpool([server, standby], version)
    assert pool.run("SHOW POOL_VERSION").rows[0][0].startswith(f"{version}.")
    nodes = pool.run("SHOW POOL_NODES")
    assert nodes.columns == [Column(name, 0) for name in NODES.split()]
    assert [(row["role"], row["pg_role"], row["status"]) for row in nodes.records] == [
        ("primary", "primary", "up"), ("standby", "standby", "up")
    ]  # fmt: skip
    with psycopg.connect(pool.conninfo(user="app")) as client:
        assert client.execute("SELECT current_user").fetchone() == ("app",)


@pytest.mark.parametrize("version", PGPOOLS)
def test_a_node_of_a_pgpool_goes_and_comes(pgpool, server, standby, version):
    pool = pgpool([server, standby], version)
    pool.detach(1)
    assert pool.run("SHOW POOL_NODES").value("status", node_id="1") == "down"
    pool.attach(1)
    assert pool.run("SHOW POOL_NODES").value("status", node_id="1") in ("waiting", "up")


@pytest.mark.parametrize("version", PGPOOLS)
def test_a_killed_pgpool_leaves_nothing_and_starts_again(pgpool, server, processes, version):
    pool = pgpool(server, version)
    first = pool.pid
    pool.kill()
    assert not [line for line in processes.left().values() if f"{pool.folder}/" in line]
    pool.start()
    assert pool.pid != first
    assert len(pool.run("SHOW POOL_NODES").rows) == 1


@pytest.mark.parametrize("version", PGPOOLS)
def test_an_interesting_pgpool_has_something_to_say(processes, pooler_of, server, standby, version):
    with InterestingPgpool(processes, pooler_of("pgpool", version), server, standby) as interesting:
        pool = interesting.process
        nodes = pool.run("SHOW POOL_NODES")
        assert [row["status"] for row in nodes.records] == ["up", "up", "down"]
        delay = nodes.value("replication_delay", node_id="1")
        assert delay.isdigit() if version == "4.3" else delay.endswith(" second"), delay
        processes_of = [row["status"] for row in pool.run("SHOW POOL_PROCESSES").records]
        assert {"Idle", "Idle in transaction", "Execute command", "Wait for connection"} == set(processes_of)
        assert pool.run("SHOW POOL_CACHE").records[0]["num_cache_hits"] == "3"
        counts = [int(row["error_cnt"]) for row in pool.run("SHOW POOL_BACKEND_STATS").records]
        assert sum(counts) == 2


# Recordings


@pytest.mark.parametrize("recording", RECORDINGS)
@pytest.mark.parametrize("login", ["trust", "cleartext", "md5"])
def test_every_recorded_answer_can_be_asked_for(recording, login):
    with ConsoleReplay(*recording.split("/"), login=login) as replay:
        for round_ in range(2):
            for command, answer in replay.record["commands"].items():
                table = ask_console(replay.conninfo(), f"{command.lower()};")
                rounds = answer["rounds"]
                assert len(table.rows) == len(rounds[min(round_, len(rounds) - 1)])
                assert len(table.columns) == answer["columns"].count(",") + 1
            replay.advance()
        if login != "trust":
            with pytest.raises(ConsoleError, match="password authentication failed"):
                ask_console(replay.conninfo(password="wrong"), "SHOW VERSION")


def test_a_recorded_console_declares_other_types_than_it_sends():
    with ConsoleReplay("odyssey") as replay:
        pools = ask_console(replay.conninfo(), "SHOW POOLS_EXTENDED")
        assert Column("bytes_received", 23) in pools.columns and Column("maxwait", 20) in pools.columns
        assert pools.value("bytes_received", database="app", user="web") == "4999990000"
        assert pools.value("query_0.5", database="app", user="web") == "1500.25"
        assert pools.value("cl_active", database="aggregated") is None
        replay.advance()
        pools = ask_console(replay.conninfo(), "SHOW POOLS_EXTENDED")
        assert pools.value("bytes_received", database="app", user="web") == "5000990000"
        assert replay.asked == ["SHOW POOLS_EXTENDED"] * 2


@pytest.mark.parametrize(
    "recording, message",
    [
        ("odyssey/current", "unsupported request"),
        ("pgcat/current", "server closed the connection"),
        ("pgdog/current", "server closed the connection"),
    ],
)
def test_a_recorded_console_knows_no_prepared_query(recording, message):
    with (
        ConsoleReplay(*recording.split("/")) as replay,
        psycopg.connect(replay.conninfo(), autocommit=True) as client,
        pytest.raises(psycopg.Error, match=message),
    ):
        client.execute("SHOW VERSION", prepare=True)


@pytest.mark.parametrize(
    "recording, unknown, elsewhere",
    [
        ("odyssey/current", "console command error: SHOW NOTHING", "route for 'shop.stat' is not found"),
        ("pgcat/current", "Unsupported SHOW query", 'No pool configured for database: "shop", user: "stat"'),
        ("pgdog/current", "syntax error in admin command", 'user "stat" and database "shop" is wrong'),
    ],
)
def test_a_recorded_console_refuses_in_its_own_words(recording, unknown, elsewhere):
    with ConsoleReplay(*recording.split("/")) as replay:
        with pytest.raises(ConsoleError, match=unknown):
            ask_console(replay.conninfo(), "SHOW NOTHING")
        with pytest.raises(ConsoleError, match=elsewhere):
            ask_console(replay.conninfo("shop"), "SHOW VERSION")
        assert [startup["database"] for startup in replay.startups] == [replay.database, "shop"]


def test_a_recorded_console_breaks_its_sessions_off():
    with ConsoleReplay("pgdog") as replay, psycopg.connect(replay.conninfo(), autocommit=True) as client:
        assert replay.clients == 1
        replay.disconnect()
        with pytest.raises(psycopg.OperationalError):
            client.execute("SHOW VERSION")
        wait_until(lambda: replay.clients == 0, within=5, what="the session is over")


# Clients that measure themselves


@pytest.mark.parametrize("version", PGBOUNCERS)
def test_clients_wait_as_long_as_the_pooler_says(pgbouncer, server, version):
    bouncer = pgbouncer(server, version, databases={"app": {"dbname": "postgres", "pool_size": 2}})
    with PoolLoad.through(bouncer.conninfo(), 6, work=0.2) as load:
        wait_until(lambda: len(load.served()) > 10, within=20, what="clients have taken turns")
        first, begin = _stats(bouncer), time.time()
        agreed = []
        for _ in range(20):
            since = time.time()
            row = bouncer.run("SHOW POOLS").row(database="app")
            least, most = load.oldest_waits(since, time.time())
            oldest = int(row["maxwait"]) + int(row["maxwait_us"]) / 1e6
            agreed.append(row["cl_waiting"] == "4" == str(load.waiting()) and least - 0.02 < oldest < most + 0.02)
            time.sleep(0.05)
        last, end = _stats(bouncer), time.time()
    assert agreed.count(True) >= 17, agreed  # At the turn of two clients they may differ.
    waited = (int(last["wait_time"]) - int(first["wait_time"])) / 1e6
    assert waited == pytest.approx(load.waited(begin, end), rel=0.25)
    if version != "1.18":
        turns = int(last["server_assignment_count"]) - int(first["server_assignment_count"])
        assert waited / turns == pytest.approx(load.mean_wait(begin, end), rel=0.1)
    assert load.errors() == []


def _stats(bouncer) -> dict[str, str | None]:
    return bouncer.run("SHOW STATS_TOTALS").row(database="app")


def test_clients_of_a_paused_pooler_wait_until_they_are_thrown_out(pgbouncer, server):
    bouncer = pgbouncer(server)
    with PoolLoad.through(bouncer.conninfo(), 3, work=0.05) as load:
        wait_until(lambda: len(load.served()) >= 3, within=20, what="all were served")
        bouncer.run("PAUSE app")
        wait_until(lambda: load.waiting() == 3, within=5, what="all wait")
        since = load.oldest_wait()
        time.sleep(0.3)
        assert load.oldest_wait() == pytest.approx(since + 0.3, abs=0.1)
        assert bouncer.run("SHOW POOLS").value("cl_waiting", database="app") == "3"
    assert load.errors() == []


@pytest.mark.parametrize("kind", KINDS)
def test_an_application_says_how_its_pool_does(server, kind):
    with PoolApplication(kind, server.conninfo("app"), least=2, most=4, timeout=0.5) as application:
        status, document = _get(application.url("/health"))
        assert (status, document["connection_pool"]["pool_utilization"]) == (200, 0)
        with application.load(6, work=0.2, pause=0.01) as load:
            wait_until(lambda: load.waiting() == 2 and len(load.served()) > 10, within=20, what="two wait")
            status, document = _get(application.url("/health?percent"))
            pool = document["connection_pool"]
            assert (status, document["status"], pool["pool_utilization"]) == (503, "unhealthy", 100)
            assert (pool["total"], pool["active"], pool["idle"], pool["waiting"]) == (4, 4, 0, 2)
            statistics = _get(application.url())[1]
        with application.load(30, work=0.4) as load:
            wait_until(load.errors, within=20, what="some give up")
        pool = _get(application.url("/health"))[1]["connection_pool"]
        assert pool["timeouts"] >= 1 and pool["peak_wait_ms"] <= 600
    if kind == "sqlalchemy":
        assert statistics == {"size": 2, "checkedin": 0, "checkedout": 4, "overflow": 2, "max_overflow": 2}
    else:
        now = {name: statistics[name] for name in ("pool_min", "pool_max", "pool_size", "pool_available")}
        assert now == {"pool_min": 2, "pool_max": 4, "pool_size": 4, "pool_available": 0}
        assert "requests_errors" not in statistics  # What is 0 is left out.


def _get(url: str) -> tuple[int, dict]:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as answer:
        return answer.code, json.load(answer)
