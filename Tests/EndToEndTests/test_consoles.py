"""Every collector of every pooler's console, on real ones of each version and on recordings."""

import signal

import psycopg
import pytest

from catalogue import catalogue
from console_replay import ConsoleReplay
from daemon import Daemon
from exposition import Exposition
from interesting import HOSTILE
from interesting_poolers import InterestingPgBouncer, InterestingPgpool
from pgbouncer import PgBouncer
from poolers import PGBOUNCERS, PGPOOLS, Pooler
from processes import Processes, wait_until
from prometheus import complaints_of_promtool

pytestmark = pytest.mark.timeout(300)  # What is fetched for the first time takes its time.

COLLECTORS = {
    "pgbouncer": "state pools stats databases users lists config peers peer_hosts memory clients servers",
    "pgpool": "nodes processes config cache health_checks backend_stats",
    "odyssey": "pools databases stats errors lists paused",
    "pgcat": "pools databases stats bans",
    "pgdog": "pools stats bans",
}
RECORDINGS = [("odyssey", "current"), ("odyssey", "older"), ("pgcat", "current"), ("pgdog", "current")]


def watching(daemon, kind: str, conninfo: str) -> Daemon:
    """A daemon with all collectors of that kind, those too that are off by default."""
    chosen = {f"{kind}_{name}": True for name in COLLECTORS[kind].split()}
    pool = {"name": "pool", "kind": kind, "conninfo": conninfo, "collectors": chosen}
    return daemon(settings={"interval": "1s", "pools": [pool]})


def page_of(daemon: Daemon, kind: str) -> Exposition:
    """The page once each collector has run; everything on it is known, and no tool has a complaint."""
    names = {f"{kind}_{name}" for name in COLLECTORS[kind].split()} | {"pools"}

    def ran(page: Exposition) -> bool:
        return len(page.all("pgvigil_collector_success", server="pool")) == len(names)

    daemon.wait_for(ran, within=20, what=f"all collectors of {kind} have run")
    answer = daemon.metrics()
    page = answer.exposition()
    states = {dict(labels)["collector"]: v for labels, v in page.all("pgvigil_collector_success").items()}
    assert states == dict.fromkeys(names, 1), daemon.log
    assert page.value(f"{kind}_up", server="pool") == 1
    assert complaints_of_promtool(answer.plain) == ""
    known = catalogue()
    strays = {
        (name, label)
        for name, labels in page.samples
        for label, _ in labels
        if name not in known or label not in known[name].labels
    }
    assert strays == set()
    return page


@pytest.mark.parametrize("version", PGBOUNCERS)
def test_every_collector_of_pgbouncer_succeeds(daemon, processes: Processes, server, version):
    pooler = Pooler.pgbouncer(version, processes.folder)
    with InterestingPgBouncer(processes, pooler, server) as interesting:
        page = page_of(watching(daemon, "pgbouncer", interesting.conninfo()), "pgbouncer")

    assert page.value("pgbouncer_pool_client_connections", database="app", user="app", state="waiting") == 3
    assert page.value("pgbouncer_clients_by_state", database="app", user="app", state="waiting") == 3
    oldest = page.value("pgbouncer_pool_oldest_wait_seconds", database="app", user="app")
    assert oldest > 0
    assert page.value("pgbouncer_clients_oldest_wait_seconds", database="app") == pytest.approx(oldest, abs=2)
    assert page.value("pgbouncer_pool_server_connections", database="far", state="login") == 1
    assert page.value("pgbouncer_database_paused", database="paused") == 1
    assert page.value("pgbouncer_database_disabled", database="closed") == 1
    assert page.value("pgbouncer_database_pool_size", database=HOSTILE, backend_database="postgres") == 4
    assert page.value("pgbouncer_database_max_server_connections", database="orders") == 5
    assert page.value("pgbouncer_database_max_server_connections", database="app") is None
    assert page.value("pgbouncer_database_info", database=HOSTILE, force_user="app") == 1
    assert page.value("pgbouncer_database_info", database="orders", pool_mode="session") == 1
    assert len(page.all("pgbouncer_database_info")) == 6
    assert page.value("pgbouncer_config_query_wait_timeout_seconds") == 120
    folders = [interesting.process.folder.with_name(peer) for peer in "12"] if pooler.number >= (1, 19) else []
    peers = {dict(labels)["host"]: dict(labels)["peer_id"] for labels in page.all("pgbouncer_peer_info")}
    assert peers == {str(folder): folder.name for folder in folders}
    assert [page.value("pgbouncer_peer_pool_size", peer_id=folder.name) for folder in folders] == [4] * len(folders)
    databases = {dict(labels).get("database") for _, labels in page.samples}
    assert databases == {None, "app", "orders", "paused", "closed", "far", HOSTILE}, "and not the console"
    # Two at work of two; one that logs in for ever; a maximum below size and reserve.
    assert page.value("dbpool_utilization_ratio", pool="app") == 1
    assert page.value("dbpool_pending_requests", pool="app") == 3
    assert page.value("dbpool_connections", pool="far", state="creating") == 1
    assert page.value("dbpool_max_connections", pool="orders") == 5


def query(pooler: PgBouncer, times: int) -> None:
    with psycopg.connect(pooler.socket("app", "app"), autocommit=True) as client:
        for _ in range(times):
            client.execute("SELECT 1", prepare=False)


def test_where_processes_share_an_address_another_one_that_answers_is_no_burst(daemon, processes, poolers, server):
    pooler = Pooler.pgbouncer("1.24", processes.folder)
    first, second = PgBouncer.several(2, processes, pooler, processes.folder / "sharing", server)
    poolers(first)
    query(first, 3)
    watched = watching(daemon, "pgbouncer", first.console())
    before = page_of(watched, "pgbouncer")
    poolers(second)
    query(second, 500)
    first.stop()

    def is_watched() -> bool:
        return any(row["application_name"] == "pgvigil" for row in second.run("SHOW CLIENTS").records)

    wait_until(is_watched, within=20, what="pgvigil has come to the other process")
    polls = watched.metrics().exposition().value("pgvigil_polls_total", server="pool")
    watched.wait_for(
        lambda page: page.value("pgvigil_polls_total", server="pool") >= polls + 2, within=20, what="two polls"
    )
    query(second, 5)
    after = watched.wait_for(
        lambda page: page.value("pgbouncer_database_queries_total", database="app"), within=20, what="queries"
    )

    assert before.value("pgbouncer_config_so_reuseport") == 1
    assert before.value("pgbouncer_database_queries_total", database="app") == 0
    assert after.value("pgbouncer_database_queries_total", database="app") == 5


def test_a_pgpool_whose_process_hangs_after_a_failover_is_up(daemon, pgpool, server, processes: Processes):
    """One that served us may wait for ever, with our connection open, where a node went down at once."""
    standby = server.standby(processes.folder / "standby-that-fails")
    standby.start()

    def node_is_up(value: float) -> bool:
        return watched.metrics().exposition().value("pgpool_node_up", node_id="1") == value

    try:
        pooler = pgpool([server, standby])
        watched = watching(daemon, "pgpool", pooler.conninfo(user="pgvigil"))
        wait_until(lambda: node_is_up(1), within=20, what="the node is up")
    finally:
        standby.stop(signal.SIGQUIT)
    wait_until(lambda: node_is_up(0), within=20, what="the node is seen to be down")
    assert watched.metrics().exposition().value("pgpool_up") == 1


@pytest.mark.parametrize("version", PGPOOLS)
def test_every_collector_of_pgpool_succeeds(daemon, processes: Processes, server, standby, version):
    pooler = Pooler.pgpool(version, processes.folder)
    with InterestingPgpool(processes, pooler, server, standby) as interesting:
        page = page_of(watching(daemon, "pgpool", interesting.conninfo()), "pgpool")

    assert {node: page.value("pgpool_node_up", node_id=node) for node in "012"} == {"0": 1, "1": 1, "2": 0}
    assert page.value("pgpool_node_status", node_id="2", status="down", role="standby") == 1
    assert page.value("pgpool_node_server_up", node_id="2") == 0
    assert page.value("pgpool_node_role_mismatch", node_id="0") == 0
    assert page.value("pgpool_node_role_mismatch", node_id="2") is None
    unit, other = ("seconds", "bytes") if pooler.number >= (4, 6) else ("bytes", "seconds")
    assert page.value(f"pgpool_node_replication_lag_{unit}", node_id="1") > 0
    assert page.value(f"pgpool_node_replication_lag_{unit}", node_id="0") is None
    assert page.all(f"pgpool_node_replication_lag_{other}") == {}
    assert page.value("pgpool_frontend_processes", state="execute") == 1
    assert page.value("pgpool_frontend_processes", state="idle") == 1
    assert page.value("pgpool_frontend_processes", state="idle_in_transaction") == 1
    assert page.value("dbpool_connections", pool="processes", state="used") == 3
    assert page.value("dbpool_max_connections", pool="processes") == 7, "8, of which one serves pgvigil"


@pytest.mark.parametrize("version", PGPOOLS)
def test_a_pgpool_without_a_query_cache_is_asked_for_it_and_stays_up(daemon, pgpool, server, version):
    pooler = pgpool(server, version)
    page = page_of(watching(daemon, "pgpool", pooler.console()), "pgpool")

    assert page.all("pgpool_query_cache_entries") == {}
    assert page.value("pgpool_node_up", node_id="0") == 1


@pytest.mark.parametrize("kind, recording", RECORDINGS)
def test_every_collector_succeeds_on_a_recording(daemon, kind, recording):
    with ConsoleReplay(kind, recording) as replay:
        page_of(watching(daemon, kind, replay.conninfo()), kind)


def test_what_odyssey_counts_is_what_has_come_since(daemon):
    with ConsoleReplay("odyssey") as replay:
        watched = watching(daemon, "odyssey", replay.conninfo())
        before = page_of(watched, "odyssey")
        replay.advance()
        after = watched.wait_for(
            lambda page: page.value("odyssey_database_queries_total", database="app"), within=20, what="queries"
        )
        paused = watched.wait_for(lambda page: page.value("odyssey_paused") == 1, within=20, what="paused")

    assert before.value("odyssey_database_queries_total", database="app") == 0
    assert before.value("odyssey_clients", state="routing") == 2
    assert before.value("odyssey_clients", state="used") == 17, "18, without pgvigil"
    assert before.value("odyssey_pool_client_connections", database="app", user="web", state="waiting") == 4
    assert before.value("odyssey_pool_query_seconds", database="app", user="web", share="0.5") == 0.00150025
    assert before.all("odyssey_pool_query_seconds", database="aggregated") == {}
    assert before.all("odyssey_pool_info", database="console") == {}
    assert before.all("dbpool_oldest_wait_seconds") == {}
    # By a rule for its user, or by that for any; 0 is without limit.
    limits = {"web": 10, "report": 5}
    for user, limit in limits.items():
        assert before.value("dbpool_max_connections", pool="app", user=user) == limit
    assert before.all("dbpool_max_connections", pool="orders") == {}
    assert before.value("dbpool_utilization_ratio", pool="app", user="web") == 1
    assert before.value("dbpool_utilization_ratio", pool="app", user="report") == 0
    assert before.value("odyssey_database_max_client_connections", database="app", user="default_user") == 100
    assert after.value("odyssey_database_queries_total", database="app") == 9000
    assert after.value("odyssey_database_client_wait_seconds_total", database="app") == 3
    assert after.value("dbpool_acquire_total", pool="app") == 3000
    assert paused.value("odyssey_errors_total", type="OD_ECLIENT_READ") == 21


def test_an_odyssey_that_counts_no_assignments_has_no_time_waited(daemon):
    with ConsoleReplay("odyssey", "older") as replay:
        page = page_of(watching(daemon, "odyssey", replay.conninfo()), "odyssey")

    assert page.all("odyssey_database_client_wait_seconds_total") == {}
    assert page.all("odyssey_paused") == {}
    assert page.value("odyssey_pool_received_bytes_total", database="app") == 0
    assert "SHOW IS_PAUSED" not in replay.asked


def test_what_pgcat_counts_is_what_has_come_since(daemon):
    with ConsoleReplay("pgcat") as replay:
        watched = watching(daemon, "pgcat", replay.conninfo())
        before = page_of(watched, "pgcat")
        replay.advance()
        after = watched.wait_for(
            lambda page: page.value("pgcat_database_queries_total", address="app_shard_0_primary"),
            within=20,
            what="queries",
        )

    assert before.value("pgcat_pool_oldest_wait_seconds", database="app", user="web") == 2.25
    assert before.value("pgcat_banned", host="10.0.0.7", database="app", user="web", role="replica") == 1
    assert before.value("pgcat_ban_remaining_seconds", host="10.0.0.7") == 42
    assert before.value("pgcat_database_paused", address="orders_shard_0_primary") == 1
    assert before.value("dbpool_max_connections", pool="app", user="web") == 20
    assert before.value("dbpool_utilization_ratio", pool="app", user="web") == 0.5
    assert after.value("pgcat_database_queries_total", address="app_shard_0_primary") == 9000
    assert after.value("dbpool_acquire_total", pool="app") == 9000
    assert after.value("dbpool_acquire_wait_seconds_total", pool="app") == pytest.approx(3.3)


def test_what_pgdog_counts_is_what_has_come_since_in_milliseconds(daemon):
    with ConsoleReplay("pgdog") as replay:
        watched = watching(daemon, "pgdog", replay.conninfo())
        before = page_of(watched, "pgdog")
        replay.advance()
        after = watched.wait_for(
            lambda page: page.value("pgdog_database_queries_total", addr="10.0.0.5"), within=20, what="queries"
        )

    assert before.value("pgdog_pool_server_connections", addr="10.0.0.5", state="active") == 8
    assert before.value("pgdog_pool_server_connections", addr="10.0.0.5", state="idle_in_transaction") == 2
    states = {state: before.value(f"pgdog_pool_{state}", addr="10.0.0.7") for state in ("healthy", "banned", "online")}
    assert states == {"healthy": 0, "banned": 1, "online": 1}
    assert before.value("pgdog_pool_paused", shard="1") == 1
    assert before.value("pgdog_ban_remaining_seconds", addr="10.0.0.7") == 42
    assert before.value("pgdog_banned", addr="10.0.0.6") == 1
    assert before.value("pgdog_ban_remaining_seconds", addr="10.0.0.6") is None
    assert before.value("dbpool_oldest_wait_seconds", pool="app", user="web") == 2.25
    assert after.value("pgdog_database_queries_total", addr="10.0.0.5") == 9000
    assert after.value("pgdog_database_client_wait_seconds_total", addr="10.0.0.5") == 3
    assert after.value("dbpool_acquire_total", pool="app") == 9000
    assert after.value("dbpool_acquire_wait_seconds_total", pool="app") == pytest.approx(3.3)
