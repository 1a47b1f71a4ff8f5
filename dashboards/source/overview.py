"""All servers at a glance: which one needs somebody?"""

from document import Row, document
from expressions import (
    CONNECTIONS_USED,
    FIRING,
    OLDEST_TRANSACTION,
    POLL_AGE,
    REPLAY_LAG,
    ROLE,
    SLOT_BYTES,
    WRAPAROUND,
    alerts,
    cache_hit,
)
from overview_pools import POOLS
from overview_search import SEARCH
from overview_watcher import PGVIGIL, WATCHER
from panels import Column, Query, falling, graph, rising, stat, table, timeline

ROLES = {0: ("primary", "green"), 1: ("standby", "blue"), 2: ("no answer", "red")}
UP = {0: ("down", "red"), 1: ("up", "green")}

# The page of one server, with what else is chosen and the time range.
SERVER_PAGE = (
    "/d/pgvigil-server/?${datasource:queryparam}&${job:queryparam}"
    "&var-pg_cluster=$__all&var-server=${__value.raw:percentencode}&${__url_time_range}"
)


def overview() -> dict:
    return document(
        uid="pgvigil-overview",
        title="PostgreSQL / Overview",
        description="All servers that pgvigil watches, at a glance. A server's name leads to its own page.",
        rows=[
            Row("Now", NOW),
            Row("Servers", SERVERS),
            Row("Over time", OVER_TIME),
            Row("Search", SEARCH),
            Row("Pools", POOLS),
            Row("pgvigil itself", WATCHER),
        ],
    )


NOW = [
    stat(
        "Servers down",
        """Servers that did not answer pgvigil's session in the latest poll. Above 0: see the table for which, and
        "Failed connections by reason" on its page for why.""",
        "none",
        Query("sum(1 - max by (ID) (pg_up{SERVER}))", "down"),
        limits=[(None, "green"), (1, "red")],
    ),
    stat(
        "Closed to new clients",
        """Servers that did not let a fresh connection in at the latest try, once a minute, although a session of old
        may still work. Above 0: look for full connection slots, a changed pg_hba.conf or password, or an expired
        certificate.""",
        "none",
        Query("sum(1 - max by (ID) (pg_connect_success{SERVER}))", "closed"),
        limits=[(None, "green"), (1, "red")],
    ),
    stat(
        "Alerts firing",
        """Alerts of pgvigil's rules that fire for the chosen servers, their clusters, or pgvigil itself. They are
        listed below, each with a runbook.""",
        "none",
        Query(f"count({FIRING}) or 0 * count(pg_up{{SERVER}})", "firing"),
        limits=rising(1, 5),
    ),
    stat(
        "Age of the data",
        """How long ago the server with the oldest data was last polled. All numbers here are at least this old. Above
        two intervals (30 s): that server is down or slow, or Prometheus does not reach pgvigil.""",
        "s",
        Query(f"max({POLL_AGE})", "age"),
        limits=rising(45, 120),
    ),
    stat(
        "Collectors failing",
        """Collectors whose latest run failed, over all servers. Above 0: the server's page names the collector and the
        reason, `pgvigil check` what mends it.""",
        "none",
        Query("count(pgvigil_collector_success{SERVER} == 0) or 0 * count(pg_up{SERVER})", "failing"),
        limits=rising(1, 10),
    ),
    stat(
        "pgvigil down",
        """Instances of pgvigil that Prometheus knew within the last day and cannot scrape now. Above 0: nothing is
        known of their servers. Look at the service and its journal.""",
        "none",
        Query(f"sum(1 - (up{{JOB}} and {PGVIGIL}))", "down"),
        limits=[(None, "green"), (1, "red")],
    ),
]

SERVERS = [
    table(
        "All servers",
        """One line for each server, as of now; the hit ratio is over the chosen time range. A blank cell is
        something that is not known or does not apply: a server that is down has only the first columns. The server's
        name opens its page.""",
        {"server": "Server", "pg_cluster": "Cluster"},
        Column("Up", "max by (ID) (pg_up{SERVER})", states=UP, width=70),
        Column("Role", ROLE, states=ROLES, width=90),
        Column(
            "Up for",
            "time() - max by (ID) (pg_server_start_timestamp_seconds{SERVER})",
            unit="s",
            limits=[(None, "orange"), (3600, "text")],
        ),
        Column("Connections used", CONNECTIONS_USED, unit="percentunit", limits=rising(0.8, 0.9)),
        Column(
            "Transactions",
            """sum by (ID) (rate(pg_stat_database_xact_commit_total{SERVER}[$__rate_interval]))
            + sum by (ID) (rate(pg_stat_database_xact_rollback_total{SERVER}[$__rate_interval]))""",
            unit="ops",
        ),
        Column(
            "Cache hit",
            cache_hit("$__range", "increase", of="SERVER"),
            unit="percentunit",
            limits=falling(0.9, 0.75),
        ),
        Column("Oldest transaction", OLDEST_TRANSACTION, unit="s", limits=rising(300, 3600)),
        Column("Replication lag", REPLAY_LAG, unit="s", limits=rising(5, 10)),
        Column("WAL kept by slots", SLOT_BYTES, unit="bytes", limits=rising(5e9, 10e9)),
        Column("Wraparound", WRAPAROUND, unit="percentunit", limits=rising(0.5, 0.75)),
        Column("Age of the data", POLL_AGE, unit="s", limits=rising(45, 120)),
        Column(
            "Alerts",
            f"""0 * max by (ID) (pg_up{{SERVER}}) + on (server, pg_cluster) group_left () count by (server, pg_cluster) ({FIRING})
            or on (ID) 0 * max by (ID) (pg_up{{SERVER}})""",
            unit="none",
            limits=rising(1, 5),
        ),
        link=("server", SERVER_PAGE),
        sort_by="Alerts",
        height=10,
    ),
    table(
        "Versions",
        """Which PostgreSQL each server runs, and the identifier that its data folder was made with: servers of one
        cluster share it. Different minor versions in one cluster: an update was not finished.""",
        {"server": "Server", "pg_cluster": "Cluster", "version": "Version", "system_identifier": "System identifier"},
        Column(
            "Started",
            """1000 * max by (ID, version, system_identifier) (pg_server_info{SERVER})
            * on (ID) group_left () max by (ID) (pg_server_start_timestamp_seconds{SERVER})""",
            unit="dateTimeFromNow",
        ),
        link=("server", SERVER_PAGE),
        sort_by="Version",
        width=12,
        height=8,
    ),
    table(
        "Firing alerts",
        """Alerts of pgvigil's rules that fire now, the oldest first. Each has a runbook of its name; start with the
        critical ones.""",
        {"alertname": "Alert", "severity": "Severity", "server": "Server", "pg_cluster": "Cluster"},
        Column(
            "For",
            f"""max by (alertname, severity, server, pg_cluster)
            (time() - {alerts("ALERTS_FOR_STATE")} and ignoring (alertstate) {FIRING})
            or on () label_replace(0 * count(pg_up{{SERVER}}), "alertname", "nothing fires", "", "")""",
            unit="s",
        ),
        link=("server", SERVER_PAGE),
        sort_by="For",
        width=12,
        height=8,
    ),
]

OVER_TIME = [
    timeline(
        "Role",
        """Primary, standby or no answer. A change of color from blue to green is a failover; two greens in one cluster
        at one time are two primaries: find out at once which one the applications write to.""",
        ROLES,
        Query(ROLE),
        width=24,
    ),
    graph(
        "Connections used",
        """Client connections as a share of max_connections without what is kept for superusers. From 80 %: find the
        application that grew on the server's page, then put a pool in front of it or make its pool smaller.""",
        "percentunit",
        Query(CONNECTIONS_USED),
        limits=rising(0.8, 0.9),
    ),
    graph(
        "Transactions per second",
        """Commits and rollbacks of all databases. A sudden fall with clients connected: look for locks and for a full
        disk. A sudden rise: ask what was deployed.""",
        "ops",
        Query(
            """sum by (ID) (rate(pg_stat_database_xact_commit_total{SERVER}[$__rate_interval]))
            + sum by (ID) (rate(pg_stat_database_xact_rollback_total{SERVER}[$__rate_interval]))"""
        ),
    ),
    graph(
        "Cache hit ratio",
        """Blocks found in shared buffers, as a share of those asked for in each interval, not since the last reset; no
        line where nothing was read. Below 90 % for long: a sequential scan that an index would spare, or
        shared_buffers too small for what is read all the time.""",
        "percentunit",
        Query(cache_hit("$__rate_interval", of="SERVER")),
        limits=falling(0.9, 0.75),
        highest=1,
    ),
    graph(
        "Oldest transaction",
        """Age of the oldest open transaction of a client, 0 where none is open. It keeps vacuum from removing rows in
        the whole server. Minutes: find it in pg_stat_activity by xact_start, and ask its owner before ending it.""",
        "s",
        Query(OLDEST_TRANSACTION),
        limits=rising(300, 3600),
    ),
    graph(
        "Replication lag",
        """How far each standby is behind, by its own account: 0 where it has replayed all that it was told of. An
        upper bound where its primary is silent. Above 10 s: look at its replay, its disk, and queries that hold replay
        up.""",
        "s",
        Query(REPLAY_LAG),
        limits=rising(5, 10),
    ),
    graph(
        "WAL kept by slots",
        """What the hungriest replication slot of each server keeps from being removed. Growing without end: its
        consumer is gone, and the disk will fill. Bring it back or drop the slot.""",
        "bytes",
        Query(SLOT_BYTES),
        limits=rising(5e9, 10e9),
    ),
    graph(
        "Wraparound used",
        """How much of the way to the point where PostgreSQL refuses writes is used up, by transactions or multixacts.
        Up to 10 % is what autovacuum_freeze_max_age allows. From 50 %: find what holds vacuum back on the server's
        page.""",
        "percentunit",
        Query(WRAPAROUND),
        limits=rising(0.5, 0.75),
    ),
    graph(
        "Sessions waiting for a lock",
        """Server processes that wait for a lock that somebody else holds. More than a few for longer than a moment:
        find the first in the queue with pg_blocking_pids().""",
        "none",
        Query("max by (ID) (pg_locks_waiting_backends{SERVER})"),
        limits=rising(5, 20),
    ),
    graph(
        "WAL written",
        """WAL bytes per second: from pg_stat_wal since PostgreSQL 14, from the WAL position before. A rise without
        more transactions: full-page images after checkpoints that come too often, or an update of a whole table.""",
        "Bps",
        Query(
            """sum by (ID) (rate(pg_stat_wal_bytes_total{SERVER}[$__rate_interval]))
            or on (ID) clamp_min(max by (ID) (deriv(pg_wal_current_lsn_bytes{SERVER}[$__rate_interval])), 0)"""
        ),
    ),
]
