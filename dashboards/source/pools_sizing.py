"""How large pools are, and how large their load wants them."""

from expressions import PLACES
from expressions_of_pools import OF_POOL, POOL_ID, highest_of_pool, of_pool
from panels import Column, Query, graph, rising, table
from pools_poolers import POOL_PAGE

SHRINK = {0: ("no", "text"), 1: ("yes", "blue")}


def _advised(bound: str) -> str:
    return f'max by ({POOL_ID}) (dbpool_advised_connections{{POOL,bound="{bound}"}})'


def _over_a_day(metric: str) -> str:
    return f"max by ({POOL_ID}) (max_over_time(dbpool_{metric}{{POOL}}[1d]))"


# Of the pools that lead to a server, what they may open together, as a share of its places.
_ALLOWED = "sum by (ID) (dbpool_max_connections{TARGET})"
_LEADING = f"{_ALLOWED} * on (ID) group_left (behind) max by (ID, behind) (dbpool_behind_info{{TARGET}})"
_PROMISED = f'label_join(label_join({_LEADING}, "via", "", "server"), "server", "", "behind")'
# Pools may be of another cluster than their server, or of none.
PROMISED = f"sum by (job, instance, server) ({_PROMISED}) / on (job, instance, server) ({PLACES})"

SIZING = [
    table(
        "Configured and advised",
        """One line for each pool. Advised is what its load needs: rate × mean time in use, divided by the target of
        the settings (75 %), never below the minimum. Compare configured with the day's highest advice, not with that
        of a quiet hour. Larger by far than advised: it takes places from others. Smaller: requests wait at the
        peak.""",
        {"server": "Name", "pool": "Pool", "kind": "Kind", "pg_cluster": "Cluster"},
        Column("Configured", of_pool("configured_connections"), unit="none"),
        Column("Advised now", _advised("max"), unit="none"),
        Column(
            "Advised, highest of a day",
            f'max by ({POOL_ID}) (max_over_time(dbpool_advised_connections{{POOL,bound="max"}}[1d]))',
            unit="none",
        ),
        Column("Kept open", of_pool("min_connections"), unit="none"),
        Column("Keep open, advised", _advised("min"), unit="none"),
        Column("In use at once", highest_of_pool("concurrent_connections"), unit="none"),
        Column("At once, highest of a day", _over_a_day("concurrent_connections"), unit="none"),
        Column("Share in use, highest of a day", _over_a_day("utilization_ratio"), unit="percentunit"),
        Column("Make it smaller", highest_of_pool("shrink_advised"), states=SHRINK),
        link=("server", POOL_PAGE),
        sort_by="Configured",
    ),
    graph(
        "Connections needed",
        """Connections in use in the mean over the sizing window, and dashed the highest of a day. A pool needs a
        third more than that; what is far above it only waits at the server.""",
        "none",
        Query(highest_of_pool("concurrent_connections"), OF_POOL),
        Query(_over_a_day("concurrent_connections"), OF_POOL + " highest of a day", dashed=True),
        width=12,
    ),
    graph(
        "Configured beside advised",
        """What is allowed over all users of a pool, and dashed what its load needs now. The dashed line above the
        other: make the pool larger if the server has places. Far below it at the busiest hour: make it smaller.""",
        "none",
        Query(of_pool("configured_connections"), OF_POOL + " configured"),
        Query(_advised("max"), OF_POOL + " advised", dashed=True),
        width=12,
    ),
    graph(
        "Sized for the server",
        """What all pools of a target may open, and dashed 2 × cores + spindles of the server behind, where the settings
        say them. More connections at work than that only wait for each other there.""",
        "none",
        Query("sum by (ID) (dbpool_configured_connections{TARGET})", "{{server}} configured"),
        Query(
            "max by (ID) (dbpool_server_advised_connections{TARGET})",
            "{{server}} advised for its server",
            dashed=True,
        ),
        width=12,
    ),
    graph(
        "Places promised to pools",
        """What all pools that lead to a server may open together, as a share of its places; pools without a limit are
        left out. Above 100 %: when all are busy the server refuses some. Make them smaller, or raise
        max_connections.""",
        "percentunit",
        Query(PROMISED),
        limits=rising(0.8, 1),
        width=12,
    ),
]
