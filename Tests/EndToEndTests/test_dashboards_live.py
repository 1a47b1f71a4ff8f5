"""Every expression of the dashboards, asked of a real Prometheus that watches real servers through us."""

import os
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import mode

import psycopg
import pytest
import yaml

from daemon import Daemon
from dashboards import NAMES, Answer, Expression, ask, expanded, expressions, load, panels
from pooling import LATE as LATE_OF_POOLS
from pooling import Pooled, start_pools
from postgres import Installation, PostgresServer
from processes import Processes, free_port, wait_until
from prometheus import Prometheus
from searching import SEARCHED, burden, collectors, fill, probe, search_for_good

pytestmark = pytest.mark.timeout(300)

PRIMARY = {
    "wal_level": "logical",
    "max_prepared_transactions": "5",
    "max_slot_wal_keep_size": "1GB",
    "archive_mode": "on",
    "archive_command": "false",
    "track_wal_io_timing": "on",
    "idle_in_transaction_session_timeout": "0",
}


# What PostgreSQL 15 does not tell, and why.
NOT_ON_15 = {
    r"pg_stat_io_\w+": "pg_stat_io came with 16",
    r"pg_stat_database_conflicts_confl_active_logicalslot_total": "came with 16",
    r"pg_replication_slots_conflicting": "came with 16",
    r"pg_replication_slots_inactive_since_timestamp_seconds": "came with 17",
    r"pg_stat_checkpointer_restartpoints_(timed|req)_total": "17 began to count them apart",
    r"pg_stat_database_parallel_workers_\w+": "came with 18",
    r"pg_stat_database_checksum_failures_total": "before 18, initdb leaves checksums off",
    r"pg_(probe|vector)_\w+": "pgvector is not there, and nothing probes it",
    r"(dbpool|app|pgbouncer|pgpool|odyssey|pgcat|pgdog)_\w+": "no pools are watched beside it",
}

# Who leads to whom, and the servers behind them or of one cluster with them.
CHAIN = {
    ("1 application", "shop", "busy"),
    ("1 application", "closed shop", None),
    ("2 pooler", "busy", "single"),
    ("2 pooler", "crowded", "main"),
    ("2 pooler", "absent", None),
    *(("2 pooler", name, "main") for name in ("pgpool 4.3", "pgpool 4.6", "odyssey", "pgcat", "pgdog")),
    ("3 server", "main", None),
    ("3 server", "follower", None),
    ("3 server", "single", None),
}

# What needs more than one poll: truth, samples, fresh sessions, looks into each database.
LATE = {
    "pg_probe_recall_window_queries > 3": 2,
    "pg_probe_explain_samples_total > 3": 2,
    "pg_probe_server_duration_seconds_count > 3": 2,
    "pg_probe_connects_total > 2": 2,
    "pg_probe_sentinel_checks_total > 3": 2,
    "pg_probe_plan_expected": 2,
    "pg_vector_column_sampled_rows": 2,
    "pg_vector_column_unembedded_age_seconds": 2,
    "increase(pg_vector_index_scans_total[1m]) > 0": 2,
    "increase(pg_vector_statement_calls_total[1m]) > 0": 2,
    "pg_vector_index_build_progress_ratio": 1,
    "pg_vector_index_vacuum_elapsed_seconds": 1,
}


@dataclass(frozen=True)
class World:
    """A primary `main` with its standby `follower`, a quiet server `single`, and `gone`, which is not there.

    With 18, poolers and applications lead to `main` and to `single`.
    """

    version: int
    prometheus: Prometheus
    start: float
    end: float

    def answer(self, expression: Expression, server: str = ".+") -> Answer:
        return ask(self.prometheus, expression.expanded(server), self.start, self.end)

    def without_data(self, name: str) -> list[Expression]:
        asked = [one for one in expressions(name) if not one.is_annotation]
        return [one for one in asked if not self.answer(one).has_data]


@pytest.fixture(scope="module", params=[18, 15])
def world(request, processes, embedded, new_postgres, new_daemon) -> Iterator[World]:
    installation = embedded if request.param == 18 else Installation.debian_15()
    with ExitStack() as ending:
        main, follower, single = _servers(installation, new_postgres, ending)
        has_vector = installation.has_library("vector")
        pooled = start_pools(processes, main, follower, single, ending) if request.param == 18 else None
        daemon = _watch(new_daemon, main, follower, single, has_vector, pooled, ending)
        start = time.time()
        prometheus = _scrape(processes, daemon, request.param, ending)
        _occupy(main, ending)
        if has_vector:
            _search(main, single, ending)
        _await_polls(prometheus, 15)
        if has_vector:
            _await_late(prometheus, LATE)
        if pooled is not None:
            pooled.advance()
            _await_late(prometheus, LATE_OF_POOLS)
        _disturb(main, follower, prometheus)
        yield World(request.param, prometheus, start, time.time())


@pytest.mark.parametrize("name", NAMES)
def test_every_expression_finds_something(world, name):
    unexplained = [str(one) for one in world.without_data(name) if world.version == 18 or not _reasons(one)]
    assert unexplained == [], "\n" + "\n".join(unexplained)


def test_every_reason_for_finding_nothing_holds(world):
    reasons = {reason for name in NAMES for one in world.without_data(name) for reason in _reasons(one)}
    assert reasons == (set() if world.version == 18 else NOT_ON_15.keys())


@pytest.mark.parametrize("name", NAMES)
def test_a_panel_that_a_version_leaves_empty_says_so(world, name):
    # Where nothing searches by vector, all of that dashboard is empty, and says so once.
    general = load(name)["description"]
    reasons = r"PostgreSQL 1\d and later|where checksums are off|where search probes run|Needs pgvector|Needs `pools`"
    reasons += r"|where poolers or applications are watched|that is watched|pgvigil watches none"
    for panel in _empty(name, set(expressions(name)) - set(world.without_data(name))):
        assert re.search(reasons, f"{panel['description']} {general}"), panel["title"]


@pytest.mark.parametrize("name", NAMES)
def test_a_quiet_server_leaves_no_panel_empty(world, name):
    found = {one for one in expressions(name) if world.answer(one, server="single").has_data}
    told = set(expressions(name)) - set(world.without_data(name))
    assert [one["title"] for one in _empty(name, found)] == [one["title"] for one in _empty(name, told)]


@pytest.mark.parametrize("name", NAMES)
def test_legends_name_labels_that_are_there(world, name):
    for one in expressions(name):
        answer = world.answer(one)
        # A zero that stands for "none" has no name.
        is_stand_in = "or on (" in one.text and not answer.has_event
        if one.is_annotation or not answer.has_data or is_stand_in:
            continue
        named = set(re.findall(r"{{(\w+)}}", one.legend))
        assert named <= answer.labels(), one


@pytest.mark.parametrize("name", NAMES)
def test_tables_have_the_columns_that_they_show_and_no_others(world, name):
    for panel in panels(load(name)):
        if panel["type"] != "table":
            continue
        options = panel["transformations"][1]["options"]
        known = options["indexByName"].keys() | options["excludeByName"].keys()
        for target in panel["targets"]:
            rows = world.prometheus.query(expanded(target["expr"]))
            columns = {label for labels in rows for label, _ in labels}
            assert columns <= known, f"{panel['title']}: {target['expr']}"


@pytest.mark.parametrize("name", NAMES)
def test_what_happened_is_marked_and_nothing_else(world, name):
    happened = {
        "Restart": {"main", "follower", "single"},
        "Failover": {"follower"},
        "Crash recovery": {"main"},
        "Settings read": {"main"},
        "Alert": {"main"},
    }
    seen = {}
    for one in expressions(name):
        if one.is_annotation:
            marked = [labels for labels, values in world.answer(one).series if any(value > 0 for value in values)]
            seen[one.panel.removeprefix("annotation ")] = {labels["server"] for labels in marked}
    assert seen == happened


@pytest.mark.parametrize("name", NAMES)
def test_shares_lie_between_nothing_and_everything(world, name):
    shares = {"Cache hit ratio", "Cache hit ratio by database", "Connections used", "Rollbacks", "Lock table"}
    shares |= {"Share of runs that fail", "Short results", "Rows found of those asked for", "Most short results"}
    shares |= {"Recall of the latest queries", "Queries that find nothing right", "Index builds", "Dead rows"}
    shares |= {"Searches that miss a row of the sample", "Read from outside shared buffers"}
    shares |= {"Fullest pool", "Share in use, by level", "Share of poolers' pools in use", "Client slots in use"}
    shares |= {"Share of applications' pools in use", "Cache hits of applications", "Pgpool-II: query cache hits"}
    shares |= {"Saturation of the server behind"}
    for one in expressions(name):
        if one.panel in shares:
            values = [value for _, values in world.answer(one).series for value in values]
            assert values or world.version == 15 and _reasons(one), one
            assert all(0 <= value <= 1 for value in values), one


def test_vector_indexes_and_columns_are_counted_as_they_are(world):
    counts = {"Vector indexes": 3, "Invalid": 0, "Columns without an index": 1}
    shown = {}
    for one in expressions("search"):
        if one.panel in counts:
            shown[one.panel] = list(world.prometheus.query(one.expanded("single")).values())
    without = {"Vector indexes": [], "Invalid": [], "Columns without an index": [0]}
    assert shown == (without if world.version == 15 else {panel: [count] for panel, count in counts.items()})


def test_each_application_and_pooler_says_what_it_leads_to(world):
    answers, *_ = [one for one in expressions("pools") if one.panel == "From the application to the server"]
    lines = map(dict, world.prometheus.query(answers.expanded()))
    found = {(line["level"], line["server"], line.get("behind")) for line in lines}
    # No pool leads to `gone`, and it is of no cluster.
    assert found == (set() if world.version == 15 else CHAIN)


def test_a_crowded_pool_is_shown_as_it_is(world):
    (table,) = [panel for panel in panels(load("pools")) if panel["title"] == "Pools of poolers now"]
    headings = table["transformations"][1]["options"]["renameByName"]
    shown = {}
    for target in table["targets"]:
        answer = ask(world.prometheus, expanded(target["expr"]), world.start, world.end)
        for labels, values in answer.series:
            if (labels["server"], labels["pool"]) == ("crowded", "app"):
                # Of most of the time: at the end the server breaks down behind it.
                shown[headings[f"Value #{target['refId']}"]] = mode(values)
    shown.pop("Oldest wait", None)  # It grows.
    as_it_is = {"State": 2, "In use": 2, "Idle": 0, "Opening": 0, "Allowed": 2, "Share in use": 1, "Waiting": 3}
    assert shown == ({} if world.version == 15 else as_it_is)


# Helpers


def _reasons(one: Expression) -> set[str]:
    """Which of the reasons for finding nothing speak of the expression."""
    metrics = {selector.metric for selector in one.selectors}
    return {reason for reason in NOT_ON_15 if any(re.fullmatch(reason, metric) for metric in metrics)}


def _empty(name: str, found: set[Expression]) -> list[dict]:
    """Panels none of whose expressions is among those that found something."""
    titles = {one.panel for one in found}
    return [panel for panel in panels(load(name)) if panel["title"] not in titles]


def _servers(
    installation: Installation, new_postgres: Callable[..., PostgresServer], ending: ExitStack
) -> tuple[PostgresServer, PostgresServer, PostgresServer]:
    main = new_postgres(installation, settings=PRIMARY)
    ending.callback(main.stop)
    main.start()
    main.create_role()
    main.execute("CREATE DATABASE shop CONNECTION LIMIT 40")
    main.execute("SELECT pg_create_logical_replication_slot('forgotten', 'pgoutput')")
    single = new_postgres(installation, settings={"track_wal_io_timing": "on"})
    ending.callback(single.stop)
    single.start()
    single.create_role()
    settings = {"archive_mode": "off", "hot_standby_feedback": "on"}
    follower = main.standby(Path(f"{main.folder}-follower"), slot="follower", settings=settings)
    ending.callback(follower.stop)
    follower.start()
    if installation.has_library("vector"):
        for server in (main, single):
            fill(server)
    return main, follower, single


def _watch(
    new_daemon: Callable[..., Daemon],
    main: PostgresServer,
    follower: PostgresServer,
    single: PostgresServer,
    has_vector: bool,
    pooled: Pooled | None,
    ending: ExitStack,
) -> Daemon:
    searched = {"search": "auto", **SEARCHED, "collectors": collectors()} if has_vector else {}
    servers = [
        {"name": "main", "conninfo": main.conninfo(), "pg_cluster": "orders", **searched},
        {"name": "follower", "conninfo": follower.conninfo(), "pg_cluster": "orders"},
        {"name": "single", "conninfo": single.conninfo(), **searched},
        {"name": "gone", "conninfo": f"host=127.0.0.1 port={free_port()} user=pgvigil dbname=postgres"},
    ]
    probes = {"search_probes": [probe("main"), probe("single")]} if has_vector else {}
    pools = pooled.settings if pooled is not None else {}
    daemon = new_daemon(settings={"interval": "1s", "servers": servers, **probes, **pools})
    ending.callback(daemon.stop)
    return daemon.start()


def _scrape(processes: Processes, daemon: Daemon, version: int, ending: ExitStack) -> Prometheus:
    rule = {"alert": "PostgresTest", "expr": 'pg_up{server="main"} == 1', "labels": {"severity": "info"}}
    rules = processes.folder / f"rules-of-dashboards-{version}.yml"
    rules.write_text(yaml.safe_dump({"groups": [{"name": "test", "interval": "1s", "rules": [rule]}]}))
    folder = processes.folder / f"prometheus-of-dashboards-{version}"
    prometheus = Prometheus(processes, folder, {"pgvigil": daemon.ports[0]}, rule_files=[rules])
    ending.callback(prometheus.stop)
    return prometheus.start()


def _occupy(main: PostgresServer, ending: ExitStack) -> None:
    """Load, and one of each thing that somebody would want to see."""
    with main.connect(database="shop") as owner:
        owner.execute("CREATE TABLE item AS SELECT g AS id, g % 7 AS kind FROM generate_series(1, 50000) AS g")
        owner.execute("BEGIN")
        owner.execute("INSERT INTO item VALUES (0, 0)")
        owner.execute("PREPARE TRANSACTION 'forgotten'")

    def session(application: str) -> psycopg.Connection:
        connection = main.connect(database="shop", application_name=application)
        ending.callback(connection.close)
        return connection

    idler = session("idler")
    idler.execute("BEGIN")
    idler.execute("UPDATE item SET kind = 1 WHERE id = 1")
    _in_background(lambda: session("waiter").execute("UPDATE item SET kind = 2 WHERE id = 1"), ending)
    _in_background(lambda: session("sleeper").execute("SELECT pg_sleep(600)"), ending)
    stop = threading.Event()

    def work() -> None:
        worker = session("worker")
        worker.execute("SET work_mem = '64kB'")
        while not stop.wait(0.05):
            worker.execute("UPDATE item SET kind = kind + 1 WHERE id = 1 + (random() * 40000)::int AND id <> 1")
            worker.execute("SELECT count(*) FROM (SELECT id FROM item ORDER BY kind, id) AS sorted")

    _in_background(work, ending)
    ending.callback(stop.set)


def _search(main: PostgresServer, single: PostgresServer, ending: ExitStack) -> None:
    """Applications that search on both servers, and on `main` an index that is built, and a table that is vacuumed."""
    stop = threading.Event()
    for server in (main, single):
        _in_background(partial(search_for_good, server, stop), ending)
    ending.callback(stop.set)
    for work in burden(main):
        _in_background(work, ending)


def _in_background(work: Callable[[], object], ending: ExitStack) -> None:
    """Until it ends, or its server ends the session."""

    def run() -> None:
        try:
            work()
        except psycopg.Error:
            pass

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    ending.callback(thread.join, 10)


def _disturb(main: PostgresServer, follower: PostgresServer, prometheus: Prometheus) -> None:
    """Settings are read, a backend is killed, a standby promoted: in this order, each seen before the next."""
    main.reload()
    _await_polls(prometheus, 3)
    with main.connect() as victim:
        os.kill(victim.info.backend_pid, signal.SIGKILL)
        wait_until(lambda: _is_broken(victim), within=10, what="the server ends all sessions")
    wait_until(lambda: _answers(main), within=30, what="the server has recovered")
    _await_polls(prometheus, 5)
    follower.execute("SELECT pg_promote()")
    _await_polls(prometheus, 5)


def _is_broken(connection: psycopg.Connection) -> bool:
    try:
        connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return True
    return False


def _answers(server: PostgresServer) -> bool:
    try:
        return server.execute("SELECT 1") == [(1,)]
    except psycopg.OperationalError:
        return False


def _await_polls(prometheus: Prometheus, number: int) -> None:
    """Until Prometheus has seen that many more successful polls of each server that is there."""
    since = time.time()
    fresh = (
        f'count by (job) (pgvigil_collector_last_success_timestamp_seconds{{collector="server"}} > {since + number})'
    )
    prometheus.wait_for(fresh, lambda values: values == {"pgvigil": 3}, within=60)


def _await_late(prometheus: Prometheus, late_of: dict[str, int]) -> None:
    """Until probes, looks into databases and pools have told all that they have to tell, and once more."""
    for late, servers in late_of.items():
        seen = f"count by (job) (count by (job, server) ({late}))"
        prometheus.wait_for(seen, lambda values, wanted=servers: values.get("pgvigil", 0) >= wanted, within=90)
    _await_polls(prometheus, 5)
