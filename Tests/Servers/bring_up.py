"""Servers for people to try things on: see scripts/postgres --help."""

import argparse
import signal
import sys
import time
from pathlib import Path

from cache import say
from installation import VERSIONS, Installation, Unavailable
from postgres import PostgresServer
from processes import processes_for


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("versions", nargs="*", type=int)
    parser.add_argument("--standby", action="store_true")
    parser.add_argument("--keep-going", action="store_true")
    wish = parser.parse_args()
    servers: list[PostgresServer] = []
    begin = time.monotonic()
    with processes_for("servers") as processes:
        try:
            for version in wish.versions or VERSIONS:
                try:
                    installation = Installation.of(version, processes.folder)
                except Unavailable as reason:
                    say(f"{'left out' if wish.keep_going else 'error'}: {reason}")
                    if wish.keep_going:
                        continue
                    return 1
                folder = processes.folder / str(version)
                primary = PostgresServer(processes, installation, folder, settings={"wal_level": "logical"})
                bring_up(primary, "primary", servers)
                if wish.standby:
                    place = Path(f"{folder}-standby")
                    bring_up(primary.standby(place, slot="standby"), "standby", servers)
            if not servers:
                return 1
            say(f"{len(servers)} up after {time.monotonic() - begin:.1f} s; Ctrl-C takes all down")
            signal.pause()  # Only a signal to end gets us out of here.
        finally:
            for server in reversed(servers):  # The standby before its primary, which waits for it.
                server.stop()
    return 0


def bring_up(server: PostgresServer, role: str, servers: list[PostgresServer]) -> None:
    """Starts it and says how to get in."""
    servers.append(server)
    server.start()
    if role == "primary":
        server.create_role()
    version = server.execute("SHOW server_version")[0][0]
    print(f"PostgreSQL {version}, {role}", flush=True)
    print(f"    conninfo: {server.conninfo()}", f"    superuser: {server.psql()}", sep="\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
