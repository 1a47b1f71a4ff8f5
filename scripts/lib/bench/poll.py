"""A poll beside psql, which sends the same statements, and beside a scrape of postgres_exporter."""

import math
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import conversation
from daemon import Daemon, Server
from peers import Exporter, Psql, series
from report import Result, announce, say
from turns import Turn, idle_rate, our_polls, psql_polls, psql_without_pause, scrapes, turn

TABLES = 10_000
DATABASES = 100
PROMISE = 1.2  # Of what psql takes.
# Nothing works beside the backends that are measured, and none of them has helpers.
CALM = {"autovacuum": "off", "max_parallel_workers_per_gather": "0"}


@dataclass
class Round:
    """A turn of each."""

    ours: Turn
    psql: Turn
    exporter: Turn


def measure(binary: str, server: Server, rounds: int, polls: int) -> list[Result]:
    announce("poll: every collector at each poll, beside psql with the same statements and postgres_exporter")
    with calm(server):
        results = compare("small", binary, server, "postgres", rounds, polls)
        with catalogue(server) as database:
            results += compare("catalogue", binary, server, database, rounds, polls)
    return results


@contextmanager
def calm(server: Server) -> Iterator[None]:
    reload = "SELECT pg_reload_conf()"
    server.sql(*(f"ALTER SYSTEM SET {name} = {value}" for name, value in CALM.items()), reload)
    try:
        yield
    finally:
        server.sql(*(f"ALTER SYSTEM RESET {name}" for name in CALM), reload)


@contextmanager
def catalogue(server: Server) -> Iterator[str]:
    """A database with many tables, beside many databases."""
    begin = time.monotonic()
    say(f"creating {DATABASES} databases, and another with {TABLES:,} tables of two indexes each")
    server.make_databases(DATABASES)
    server.sql("CREATE DATABASE catalogue TEMPLATE template0")
    for first in range(0, TABLES, 1000):
        server.sql(
            f"""
            DO $$ BEGIN FOR number IN {first}..{first + 999} LOOP
                EXECUTE format('CREATE TABLE table_%s (id int PRIMARY KEY, value int)', number);
                EXECUTE format('CREATE INDEX ON table_%s (value)', number);
            END LOOP; END $$
            """,
            database="catalogue",
        )
    server.sql("VACUUM ANALYZE", "CHECKPOINT", database="catalogue")
    say(f"done in {time.monotonic() - begin:.0f} s")
    try:
        yield "catalogue"
    finally:
        server.sql("DROP DATABASE catalogue WITH (FORCE)")


def compare(label: str, binary: str, server: Server, database: str, rounds: int, polls: int) -> list[Result]:
    """In each round each has a turn, while the daemon is stopped and the others have nothing to do."""
    poll = conversation.poll(binary, server, database)
    pace = max(1, math.ceil(4 * poll.seconds))
    startup = conversation.startup(binary, pace)
    say(f"{label}: {len(poll.statements)} statements, a poll every {pace} s")
    seen = []
    with (
        Daemon(binary, server, every=pace, database=database, collectors=poll.collectors, off=poll.on_tour) as daemon,
        Psql(server, poll, startup, database) as psql,
        Exporter(server, database) as exporter,
    ):
        daemon.wait_until_ready()
        time.sleep(pace)  # Its first visit is over.
        backend = server.backend_of(startup["application_name"], other_than=psql.backend)
        postmaster = server.postmaster()
        own_series = series(daemon.get()[1])
        if not all(daemon.values("pgvigil_collector_success")):
            raise RuntimeError("collectors have failed")
        daemon.pause()
        idle = idle_rate(postmaster)
        for _ in range(rounds):
            ours = turn(server, lambda: our_polls(daemon, backend, polls, pace))
            theirs = turn(server, lambda: psql_polls(psql, polls, pace))
            peers = turn(server, lambda: scrapes(exporter, postmaster, polls, pace, idle))
            seen.append(Round(ours, theirs, peers))
            say(f"{label}: {told(ours)}; psql {told(theirs)}; postgres_exporter {told(peers)}")
        busy = psql_without_pause(psql, rounds * polls)
    return summary(label, seen, busy, (own_series, exporter.series))


def told(turn: Turn) -> str:
    return f"{turn.median('wall'):.2f} ms, CPU {turn.median('cpu'):.2f}"


def summary(label: str, rounds: list[Round], busy: Turn, sizes: tuple[int, int]) -> list[Result]:
    def cost(who: str, field: str) -> float:
        return statistics.median(getattr(seen, who).median(field) for seen in rounds)

    def logins(who: str) -> float:
        turns = [getattr(seen, who) for seen in rounds]
        return sum(turn.logins for turn in turns) / sum(len(turn.costs) for turn in turns)

    def of_psql(what: str, field: str) -> Result:
        ratios = [seen.ours.median(field) / seen.psql.median(field) for seen in rounds]
        note = f"{len(rounds)} rounds, {min(ratios):.2f} to {max(ratios):.2f}"
        return Result("poll", f"{label}, {what} of psql's", statistics.median(ratios), "", PROMISE, note=note)

    def beside(what: str, field: str) -> Result:
        note = (
            f"psql {cost('psql', field):.3g} ms ({busy.median(field):.3g} without pauses), "
            f"postgres_exporter {cost('exporter', field):.3g} ms"
        )
        return Result("poll", f"{label}, {what}", cost("ours", field), "ms", note=note)

    return [
        of_psql("CPU time", "cpu"),
        of_psql("wall time", "wall"),
        beside("CPU time", "cpu"),
        beside("of it the client's", "client"),
        beside("wall time", "wall"),
        Result("poll", f"{label}, series", sizes[0], "", note=f"postgres_exporter {sizes[1]:,}"),
        Result(
            "poll", f"{label}, new connections a poll", logins("ours"), "",
            note=f"postgres_exporter {logins('exporter'):.3g} a scrape",
        ),
    ]
