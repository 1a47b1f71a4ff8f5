"""What several panels of pools ask for."""

from expressions import CONNECTIONS, CONNECTIONS_USED, PLACES, or_zero, share

# What tells pools apart: those of a pooler are its databases, over all users.
POOL_ID = "ID, kind, pool"
OF_POOL = "{{server}} {{pool}}"

POOLER = 'kind=~"pgbouncer|pgpool|odyssey|pgcat|pgdog"'
APPLICATION = 'kind!~"pgbouncer|pgpool|odyssey|pgcat|pgdog"'


def pooler_up(of: str = "TARGET") -> str:
    return " or ".join(f"{kind}_up{{{of}}}" for kind in ("pgbouncer", "pgpool", "odyssey", "pgcat", "pgdog"))


def up(of: str = "TARGET") -> str:
    """1 for each pooler and each application that answered in the latest poll."""
    return f"max by (ID) ({pooler_up(of)} or dbpool_scrape_success{{{of}}})"


def of_pool(metric: str, kind: str = "", of: str = "POOL") -> str:
    """What the users of a pool have together."""
    return f"sum by ({POOL_ID}) (dbpool_{metric}{{{_chosen(of, kind)}}})"


def highest_of_pool(metric: str, kind: str = "", of: str = "POOL") -> str:
    return f"max by ({POOL_ID}) (dbpool_{metric}{{{_chosen(of, kind)}}})"


def connections(state: str, kind: str = "", of: str = "POOL") -> str:
    return f'sum by ({POOL_ID}) (dbpool_connections{{{_chosen(of, kind)},state="{state}"}})'


def rate(counter: str, kind: str = "") -> str:
    return f"sum by ({POOL_ID}) (rate(dbpool_{counter}_total{{{_chosen('POOL', kind)}}}[$__rate_interval]))"


def time_in_use(kind: str = "") -> str:
    """How long a connection is held, in the mean."""
    of = _chosen("POOL", kind)
    return share(
        f"rate(dbpool_use_seconds_total{{{of}}}[$__rate_interval])",
        f"rate(dbpool_acquire_total{{{of}}}[$__rate_interval])",
        by=POOL_ID,
    )


# As numbers: the worst that holds for any user of the pool.
STATUSES = {0: ("healthy", "green"), 1: ("degraded", "orange"), 2: ("unhealthy", "red")}
ANSWERS = {0: ("no answer", "red"), 1: ("answers", "green")}


def status(kind: str = "", of: str = "POOL") -> str:
    chosen = _chosen(of, kind)
    degraded, unhealthy = (
        f'max by ({POOL_ID}) (dbpool_status{{{chosen},status="{status}"}})' for status in ("degraded", "unhealthy")
    )
    return f"clamp_max({degraded} + 2 * {unhealthy}, 2)"


# The chain: applications, poolers, and the servers that these lead to, or that are of one cluster with them.

_LEADS = "max by (ID, behind) (dbpool_behind_info{TARGET})"
_LED_TO = f'label_join(label_join({_LEADS}, "via", "", "server"), "server", "", "behind")'
_OF_THE_CLUSTER = """
    max by (ID) (pg_up{SERVER}) and on (job, instance, pg_cluster) dbpool_connections{TARGET,pg_cluster!=""}
"""


def behind_pools(of_servers: str) -> str:
    return f"({of_servers}) and on (job, instance, server) ({_LED_TO} or {_OF_THE_CLUSTER})"


def _taken(kind: str) -> str:
    return f'sum by (ID) (dbpool_connections{{POOL,{kind},state=~"used|creating"}})'


# Connections in use, places, the share of the fullest pool, and who waits, of (applications, poolers, servers).
IN_USE = (_taken(APPLICATION), _taken(POOLER), behind_pools(or_zero(CONNECTIONS, "activity")))
ALLOWED = (
    f"sum by (ID) (dbpool_max_connections{{POOL,{APPLICATION}}})",
    f"sum by (ID) (dbpool_max_connections{{POOL,{POOLER}}})",
    behind_pools(PLACES),
)
FULLEST = (
    f"max by (ID) (dbpool_utilization_ratio{{POOL,{APPLICATION}}})",
    f"max by (ID) (dbpool_utilization_ratio{{POOL,{POOLER}}})",
    behind_pools(CONNECTIONS_USED),
)
WAITING = (
    f"sum by (ID) (dbpool_pending_requests{{POOL,{APPLICATION}}})",
    f"sum by (ID) (dbpool_pending_requests{{POOL,{POOLER}}})",
    behind_pools("max by (ID) (pg_locks_waiting_backends{SERVER})"),
)
ANSWERING = (
    "max by (ID) (dbpool_scrape_success{TARGET})",
    f"max by (ID) ({pooler_up()})",
    behind_pools("max by (ID) (pg_up{SERVER})"),
)
LEVELS = ("1 application", "2 pooler", "3 server")


def chain(levels: tuple[str, ...]) -> str:
    """All levels as lines of one table: each with its level, and what it leads to."""
    return " or ".join(_line(level, expression) for level, expression in zip(LEVELS, levels, strict=False))


def _line(level: str, expression: str) -> str:
    if level != LEVELS[-1]:
        expression = f"({expression}) * on (ID) group_left (behind) {_LEADS} or on (ID) {expression}"
    return f'label_replace({expression}, "level", "{level}", "", "")'


def _chosen(of: str, kind: str) -> str:
    return f"{of},{kind}" if kind else of
