"""Who holds the server's connections."""

from expressions import CONNECTIONS, PLACES, or_zero
from expressions_of_pools import behind_pools
from overview import SERVER_PAGE
from panels import Column, Query, graph, rising, table

_BY_APPLICATION = or_zero(
    "sum by (ID, application_name) (pg_stat_activity_application_connections{SERVER})", "activity"
)
_BY_USER = or_zero("sum by (ID, datname, usename) (pg_stat_activity_connections{DATABASE})", "activity")

USES = [
    table(
        "Connections by application now",
        """Client connections by application_name, and their share of the server's places: max_connections without those
        kept for superusers. Through a pooler the name is what its clients set, or nothing. The largest one: compare
        with its pool above, and make that smaller before raising max_connections.""",
        {"server": "Server", "application_name": "Application"},
        Column("Connections", _BY_APPLICATION, unit="none"),
        Column(
            "Share of the places",
            f"({_BY_APPLICATION}) / on (ID) group_left () ({PLACES})",
            unit="percentunit",
            limits=rising(0.5, 0.8),
        ),
        link=("server", SERVER_PAGE),
        sort_by="Connections",
        width=12,
        height=8,
    ),
    table(
        "Connections by database and user now",
        """Client connections by database and user, and their share of the server's places. A pooler opens its
        connections as these: each line is at most the size of its pools. More than that: somebody connects past the
        pooler.""",
        {"server": "Server", "datname": "Database", "usename": "User"},
        Column("Connections", _BY_USER, unit="none"),
        Column(
            "Share of the places",
            f"({_BY_USER}) / on (ID) group_left () ({PLACES})",
            unit="percentunit",
            limits=rising(0.5, 0.8),
        ),
        link=("server", SERVER_PAGE),
        sort_by="Connections",
        width=12,
        height=8,
    ),
    graph(
        "Places taken by application",
        """Client connections by application_name over time, the 50 largest and the rest as "other". Names the one that
        grew; when the sum reaches the limit beside this, the server refuses clients.""",
        "none",
        Query(_BY_APPLICATION, "{{server}} {{application_name}}"),
        stacked=True,
        width=12,
    ),
    graph(
        "Places taken by database and user",
        """The same by database and user, dashed the database's own limit where it has one. Steps of one pool's size:
        another process of the application or of the pooler was started.""",
        "none",
        Query(_BY_USER, "{{server}} {{datname}} {{usename}}"),
        Query(
            "max by (ID, datname) (pg_database_connection_limit{DATABASE})",
            "{{server}} {{datname}} limit",
            dashed=True,
        ),
        width=12,
    ),
    graph(
        "Places taken and left",
        """Client connections of servers behind pools, and dashed the places that there are. When the lines meet,
        poolers cannot open connections, and their clients wait. Lower the sizes of pools to fit under it.""",
        "none",
        Query(behind_pools(or_zero(CONNECTIONS, "activity")), "{{server}} taken"),
        Query(behind_pools(PLACES), "{{server}} limit", dashed=True),
        width=12,
    ),
    graph(
        "Saturation of the server behind",
        """Of the server that each pool leads to, over other poolers too: its client connections as a share of its
        places. From 80 %: a larger pool only moves the wait to the server; find above who holds the places. No line:
        the settings do not say what is behind the pool, or that server does not answer.""",
        "percentunit",
        Query("max by (ID) (dbpool_server_saturation_ratio{TARGET})", "behind {{server}}"),
        limits=rising(0.8, 0.9),
        width=12,
    ),
]
