"""What only PgBouncer tells."""

from expressions import share
from panels import Column, Query, graph, rising, table, timeline

_OF = "{{server}} {{database}}"
_PER_LINE = "[$__rate_interval]"

_WORKS = {0: ("works", "green"), 1: ("paused", "orange"), 2: ("disabled", "red"), 3: ("paused, disabled", "red")}
_STATES = {0: ("active", "green"), 1: ("paused", "orange"), 2: ("suspended", "red")}
_LIMIT = "max by (ID, database) (pgbouncer_database_{}_connections{{ALIAS}})"


def _rate(counter: str) -> str:
    return f"sum by (ID, database) (rate(pgbouncer_database_{counter}_total{{ALIAS}}{_PER_LINE}))"


def _mean(part: str, whole: str) -> str:
    return share(
        f"rate(pgbouncer_database_{part}_total{{ALIAS}}{_PER_LINE})",
        f"rate(pgbouncer_database_{whole}_total{{ALIAS}}{_PER_LINE})",
        by="ID, database",
    )


def _setting(name: str) -> str:
    version = "max by (ID, version) (pgbouncer_info{TARGET})"
    return f"{version} * on (ID) group_left () max by (ID) (pgbouncer_config_{name}{{TARGET}})"


PGBOUNCER = [
    graph(
        "PgBouncer: clients by state",
        """Clients by what they do: active ones have a connection or have nothing to ask, waiting ones want one. Waiting
        for longer than a moment: the pool is full, or the server does not let it log in.""",
        "none",
        Query("sum by (ID, database, state) (pgbouncer_pool_client_connections{ALIAS})", _OF + " {{state}}"),
        stacked=True,
    ),
    graph(
        "PgBouncer: server connections by state",
        """Connections to the server. used means idle for a while and to be tested before it is given out, not in use.
        login for more than a moment: the server is slow to answer. being_canceled: clients give up often.""",
        "none",
        Query("sum by (ID, database, state) (pgbouncer_pool_server_connections{ALIAS})", _OF + " {{state}}"),
        stacked=True,
    ),
    graph(
        "PgBouncer: logins under way",
        """Connections that log in at the server, and clients that log in here. More than one or two for a minute: the
        server refuses or is full, or a query for passwords (auth_query) is slow. See PgBouncer's log.""",
        "none",
        Query(
            'sum by (ID, database) (pgbouncer_pool_server_connections{ALIAS,state="login"})', _OF + " at the server"
        ),
        Query('max by (ID) (pgbouncer_clients{TARGET,state="login"})', "{{server}} clients"),
        limits=rising(3, 10),
    ),
    graph(
        "PgBouncer: transactions and queries per second",
        """What went through each database's pools, of all users; dashed queries. Many queries for each transaction:
        connections are held for long. A fall with clients waiting: the server stands still.""",
        "ops",
        Query(_rate("transactions"), _OF + " transactions"),
        Query(_rate("queries"), _OF + " queries", dashed=True),
    ),
    graph(
        "PgBouncer: time of a transaction and of a query",
        """Mean time of a transaction, and dashed of a query, both with the wait for a connection. A transaction much
        longer than its queries together: the application pauses inside it and holds a connection for nothing.""",
        "s",
        Query(_mean("transaction_seconds", "transactions"), _OF + " transaction"),
        Query(_mean("query_seconds", "queries"), _OF + " query", dashed=True),
    ),
    graph(
        "PgBouncer: wait of a client",
        """Time that a client waited for its connection in the mean of each interval, counted once it has one: a pile of
        clients that still wait shows only in "Oldest wait". Above 50 ms: look at who holds connections.""",
        "s",
        Query(_mean("client_wait_seconds", "transactions"), _OF),
        limits=rising(0.01, 0.05),
    ),
    graph(
        "PgBouncer: bytes",
        """Bytes received from clients, and dashed sent to them. A sudden rise of what is sent without more queries:
        somebody reads whole tables; connections are held while slow clients read.""",
        "Bps",
        Query(_rate("received_bytes"), _OF + " received"),
        Query(_rate("sent_bytes"), _OF + " sent", dashed=True),
    ),
    graph(
        "PgBouncer: prepared statements",
        """Prepared statements run, made by clients, and made at the server on their behalf. As many made at the server
        as by clients: max_prepared_statements is too small for how many there are. PgBouncer 1.21 and later.""",
        "ops",
        Query(_rate("binds"), _OF + " run"),
        Query(_rate("client_parses"), _OF + " made by clients"),
        Query(_rate("server_parses"), _OF + " made at the server"),
    ),
    graph(
        "PgBouncer: databases against their limits",
        """Server connections of each database over all users, and dashed its limit (max_db_connections), where it has
        one. When the lines meet, users' pools take connections from each other.""",
        "none",
        Query(_LIMIT.format("server"), _OF),
        Query(_LIMIT.format("max_server"), _OF + " limit", dashed=True),
    ),
    graph(
        "PgBouncer: users against their limits",
        """Server connections of each user over all databases, and dashed its limit (max_user_connections), where it has
        one. When the lines meet, clients of that user wait in every database. PgBouncer 1.23 and later.""",
        "none",
        Query("max by (ID, user) (pgbouncer_user_server_connections{TARGET})", "{{server}} {{user}}"),
        Query(
            "max by (ID, user) (pgbouncer_user_max_server_connections{TARGET})",
            "{{server}} {{user}} limit",
            dashed=True,
        ),
    ),
    graph(
        "PgBouncer: memory",
        """Memory of PgBouncer's caches, for clients, servers, buffers and statements. It never shrinks: the level is
        that of the busiest moment. Growing for days: look at the number of users and of prepared statements.""",
        "bytes",
        Query("sum by (ID, cache) (pgbouncer_memory_bytes{TARGET})", "{{server}} {{cache}}"),
        stacked=True,
    ),
    graph(
        "PgBouncer: connections to be closed",
        """Server connections that PgBouncer closes once they are free, after RECONNECT or a changed setting. Not going
        down: their clients stay in long transactions. Only with the collector pgbouncer_servers, which is off unless
        chosen.""",
        "none",
        Query("sum by (ID, database) (pgbouncer_servers_close_needed{ALIAS})", _OF),
    ),
    timeline(
        "PgBouncer: databases paused or disabled",
        """Paused: clients wait until somebody says RESUME. Disabled: new clients are refused until ENABLE. Right during
        a planned switch; longer than that, somebody forgot it.""",
        _WORKS,
        Query(
            """max by (ID, database) (pgbouncer_database_paused{ALIAS})
            + 2 * max by (ID, database) (pgbouncer_database_disabled{ALIAS})""",
            _OF,
        ),
    ),
    timeline(
        "PgBouncer: state",
        """Paused or suspended as a whole: every client waits until RESUME. Right during a planned switch or an online
        restart; longer than that, somebody forgot it. PgBouncer 1.19 and later.""",
        _STATES,
        Query(
            """max by (ID) (pgbouncer_state{TARGET,state="paused"})
            + 2 * max by (ID) (pgbouncer_state{TARGET,state="suspended"})"""
        ),
    ),
    table(
        "PgBouncer: settings",
        """How each PgBouncer is set, in connections and seconds; blank where nothing limits it. Without
        query_wait_timeout clients wait for ever. default_pool_size is for each user of each database: multiply before
        comparing with the server's places.""",
        {"server": "Pooler", "pg_cluster": "Cluster", "version": "Version"},
        Column("Clients at most", _setting("max_client_connections"), unit="none"),
        Column("Pool", _setting("default_pool_size"), unit="none"),
        Column("Kept open", _setting("min_pool_size"), unit="none"),
        Column("Reserve", _setting("reserve_pool_size"), unit="none"),
        Column("Of a database at most", _setting("max_db_connections"), unit="none"),
        Column("Of a user at most", _setting("max_user_connections"), unit="none"),
        Column("Wait at most", _setting("query_wait_timeout_seconds"), unit="s"),
        Column("Idle at most", _setting("server_idle_timeout_seconds"), unit="s"),
        Column("Lives at most", _setting("server_lifetime_seconds"), unit="s"),
        Column("Prepared statements", _setting("max_prepared_statements"), unit="none"),
        sort_by="Clients at most",
        height=6,
    ),
]
