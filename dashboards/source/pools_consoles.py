"""What Odyssey, PgCat and PgDog tell beyond what all poolers do."""

from panels import Query, graph, rising, timeline

_KINDS = ("odyssey", "pgcat", "pgdog")
_OF = "{{server}} {{database}}"
_ONLINE = {0: ("works", "green"), 1: ("paused", "orange"), 2: ("banned", "red"), 3: ("paused, banned", "red")}


def _connections(of: str) -> str:
    either = " or ".join(f"{kind}_pool_{of}_connections{{ALIAS}}" for kind in _KINDS)
    return f"sum by (ID, database, state) ({either})"


def _rate(counter: str) -> str:
    either = " or ".join(f"rate({kind}_database_{counter}_total{{ALIAS}}[$__rate_interval])" for kind in _KINDS)
    return f"sum by (ID, database) ({either})"


CONSOLES = [
    graph(
        "Odyssey, PgCat, PgDog: clients by state",
        """Clients by what they do. Odyssey does not tell how long they wait: clients that wait at all for longer than a
        moment are the only sign. Waiting: see which pool is full.""",
        "none",
        Query(_connections("client"), _OF + " {{state}}"),
        stacked=True,
    ),
    graph(
        "Odyssey, PgCat, PgDog: server connections by state",
        """Connections to the servers, over all shards and replicas. All active with clients waiting: the pool is too
        small or statements too long. Idle most of the time: make the pool smaller.""",
        "none",
        Query(_connections("server"), _OF + " {{state}}"),
        stacked=True,
    ),
    graph(
        "Odyssey, PgCat, PgDog: transactions and queries per second",
        """What went through each database's pools; dashed queries. A fall with clients waiting: the server stands
        still, or its replicas are banned.""",
        "ops",
        Query(_rate("transactions"), _OF + " transactions"),
        Query(_rate("queries"), _OF + " queries", dashed=True),
    ),
    graph(
        "Odyssey: errors",
        """Errors by type, each second. Those of the server: see its log. Those of clients that disconnect come with
        every deploy; a steady rate of them is a timeout on the way that is too short.""",
        "ops",
        Query(
            "sum by (ID, type) (rate(odyssey_errors_total{TARGET}[$__rate_interval]))",
            "{{server}} {{type}}",
        ),
    ),
    graph(
        "Odyssey: clients being routed",
        """Clients that have connected and have no pool yet. More than a few for longer than a moment: logins pile up,
        mostly behind a slow name or password service.""",
        "none",
        Query('max by (ID) (odyssey_clients{TARGET,state="routing"})'),
        limits=rising(5, 20),
    ),
    graph(
        "PgCat, PgDog: errors",
        """Errors that clients of each database got, each second. Beside a ban: the banned server's. Without one: look
        at the pooler's log for which statement or login fails.""",
        "ops",
        Query(
            """sum by (ID, database) (rate(pgcat_database_errors_total{ALIAS}[$__rate_interval])
            or rate(pgdog_database_errors_total{ALIAS}[$__rate_interval]))""",
            _OF,
        ),
    ),
    graph(
        "PgCat, PgDog: servers banned",
        """Servers that get no statements for a while since they failed. Above 0: the others carry their load. The
        server's own page says whether it is well; a ban of a healthy one is a timeout that is too short.""",
        "none",
        Query("sum by (ID, database) (pgcat_banned{ALIAS} or pgdog_banned{ALIAS})", _OF),
        limits=rising(1, 2),
    ),
    graph(
        "PgDog: pools not healthy",
        """Pools, one for each server and user, that PgDog's health checks found unwell. Above 0: see whether that
        server lets new clients in.""",
        "none",
        Query("sum by (ID, database) (1 - pgdog_pool_healthy{ALIAS})", _OF),
        limits=rising(1, 2),
    ),
    timeline(
        "Odyssey, PgDog: paused or banned",
        """Paused: every client waits until somebody says RESUME. Banned: the pool gets no statements. Right during a
        planned switch; longer than that, somebody forgot it.""",
        _ONLINE,
        Query(
            """max by (ID) (odyssey_paused{TARGET})
            or max by (ID) (pgdog_pool_paused{ALIAS}) + 2 * max by (ID) (pgdog_pool_banned{ALIAS})"""
        ),
        width=8,
    ),
]
