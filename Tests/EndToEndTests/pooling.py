"""Poolers and applications with pools, so busy that clients wait: what a dashboard of pools shows."""

import threading
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

import psycopg

from console_replay import ConsoleReplay
from interesting_poolers import InterestingPgBouncer
from pgbouncer import PgBouncer
from pgpool import Pgpool
from poolers import Pooler
from postgres import PostgresServer
from processes import Processes, free_port
from shop import FIELDS, Shop

# The shortest window there is: whether a pool is too large is said once it is full.
SIZING = {"window": "1m", "cores": 2}

# Settings of PgBouncer that leave a metric where they are not 0.
LIMITS = {
    "default_pool_size": 2,
    "min_pool_size": 1,
    "reserve_pool_size": 1,
    "max_db_connections": 10,
    "max_user_connections": 10,
    "max_prepared_statements": 10,
}

# What needs more than a few polls, and how many targets have it at least.
LATE = {
    "dbpool_shrink_advised": 2,
    "dbpool_mean_wait_seconds": 2,
    "dbpool_advised_connections": 2,
    "increase(pgpool_node_statements_total[1m]) > 0": 2,
    "increase(pgpool_query_cache_hits_total[1m]) > 0": 1,
}


@dataclass
class Pooled:
    """What was started: its entries in the settings, and the consoles that are played from recordings."""

    pools: list[dict] = field(default_factory=list)
    applications: list[dict] = field(default_factory=list)
    consoles: list[ConsoleReplay] = field(default_factory=list)

    @property
    def settings(self) -> dict:
        return {"sizing": SIZING, "pools": self.pools, "application_pools": self.applications}

    def advance(self) -> None:
        """Has the recorded counters move."""
        for console in self.consoles:
            console.advance()


def start_pools(
    processes: Processes, main: PostgresServer, follower: PostgresServer, single: PostgresServer, ending: ExitStack
) -> Pooled:
    """Until `ending`. Behind them are `main` with its follower, and `single`."""
    pooled = Pooled()
    _pgbouncers(pooled, processes, main, single, ending)
    _pgpools(pooled, processes, main, follower, ending)
    for kind in ("odyssey", "pgcat", "pgdog"):
        console = ending.enter_context(ConsoleReplay(kind))
        pooled.consoles.append(console)
        pooled.pools.append(_entry(kind, kind, console.conninfo(), behind="main", pg_cluster="orders"))
    return pooled


def _pgbouncers(
    pooled: Pooled, processes: Processes, main: PostgresServer, single: PostgresServer, ending: ExitStack
) -> None:
    for server in (main, single):
        server.create_role("app", monitor=False)
    crowded = ending.enter_context(
        InterestingPgBouncer(processes, Pooler.pgbouncer("1.24", processes.folder), main)
    )
    busy = PgBouncer(
        processes,
        Pooler.pgbouncer("1.24", processes.folder),
        processes.folder / f"busy-{main.port}",
        single,
        settings=LIMITS,
    )
    pooled.pools += [
        _entry("crowded", "pgbouncer", crowded.conninfo(), behind="main", pg_cluster="orders"),
        _entry("busy", "pgbouncer", busy.console(), behind="single"),
        _entry("absent", "pgbouncer", f"host=127.0.0.1 port={free_port()} user=stats dbname=pgbouncer"),
    ]
    ending.enter_context(busy)
    work(busy.conninfo(), ending, times=6)
    shop = ending.enter_context(Shop(busy.conninfo()))
    pooled.applications += [
        {"name": "shop", "url": shop.url, "format": "json", "fields": FIELDS, "behind": "busy"},
        {"name": "closed shop", "url": f"http://127.0.0.1:{free_port()}/", "format": "sqlalchemy"},
    ]


def _pgpools(
    pooled: Pooled, processes: Processes, main: PostgresServer, follower: PostgresServer, ending: ExitStack
) -> None:
    """One caches and tells lag in bytes, the other tells it in seconds."""
    # Pgpool-II caches only what comes from a table.
    main.execute("CREATE TABLE things (id int)")
    main.execute("GRANT SELECT ON things TO PUBLIC")
    follower.follow(main)
    for version, settings in {"4.3": {"memory_cache_enabled": "on"}, "4.6": {"delay_threshold_by_time": "10s"}}.items():
        one = Pgpool(
            processes,
            Pooler.pgpool(version, processes.folder),
            processes.folder / f"pgpool-{version}-{main.port}",
            [main, follower],
            settings=settings,
        )
        ending.enter_context(one)
        work(one.conninfo(), ending, times=1, statement="SELECT count(*) FROM things")
        work(one.conninfo(), ending, times=1)  # What is cached reaches no server.
        entry = _entry(f"pgpool {version}", "pgpool", one.console(), behind="main", pg_cluster="orders")
        pooled.pools.append(entry)


def work(conninfo: str, ending: ExitStack, times: int, statement: str = "SELECT pg_sleep(0.05)") -> None:
    """Clients that work through a pooler until it or the server throws them out."""
    stop = threading.Event()

    def client() -> None:
        try:
            with psycopg.connect(conninfo, autocommit=True) as session:
                while not stop.wait(0.01):
                    session.execute(statement, prepare=True)
        except psycopg.Error:
            pass

    clients = [threading.Thread(target=client, daemon=True) for _ in range(times)]
    for one in clients:
        one.start()
    ending.callback(_join, clients)
    ending.callback(stop.set)


def _join(threads: Sequence[threading.Thread]) -> None:
    for thread in threads:
        thread.join(10)


def _entry(name: str, kind: str, conninfo: str, **more: str) -> dict:
    """Of the settings, with every collector at every poll: also those that are slow, or off unless chosen."""
    collectors = {"pgbouncer": _OF_PGBOUNCER, "pgpool": {"pgpool_config": "1s"}}.get(kind, {})
    return {"name": name, "kind": kind, "conninfo": conninfo, "collectors": collectors, **more}


_SLOW = ("databases", "users", "config", "memory", "clients", "servers")
_OF_PGBOUNCER = {f"pgbouncer_{name}": "1s" for name in _SLOW}
