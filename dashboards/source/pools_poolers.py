"""Poolers of any kind, in the same words."""

from expressions_of_pools import (
    ANSWERS,
    APPLICATION,
    OF_POOL,
    POOLER,
    STATUSES,
    connections,
    highest_of_pool,
    of_pool,
    pooler_up,
    rate,
    status,
    time_in_use,
)
from panels import Column, Query, graph, rising, table, timeline

# The page of one pooler or application, with what else is chosen and the time range.
POOL_PAGE = (
    "/d/pgvigil-pools/?${datasource:queryparam}&${job:queryparam}"
    "&var-pg_cluster=$__all&var-target=${__value.raw:percentencode}&${__url_time_range}"
)


def lines_of_pools(kind: str = "", of: str = "POOL") -> tuple[Column, ...]:
    """What a table says of each pool. Few applications tell which connections are being opened."""
    opening = Column("Opening", connections("creating", kind, of), unit="none")
    return (
        Column("State", status(kind, of), states=STATUSES, width=100),
        Column("In use", connections("used", kind, of), unit="none"),
        Column("Idle", connections("idle", kind, of), unit="none"),
        *([opening] if kind != APPLICATION else []),
        Column("Allowed", of_pool("max_connections", kind, of), unit="none"),
        Column(
            "Share in use",
            highest_of_pool("utilization_ratio", kind, of),
            unit="percentunit",
            limits=rising(0.8, 0.95),
        ),
        Column("Waiting", of_pool("pending_requests", kind, of), unit="none", limits=rising(1, 20)),
        Column("Oldest wait", highest_of_pool("oldest_wait_seconds", kind, of), unit="s", limits=rising(1, 60)),
        Column("Mean wait", highest_of_pool("mean_wait_seconds", kind, of), unit="s", limits=rising(0.01, 0.05)),
    )


_SLOTS = """
    sum by (ID) (pgbouncer_clients{TARGET,state="used"})
    / max by (ID) (pgbouncer_config_max_client_connections{TARGET})
"""
_SLOTS_OF_DATABASES = """
    max by (ID, database) (pgbouncer_database_client_connections{ALIAS})
    / max by (ID, database) (pgbouncer_database_max_client_connections{ALIAS})
"""
_PROCESSES = """
    sum by (ID) (pgpool_frontend_processes{TARGET,state!="wait_for_connection"})
    / sum by (ID) (pgpool_frontend_processes{TARGET})
"""

POOLERS = [
    table(
        "Pools of poolers now",
        """One line for each database of each pooler, over all its users; share, waits and state are of the user for
        whom they are worst. Allowed is blank where nothing limits it. Waiting above 0 with idle connections: the pool
        was just made, or the wait is for a login.""",
        {"server": "Pooler", "pool": "Pool", "kind": "Kind", "pg_cluster": "Cluster"},
        *lines_of_pools(POOLER),
        link=("server", POOL_PAGE),
        sort_by="Waiting",
    ),
    timeline(
        "State of poolers' pools",
        """Healthy: at most 20 % of what is allowed is in use; degraded: at most 50 %; unhealthy: more, nothing is
        allowed, or requests wait. Poolers are meant to be busy: unhealthy calls for a look at who waits, not
        for a restart.""",
        STATUSES,
        Query(status(POOLER), OF_POOL),
    ),
    timeline(
        "Poolers that answer",
        """Whether the pooler's console answered pgvigil in the latest poll. Red: its clients are probably refused too.
        Look at its service and log; "Failures by reason" tells a refused login from a dead process.""",
        ANSWERS,
        Query(f"max by (ID) ({pooler_up()})"),
    ),
    graph(
        "Connections of poolers",
        """Connections to the server in use, idle, and being opened. Idle but not used for long: lower the pool's
        minimum. Being opened for more than a moment: the server answers slowly or refuses the login.""",
        "none",
        Query(f"sum by (ID, kind, pool, state) (dbpool_connections{{POOL,{POOLER}}})", OF_POOL + " {{state}}"),
        stacked=True,
    ),
    graph(
        "Share of poolers' pools in use",
        """Connections in use as a share of those allowed, for the user with the fullest pool; no line where nothing
        limits it. Above 100 %: the reserve is in use. From 95 % with clients waiting: make the pool larger if the
        server has places.""",
        "percentunit",
        Query(highest_of_pool("utilization_ratio", POOLER), OF_POOL),
        limits=rising(0.8, 0.95),
    ),
    graph(
        "Client slots in use",
        """Clients as a share of max_client_conn in PgBouncer, and of a database's own limit there; of processes
        (num_init_children) in Pgpool-II. At 100 % new clients are refused or queue unseen. Raise the limit, and that
        of open files with it.""",
        "percentunit",
        Query(_SLOTS, "{{server}} clients"),
        Query(_SLOTS_OF_DATABASES, "{{server}} {{database}} clients"),
        Query(_PROCESSES, "{{server}} processes"),
        limits=rising(0.8, 0.95),
    ),
    graph(
        "Connections handed out by poolers",
        """How often a client was given a connection, each second; where the pooler does not count that, transactions.
        A sudden fall while clients wait: the connections are held by long transactions.""",
        "ops",
        Query(rate("acquire", POOLER), OF_POOL),
    ),
    graph(
        "Time a client holds a connection",
        """How long a client keeps a connection of the pooler, in the mean. Longer than its statements take: the
        application pauses inside transactions, or the pool is in session mode.""",
        "s",
        Query(time_in_use(POOLER), OF_POOL),
    ),
    graph(
        "Connections kept open",
        """What each pool keeps open at least, where it is known, beside what it has. A minimum above what is ever used
        takes places of the server for nothing.""",
        "none",
        Query(of_pool("connections", POOLER), OF_POOL),
        Query(of_pool("min_connections", POOLER), OF_POOL + " at least", dashed=True),
    ),
]
