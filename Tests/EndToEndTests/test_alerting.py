"""From a fault to the message: a real PostgreSQL, the daemon, Prometheus with the shipped rules, Alertmanager."""

from pathlib import Path

import pytest
import yaml

from alerts import ALERTS, PROMETHEUS, hastened
from processes import wait_until
from vectors import Embeddings, uniform, write_queries


def shipped_rules() -> list[Path]:
    """What the example for Prometheus loads."""
    return [(PROMETHEUS.parent / file).resolve() for file in yaml.safe_load(PROMETHEUS.read_text())["rule_files"]]


@pytest.mark.timeout(300)
def test_a_server_that_stops_is_one_message_and_its_return_another(postgres, daemon, prometheus, alertmanager):
    server = postgres()
    one = daemon(server, interval="1s")
    watcher = prometheus({"pgvigil": one.ports[0]}, rule_files=shipped_rules(), alertmanager=alertmanager.port)
    watcher.wait_for("pg_up", lambda values: values == {"pgvigil": 1})
    watcher.wait_for("pg_connect_success", lambda values: values == {"pgvigil": 1})

    server.stop()
    wait_until(lambda: alertmanager.notices, within=120, what="somebody is told")
    assert alertmanager.told("firing") == {("pager", "PostgresDown")}
    notice = alertmanager.notices[0]
    assert dict(notice.labels) == {
        "alertname": "PostgresDown",
        "area": "availability",
        "instance": f"127.0.0.1:{one.ports[0]}",
        "job": "pgvigil",
        "server": "main",
        "severity": "critical",
    }
    assert notice.summary == "PostgreSQL main lets nobody in (refused)"

    server.start()
    # A fresh connection is tried each minute.
    wait_until(lambda: alertmanager.told("resolved"), within=150, what="somebody is told that it is over")
    assert alertmanager.told("resolved") == {("pager", "PostgresDown")}
    # PostgresDown held it back until then.
    wait_until(lambda: len(alertmanager.told("firing")) > 1, within=30, what="the log gets the restart")
    assert alertmanager.told("firing") == {("pager", "PostgresDown"), ("log", "PostgresRestarted")}


# Probes run each second here, instead of each 15.
HASTE = 15
OF_PAGER = {
    ("PostgresSearchIndexNotUsed", "dropped"),
    ("PostgresSearchRecallLow", "low"),
    ("PostgresProbeFailing", "locked"),
    ("PostgresProbeFailing", "slow"),
}


# A condition on each row, which takes so many seconds.
WAIT = "CREATE OR REPLACE FUNCTION wait() RETURNS text LANGUAGE sql AS 'SELECT pg_catalog.pg_sleep({})::text'"


def searching(tables: dict[str, Embeddings], queries: str, ef_search: int) -> dict:
    """A probe for each table; that of `low` with this effort."""
    probes = []
    for name, table in tables.items():
        probe = {
            "name": name,
            "target": {"table": table.name, "column": "embedding", "operator": "<->"},
            "queries": {"source": "file", "file": queries, "count": 100},
            "schedule": {"interval": "1s", "timeout": "300ms"},
            "session": {"cold_every": 0},
            "plan_check": {"every": 1},
            "recall": {"mode": []},
            "limits": {"db_seconds_per_hour": 3600},
        }
        if name == "low":
            probe["variants"] = [
                {"name": "default", "set": {"hnsw.ef_search": ef_search, "enable_seqscan": "off"}}
            ]
            probe["recall"] = {"mode": ["exact"], "exact": {"interval": "1s", "max_scan_bytes": "1GiB"}}
            probe["objective"] = {"recall": 0.95}
        if name == "slow":
            probe["target"]["filter"] = "public.wait() IS NOT NULL"
        probes.append(probe)
    server = tables["low"].server.conninfo(database=tables["low"].database)
    return {"interval": "1s", "servers": [{"name": "main", "conninfo": server}], "search_probes": probes}


@pytest.mark.timeout(600)
def test_searches_that_go_wrong_are_messages_and_their_mending_others(
    postgres, processes, daemon, prometheus, alertmanager, tmp_path
):
    server = postgres()
    server.execute("CREATE DATABASE library")
    server.execute("CREATE EXTENSION vector", database="library")
    server.execute(WAIT.format(0), database="library")
    names = ("dropped", "low", "locked", "slow")
    tables = {name: Embeddings(server, "library", name, uniform(5000, 32)) for name in names}
    for name, table in tables.items():
        table.index("USING hnsw (embedding vector_l2_ops)", name=f"{name}_graph")
    queries = str(write_queries(processes.folder / "alerting.jsonl", uniform(100, 32, seed=2)))
    watched = daemon(settings=searching(tables, queries, ef_search=1000))
    rules = [hastened(ALERTS / "search.yml", HASTE, tmp_path)]
    watcher = prometheus({"pgvigil": watched.ports[0]}, rule_files=rules, alertmanager=alertmanager.port)

    def to_pager(status: str) -> set[tuple[str, str]]:
        told = [one for one in alertmanager.notices if (one.receiver, one.status) == ("pager", status)]
        return {(one.alert, dict(one.labels)["probe"]) for one in told}

    # In health, for as long as it takes to fill the window of recall.
    full = "pg_probe_recall_window_queries >= 50"
    watcher.wait_for(full, bool, within=120)
    assert watcher.query("pg_probe_plan_expected == 0") == {}
    assert to_pager("firing") == set()

    watched.write_settings(searching(tables, queries, ef_search=10))
    watched.reload()
    tables["dropped"].execute("DROP INDEX dropped_graph")
    tables["slow"].execute(WAIT.format(0.1))
    with tables["locked"].connect() as holder, holder.transaction():
        holder.execute("LOCK TABLE locked IN ACCESS EXCLUSIVE MODE")
        wait_until(lambda: to_pager("firing") == OF_PAGER, within=300, what="somebody is told of each", every=0.5)
        assert to_pager("resolved") == set()
    summaries = {dict(one.labels)["probe"]: one.summary for one in alertmanager.notices if one.receiver == "pager"}
    assert summaries["dropped"] == "The plan of probe dropped (default) on main is not as expected (seq_scan)"
    assert summaries["low"].startswith("Recall of probe low (default) on main is at most ")
    for name, reason in {"locked": "lock", "slow": "timeout"}.items():
        failed = f"Probe {name} (default) on main: 100% of its runs within 5 minutes failed, mostly by {reason}"
        assert summaries[name] == failed

    tables["dropped"].index("USING hnsw (embedding vector_l2_ops)", name="dropped_graph")
    tables["slow"].execute(WAIT.format(0))
    watched.write_settings(searching(tables, queries, ef_search=1000))
    watched.reload()
    wait_until(lambda: to_pager("resolved") == OF_PAGER, within=120, what="each is over", every=0.5)
    watcher.wait_for(full, bool, within=120)
    assert watcher.query('ALERTS{alertstate="firing", severity="critical"}') == {}


def labels(alert: str, severity: str, server: str | None = "db1", **more: str) -> dict[str, str]:
    """Of an alert about a server of the cluster `orders`, or about the cluster where there is no server."""
    of_scrape = {"job": "pgvigil", "instance": "watch:9187"}
    named = {"server": server} if server is not None else {}
    return {"alertname": alert, "severity": severity, "pg_cluster": "orders"} | of_scrape | named | more


POOL = {"kind": "pgbouncer", "pool": "orders"}

# The cause, what follows from it, and what has nothing to do with it.
CAUSES = [
    (
        labels("PostgresDown", "critical"),
        [labels("PostgresReplicaLagTime", "critical"), labels("PgvigilThreadsStuck", "warning")],
        [labels("PostgresLongRunningTransaction", "warning", "db2"), labels("PostgresNoPrimary", "critical", None)],
    ),
    (
        labels("PostgresDown", "critical", "db2"),
        [labels("PostgresStandbyMissing", "critical")],
        [labels("PostgresReplicaNotStreaming", "critical", "db3")],
    ),
    (
        {"alertname": "PgvigilDown", "severity": "critical", "job": "pgvigil", "instance": "watch:9187"},
        [labels("PostgresRestarted", "info")],
        [labels("PostgresDown", "critical", instance="other:9187")],
    ),
    (
        labels("PostgresNoPrimary", "critical", None),
        [labels("PostgresReplicaNotStreaming", "critical", "db2")],
        [labels("PostgresReplicaNotStreaming", "critical", "far", pg_cluster="far")],
    ),
    (
        labels("PostgresLongRunningTransaction", "critical", datname="orders", usename="app"),
        [labels("PostgresLongRunningTransaction", "warning", datname="orders", usename="app")],
        [labels("PostgresLongRunningTransaction", "warning", datname="orders", usename="batch")],
    ),
    (
        labels("PostgresDeadlocks", "warning", datname="orders"),
        [labels("PostgresDeadlocks", "info", datname="orders")],
        [labels("PostgresDeadlocks", "info", datname="other")],
    ),
    (
        labels("PostgresIdleInTransaction", "warning", datname="orders", usename="app"),
        [labels("PostgresLongRunningTransaction", "warning", datname="orders", usename="app")],
        [labels("PostgresLongRunningTransaction", "critical", datname="orders", usename="app")],
    ),
    (
        labels("PostgresArchiveFailing", "critical"),
        [labels("PostgresArchiveBacklog", "warning"), labels("PostgresWALDirectoryGrowth", "warning")],
        [labels("PostgresArchiveStale", "warning", "db2")],
    ),
    (
        labels("PostgresDown", "critical"),
        [labels("PostgresProbeFailing", "critical", probe="docs", variant="default")],
        [labels("PostgresProbeFailing", "critical", "db2", probe="docs", variant="default")],
    ),
    (
        labels("PostgresProbeFailing", "critical", probe="docs", variant="default"),
        [
            labels("PostgresProbeFailing", "warning", probe="docs", variant="default"),
            labels("PostgresProbeLatencyHigh", "critical", probe="docs", variant="default"),
            labels("PostgresSearchRecallLow", "critical", probe="docs", variant="default", source="exact"),
            labels("PostgresProbeSkipped", "warning", probe="docs", reason="overrun"),
            labels("PostgresGroundTruthStale", "warning", probe="docs"),
        ],
        [
            labels("PostgresProbeLatencyHigh", "critical", probe="docs", variant="ef400"),
            labels("PostgresSearchIndexNotUsed", "critical", probe="other", variant="default"),
            labels("PostgresSearchTrafficStopped", "warning", datname="app"),
        ],
    ),
    (
        labels("PostgresSearchIndexNotUsed", "critical", probe="docs", variant="default"),
        [
            labels("PostgresProbeLatencyHigh", "critical", probe="docs", variant="default"),
            labels("PostgresSearchIndexNotUsable", "warning", probe="docs"),
        ],
        [labels("PostgresSearchShortResults", "warning", probe="docs", variant="default")],
    ),
    (
        labels("PostgresProbeUnresolved", "warning", probe="docs", reason="unresolved"),
        [labels("PostgresSearchRecallLow", "critical", probe="docs", variant="default", source="exact")],
        [labels("PostgresProbeFailing", "critical", probe="docs", variant="default")],
    ),
    (
        labels("PostgresSearchRecallLow", "critical", probe="docs", variant="default", source="exact"),
        [
            labels("PostgresSearchRecallLow", "warning", probe="docs", variant="default", source="exact"),
            labels("PostgresSearchSentinelMisses", "warning", probe="docs", variant="default"),
        ],
        [labels("PostgresSearchRecallLow", "warning", probe="docs", variant="ef10", source="exact")],
    ),
    (
        {"alertname": "PgvigilDown", "severity": "critical", "job": "pgvigil", "instance": "watch:9187"},
        [
            labels("PoolDown", "critical", "bouncer", kind="pgbouncer"),
            labels("PgpoolNodeDown", "critical", "pgpool", node_id="1"),
            labels("AppPoolTimeouts", "critical", "web", kind="psycopg_pool", pool="main"),
        ],
        [labels("PoolDown", "critical", "bouncer", kind="pgbouncer", instance="other:9187")],
    ),
    (
        labels("PoolDown", "critical", "bouncer", kind="pgbouncer"),
        [labels("PoolWaitRateHigh", "warning", "bouncer", **POOL), labels("PgvigilThreadsStuck", "warning", "bouncer")],
        [
            labels("PoolClientsWaiting", "warning", "other", **POOL, user="app"),
            labels("AppPoolPending", "warning", "web", kind="psycopg_pool", pool="main"),
            labels("PostgresRestarted", "info"),
        ],
    ),
    (
        labels("PostgresNoPrimary", "critical", None),
        [
            labels("PoolWaitLong", "critical", "bouncer", **POOL, user="app"),
            labels("PoolServerLoginsPile", "warning", "bouncer", **POOL, user="app", state="creating"),
            labels("AppPoolTimeouts", "critical", "web", kind="psycopg_pool", pool="main"),
        ],
        [
            labels("PoolPaused", "warning", "bouncer", state="paused"),
            labels("PoolWaitLong", "critical", "far", pg_cluster="far", **POOL, user="app"),
        ],
    ),
    (
        labels("PoolWaitLong", "critical", "bouncer", **POOL, user="app"),
        [
            labels("PoolWaitLong", "warning", "bouncer", **POOL, user="app"),
            labels("PoolClientsWaiting", "warning", "bouncer", **POOL, user="app"),
            labels("PoolSaturated", "warning", "bouncer", **POOL, user="app"),
            labels("PoolWaitRateHigh", "warning", "bouncer", **POOL),
        ],
        [
            labels("PoolWaitLong", "warning", "bouncer", **POOL, user="batch"),
            labels("PoolClientSlotsHigh", "warning", "bouncer"),
        ],
    ),
    (
        labels("PoolClientSlotsHigh", "critical", "bouncer", user="app"),
        [labels("PoolClientSlotsHigh", "warning", "bouncer", user="app")],
        [
            labels("PoolClientSlotsHigh", "warning", "bouncer"),
            labels("PoolClientSlotsHigh", "warning", "bouncer", user="batch"),
        ],
    ),
    (
        labels("AppPoolTimeouts", "critical", "web", kind="psycopg_pool", pool="main"),
        [
            labels("AppPoolPending", "warning", "web", kind="psycopg_pool", pool="main"),
            labels("PoolSaturated", "warning", "web", kind="psycopg_pool", pool="main"),
        ],
        [labels("AppPoolPending", "warning", "web", kind="psycopg_pool", pool="reports")],
    ),
    (
        labels("PgpoolNodeDown", "critical", "pgpool", node_id="1"),
        [
            labels("PgpoolHealthCheckFailing", "warning", "pgpool", node_id="1"),
            labels("PgpoolRoleMismatch", "critical", "pgpool", node_id="1"),
        ],
        [labels("PgpoolRoleMismatch", "critical", "pgpool", node_id="0")],
    ),
]


@pytest.mark.parametrize("cause, consequences, others", CAUSES, ids=[one[0]["alertname"] for one in CAUSES])
def test_what_follows_from_a_fault_is_kept_back(alertmanager, cause, consequences, others):
    alertmanager.post(cause, *consequences, *others)

    expected = {frozenset(one.items()) for one in consequences}
    known: list[dict] = []
    kept_back: set[frozenset] = set()

    def is_settled() -> bool:
        """It learns of a cause and works out what follows from it side by side."""
        known[:] = alertmanager.alerts()
        kept_back.clear()
        kept_back.update(frozenset(one["labels"].items()) for one in known if one["status"]["inhibitedBy"])
        return len(known) == 1 + len(consequences) + len(others) and kept_back == expected

    try:
        wait_until(is_settled, within=10, what="Alertmanager keeps back what follows")
    except AssertionError as failure:
        raise AssertionError(f"{failure}\nit knows {known}\nit keeps back {kept_back}") from None
