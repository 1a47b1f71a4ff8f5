"""From the application to the server: where is the wait?"""

from expressions import alerts
from expressions_of_pools import (
    ALLOWED,
    ANSWERING,
    ANSWERS,
    APPLICATION,
    FULLEST,
    IN_USE,
    OF_POOL,
    POOLER,
    WAITING,
    chain,
    highest_of_pool,
    of_pool,
    pooler_up,
    rate,
    up,
)
from panels import Column, Query, graph, rising, stat, table

_FIRING = alerts("ALERTS", 'alertstate="firing"', 'area="pools"', of="$target")
_OF = ("application {{server}}", "pooler {{server}}", "server {{server}}")
# What each kind is asked at every poll.
_BASE = 'collector=~".+_pools|pgpool_nodes"'
_FAILURES = " or ".join(
    f"increase({kind}_connect_failures_total{{TARGET}}[$__rate_interval])"
    for kind in ("pgbouncer", "pgpool", "odyssey", "pgcat", "pgdog")
)
_FAILURES_OF_PAGES = "increase(dbpool_scrape_failures_total{TARGET}[$__rate_interval])"


def _by_reason(failures: str) -> str:
    """Those that happened, and one line at 0 for who had none."""
    return f"sum by (ID, reason) ({failures}) > 0 or on (ID) sum by (ID) ({failures})"


def _both(metric: str) -> tuple[Query, Query]:
    """What applications and poolers say of the same."""
    return (
        Query(highest_of_pool(metric, APPLICATION), "application " + OF_POOL),
        Query(highest_of_pool(metric, POOLER), "pooler " + OF_POOL),
    )


WAITS = [
    stat(
        "Without answer",
        """Poolers and applications that did not answer pgvigil in the latest poll. Above 0: "Failures by reason" below
        says why, `pgvigil check` what mends it.""",
        "none",
        Query(f"sum(1 - {up()})", "down"),
        limits=[(None, "green"), (1, "red")],
    ),
    stat(
        "Alerts of pools firing",
        """Alerts about pools that fire for the chosen poolers and applications. The overview lists them; each has a
        runbook of its name.""",
        "none",
        Query(f"count({_FIRING}) or 0 * count({up()})", "firing"),
        limits=rising(1, 5),
    ),
    stat(
        "Requests waiting",
        """Requests that wait for a connection now, in applications and poolers together. Above 0 for longer than a
        moment: the table below shows at which level, and whether the next one has room.""",
        "none",
        Query("sum(dbpool_pending_requests{POOL})", "waiting"),
        limits=rising(1, 20),
    ),
    stat(
        "Oldest wait now",
        """How long the request that waits longest has waited. Above 1 s: users notice. Clients of PgBouncer that queue
        at login count 0 here, and Odyssey does not tell; "Requests waiting" has both.""",
        "s",
        Query("max(dbpool_oldest_wait_seconds{POOL})", "wait"),
        limits=rising(1, 60),
    ),
    stat(
        "Longest mean wait",
        """Time that a request waits for its connection, in the mean over the sizing window, in the pool where that is
        longest. Above 50 ms: that pool is too small, or its connections are held too long.""",
        "s",
        Query("max(dbpool_mean_wait_seconds{POOL})", "wait"),
        limits=rising(0.01, 0.05),
    ),
    stat(
        "Fullest pool",
        """Connections in use as a share of those allowed, in the fullest pool. From 80 %: see who waits. A full pool
        that nobody waits for does no harm.""",
        "percentunit",
        Query("max(dbpool_utilization_ratio{POOL})", "in use"),
        limits=rising(0.8, 0.95),
    ),
    table(
        "From the application to the server",
        """One line for each application, pooler and server, in the order of a request's way. Read downwards: the last
        level that is full is the cause, the waits above it are its effects. All full but the server: make that pool
        larger. The server full or waiting: shorten transactions first. In use and allowed are sums over the pools that
        have a limit; the fullest may be full long before. At the server, waiting are sessions that wait for a lock.
        A server is listed where a pool leads to it (`behind`) or shares its cluster.""",
        {"level": "Level", "server": "Name", "behind": "Leads to", "pg_cluster": "Cluster"},
        Column("Answers", chain(ANSWERING), states=ANSWERS, width=100),
        Column("In use", chain(IN_USE), unit="none"),
        Column("Allowed", chain(ALLOWED), unit="none"),
        Column("Fullest pool", chain(FULLEST), unit="percentunit", limits=rising(0.8, 0.95)),
        Column("Waiting", chain(WAITING), unit="none", limits=rising(1, 20)),
        Column(
            "Oldest wait",
            chain(tuple(f"max by (ID) (dbpool_oldest_wait_seconds{{POOL,{kind}}})" for kind in (APPLICATION, POOLER))),
            unit="s",
            limits=rising(1, 60),
        ),
        Column(
            "Mean wait",
            chain(tuple(f"max by (ID) (dbpool_mean_wait_seconds{{POOL,{kind}}})" for kind in (APPLICATION, POOLER))),
            unit="s",
            limits=rising(0.01, 0.05),
        ),
        sort_by="Level",
        ascending=True,
    ),
    graph(
        "Connections in use and allowed, by level",
        """Connections in use in applications, poolers and servers; dashed what is allowed. Where a solid line lies on
        its dashed one, requests wait at that level. A pooler that allows more than its server: the server refuses
        first.""",
        "none",
        *(Query(expression, legend) for expression, legend in zip(IN_USE, _OF, strict=True)),
        *(Query(expression, f"{legend} allowed", dashed=True) for expression, legend in zip(ALLOWED, _OF, strict=True)),
        width=12,
    ),
    graph(
        "Share in use, by level",
        """Of the fullest pool of each application and pooler, and of the server's places. The lowest level that is
        full holds up those above it. Full for long: look at "Time a connection is held" before adding connections.""",
        "percentunit",
        *(Query(expression, legend) for expression, legend in zip(FULLEST, _OF, strict=True)),
        limits=rising(0.8, 0.95),
        width=12,
    ),
    graph(
        "Requests waiting, by level",
        """Requests that wait for a connection, and at the server sessions that wait for a lock. Applications wait and
        poolers do not: the application's pool is too small. Both wait: the pooler's is, or the server is slow.""",
        "none",
        Query(of_pool("pending_requests", APPLICATION), "application " + OF_POOL),
        Query(of_pool("pending_requests", POOLER), "pooler " + OF_POOL),
        Query(WAITING[-1], "server {{server}} for a lock"),
        limits=rising(1, 20),
    ),
    graph(
        "Oldest wait",
        """How long the request that waits longest has waited. It grows while nothing is handed out, when the mean
        cannot tell. Above 1 s: find who holds the connections. No line: the pool does not tell.""",
        "s",
        *_both("oldest_wait_seconds"),
        limits=rising(1, 60),
    ),
    graph(
        "Mean wait",
        """Time that a request waits for its connection, in the mean over the sizing window, or as the pool itself says.
        Above 50 ms: the pool is too small for its load. No line with fewer than ten requests.""",
        "s",
        *_both("mean_wait_seconds"),
        limits=rising(0.01, 0.05),
    ),
    graph(
        "Requests given up and failed",
        """Requests for a connection that timed out or failed, each second. Above 0: users got errors. Timed out:
        shorten the wait's cause. Failed: the server or pooler behind refused; see its log.""",
        "ops",
        Query(rate("acquire_timeouts"), OF_POOL + " timed out"),
        Query(rate("acquire_errors"), OF_POOL + " failed"),
    ),
    graph(
        "Failures by reason",
        """Attempts of pgvigil to reach a pooler's console or an application's page that failed in each interval, by
        reason; one line at 0 where none did. Above 0: what is shown of it is missing or old. `pgvigil check` says what
        to write where.""",
        "none",
        Query(_by_reason(_FAILURES), "pooler {{server}} {{reason}}"),
        Query(_by_reason(_FAILURES_OF_PAGES), "application {{server}} {{reason}}"),
        limits=rising(1, 5),
    ),
    graph(
        "Age of the data of pools",
        """How long ago each pooler last told of its pools, and each application's page was last read. Above four
        intervals (60 s): it does not answer or is slow, and what is shown of it is of then.""",
        "s",
        Query(
            f"""time() - max by (ID) (pgvigil_collector_last_success_timestamp_seconds{{TARGET,{_BASE}}})
            and on (ID) ({pooler_up()})""",
            "pooler {{server}}",
        ),
        Query("max by (ID) (dbpool_data_age_seconds{TARGET})", "application {{server}}"),
    ),
]
