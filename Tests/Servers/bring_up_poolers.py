"""Poolers for people to try things on: see scripts/pooler --help."""

import argparse
import signal
import sys
import time
from contextlib import ExitStack

from cache import say
from installation import Installation, Unavailable
from interesting_poolers import InterestingPgBouncer, InterestingPgpool
from pgbouncer import PgBouncer
from pgpool import Pgpool
from poolers import PGBOUNCERS, Pooler
from postgres import PostgresServer
from processes import Processes, processes_for


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("versions", nargs="*")
    parser.add_argument("--pgpool", action="store_true")
    parser.add_argument("--interesting", action="store_true")
    wish = parser.parse_args()
    versions = wish.versions or ["1.24"]
    if wish.pgpool:
        versions.append("4.6")
    begin = time.monotonic()
    with processes_for("poolers") as processes, ExitStack() as running:
        try:
            poolers = [find(version, processes) for version in versions]
            primary, standby = bring_up_servers(processes, running)
        except Unavailable as reason:
            say(f"error: {reason}")
            return 1
        for pooler in poolers:
            bring_up(processes, running, pooler, primary, standby, interesting=wish.interesting)
        say(f"all up after {time.monotonic() - begin:.1f} s; Ctrl-C takes them down")
        signal.pause()  # Only a signal to end gets us out of here.
    return 0


def find(version: str, processes: Processes) -> Pooler:
    of = Pooler.pgbouncer if version in PGBOUNCERS else Pooler.pgpool
    return of(version, processes.folder)


def bring_up_servers(processes: Processes, running: ExitStack) -> tuple[PostgresServer, PostgresServer]:
    installation = Installation.embedded(processes.folder)
    settings = {"wal_level": "logical", "max_connections": "200"}
    primary = PostgresServer(processes, installation, processes.folder / "postgres", settings=settings)
    running.callback(primary.stop)
    primary.start()
    primary.create_role()
    primary.create_role("app", monitor=False)
    standby = primary.standby(processes.folder / "standby", slot="standby")
    running.callback(standby.stop)
    standby.start()
    standby.follow(primary)
    tell("PostgreSQL 18", {"conninfo": primary.conninfo(), "superuser": primary.psql(), "standby": standby.psql()})
    return primary, standby


def bring_up(
    processes: Processes,
    running: ExitStack,
    pooler: Pooler,
    primary: PostgresServer,
    standby: PostgresServer,
    *,
    interesting: bool,
) -> None:
    """Starts it and says how to get in."""
    folder = processes.folder / pooler.version
    if pooler.version in PGBOUNCERS:
        if interesting:
            one = running.enter_context(InterestingPgBouncer(processes, pooler, primary)).process
        else:
            one = running.enter_context(PgBouncer(processes, pooler, folder, primary))
        admin = f'{primary.installation.client("psql")} "{one.socket(user="admin")}"'
        tell(pooler.name, {"console": one.socket(), "as admin": admin, "clients": one.conninfo()})
    else:
        if interesting:
            pgpool = running.enter_context(InterestingPgpool(processes, pooler, primary, standby)).process
        else:
            pgpool = running.enter_context(Pgpool(processes, pooler, folder, [primary, standby]))
        tell(pooler.name, {"console": pgpool.console(), "clients": pgpool.conninfo(user="app")})


def tell(name: str, ways: dict[str, str]) -> None:
    print(name, *(f"    {way}: {how}" for way, how in ways.items()), sep="\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
