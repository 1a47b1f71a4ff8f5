"""Pools of all clusters in a line and a table; the page of pools says more."""

from expressions_of_pools import up
from panels import Query, rising, stat, table
from pools_poolers import POOL_PAGE, lines_of_pools

POOLS = [
    stat(
        "Pools without answer",
        """Poolers and applications of the chosen clusters, whichever servers are chosen, that did not answer in the
        latest poll. Above 0: their page says why, and who waits there.""",
        "none",
        Query(f"sum(1 - {up('CLUSTER')}) or 0 * count(pg_up{{SERVER}})", "down"),
        limits=[(None, "green"), (1, "red")],
        width=6,
    ),
    stat(
        "Requests waiting for a connection",
        """Requests that wait for a connection in poolers and applications of the chosen clusters. Above 0 for longer
        than a moment: their page shows at which level, and whether the next one has room.""",
        "none",
        Query("sum(dbpool_pending_requests{CLUSTER}) or 0 * count(pg_up{SERVER})", "waiting"),
        limits=rising(1, 20),
        width=6,
    ),
    stat(
        "Oldest wait for a connection",
        """How long the request that waits longest has waited, where poolers or applications are watched. Above 1 s:
        users notice; the table below names the pool.""",
        "s",
        Query("max(dbpool_oldest_wait_seconds{CLUSTER})", "wait"),
        limits=rising(1, 60),
        width=6,
    ),
    stat(
        "Fullest pool",
        """Connections in use as a share of those allowed, in the fullest pool that is watched. From 80 %: see in the
        table below whether somebody waits; a full pool that nobody waits for does no harm.""",
        "percentunit",
        Query("max(dbpool_utilization_ratio{CLUSTER})", "in use"),
        limits=rising(0.8, 0.95),
        width=6,
    ),
    table(
        "All pools",
        """One line for each pool of the chosen clusters, whichever servers are chosen, those with waiting requests
        first. The name opens the page of its pooler or application. Empty: pgvigil watches none, or none answers.""",
        {"server": "Pooler or application", "pool": "Pool", "kind": "Kind", "pg_cluster": "Cluster"},
        *lines_of_pools(of="CLUSTER"),
        link=("server", POOL_PAGE),
        sort_by="Waiting",
        height=8,
    ),
]
