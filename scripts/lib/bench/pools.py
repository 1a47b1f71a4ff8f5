"""A poll of two hundred pools beside psql, which sends the same commands, and beside pgbouncer_exporter."""

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from daemon import Daemon, Server, cpu_seconds, free_port, values
from peers import KeptPsql, PgBouncerExporter, series
from report import Result, announce, say
from turns import Cost, Turn, our_polls, psql_polls, ticks

ALIASES, USERS = 20, 10
PACE = 1

# What each poll asks.
VERSION = "SHOW VERSION"
# What each collector asks, and from which version on.
COMMANDS = {
    "state": ("SHOW STATE", (1, 19)),
    "pools": ("SHOW POOLS", (1, 0)),
    "stats": ("SHOW STATS", (1, 0)),
    "databases": ("SHOW DATABASES", (1, 0)),
    "users": ("SHOW USERS", (1, 0)),
    "lists": ("SHOW LISTS", (1, 0)),
    "config": ("SHOW CONFIG", (1, 0)),
    "peers": ("SHOW PEER_POOLS", (1, 19)),
    "peer_hosts": ("SHOW PEERS", (1, 19)),
    "memory": ("SHOW MEM", (1, 0)),
}


@dataclass
class Round:
    """A turn of each."""

    ours: Turn
    psql: Turn
    exporter: Turn


class PgBouncer:
    """In front of the server, as the server's account; ends with its `with` block."""

    def __init__(self, server: Server):
        self.port = free_port()
        owner = Path(f"/proc/{server.postmaster()}").stat()
        self._folder = tempfile.TemporaryDirectory(prefix="pgbouncer.")
        settings = Path(self._folder.name) / "pgbouncer.ini"
        users = settings.with_name("users.txt")
        users.write_text("".join(f'"{user}" ""\n' for user in ["stats", *user_names()]))
        place = f"host=127.0.0.1 port={server.port} dbname=postgres"
        lines = ["[databases]", *(f"{alias} = {place}" for alias in aliases()), "[pgbouncer]"]
        lines += ["listen_addr = 127.0.0.1", f"listen_port = {self.port}", "unix_socket_dir =", "auth_type = trust"]
        lines += [f"auth_file = {users}", "stats_users = stats", "pool_mode = transaction", "default_pool_size = 1"]
        # Of the exporter; and nothing happens of itself.
        lines += ["ignore_startup_parameters = extra_float_digits", "server_idle_timeout = 0", "log_connections = 0"]
        settings.write_text("\n".join(lines) + "\n")
        self._command = ["pgbouncer", "--quiet", str(settings)]
        if os.geteuid() == 0:
            for place in (settings.parent, settings, users):
                os.chown(place, owner.st_uid, owner.st_gid)
            account = [f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}", "--clear-groups"]
            self._command = ["setpriv", *account, *self._command]

    def __enter__(self) -> "PgBouncer":
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(10)
        self._folder.cleanup()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def console(self) -> dict[str, str]:
        """For libpq's environment."""
        return self.way("pgbouncer", "stats")

    def way(self, database: str, user: str) -> dict[str, str]:
        return {"PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PGDATABASE": database, "PGUSER": user}

    def make_pools(self, server: Server) -> None:
        """Each pool is there from its first client on, and stays."""
        for _ in range(200):
            if subprocess.run(self._ask(server, self.console, VERSION), **QUIET).returncode == 0:
                break
            time.sleep(0.05)
        for alias in aliases():
            for user in user_names():
                subprocess.run(self._ask(server, self.way(alias, user), "SELECT 1"), check=True, **QUIET)

    @staticmethod
    def _ask(server: Server, way: dict[str, str], statement: str) -> list[str]:
        return ["env", *(f"{name}={value}" for name, value in way.items()), server.client, "-XqAtc", statement]


QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def aliases() -> list[str]:
    return [f"orders{number:02}" for number in range(ALIASES)]


def user_names() -> list[str]:
    return [f"bench_user{number}" for number in range(USERS)]


class ConsolePsql(KeptPsql):
    """psql at the console, with what a poll of ours asks."""

    def __init__(self, server: Server, pooler: PgBouncer, commands: list[str]):
        super().__init__(server.client, pooler.console, commands)
        self.backend = pooler.pid


def measure(binary: str, server: Server, rounds: int, polls: int) -> list[Result]:
    announce(f"pools: every collector at each poll of {ALIASES * USERS} pools, beside psql and pgbouncer_exporter")
    version = subprocess.run(["pgbouncer", "--version"], check=True, capture_output=True, text=True).stdout.split()[1]
    number = tuple(map(int, version.split(".")[:2]))
    commands = [VERSION, *(command for command, since in COMMANDS.values() if number >= since)]
    seen = []
    with roles(server), PgBouncer(server) as pooler:
        pooler.make_pools(server)
        console = f"host=127.0.0.1 port={pooler.port} dbname=pgbouncer user=stats"
        collectors = [f"pgbouncer_{name}" for name in COMMANDS]
        with (
            Daemon(binary, server, every=PACE, collectors=collectors, pool=console) as daemon,
            ConsolePsql(server, pooler, commands) as psql,
            PgBouncerExporter(pooler.port) as exporter,
        ):
            daemon.wait_until_ready()
            expect_commands(daemon, len(commands))
            own_series = series(daemon.get()[1])
            connects = daemon.total("pgvigil_connects_total")
            daemon.pause()
            for _ in range(rounds):
                ours = Turn(our_polls(daemon, pooler.pid, polls, PACE), 0)
                theirs = Turn(psql_polls(psql, polls, PACE), 0)
                peers = Turn(scrapes(exporter, pooler.pid, polls), 0)
                seen.append(Round(ours, theirs, peers))
                say(f"{told(ours)}; psql {told(theirs)}; pgbouncer_exporter {told(peers)}")
    return summary(seen, version, (own_series, exporter.series), connects)


@contextmanager
def roles(server: Server) -> Iterator[None]:
    server.sql(*(f"CREATE ROLE {user} LOGIN" for user in user_names()))
    try:
        yield
    finally:
        server.sql(*(f"DROP ROLE {user}" for user in user_names()))


def expect_commands(daemon: Daemon, count: int) -> None:
    """psql would otherwise not be asked to do the same."""

    def sent() -> list[int]:
        page = daemon.get()[1].decode()
        return [int(values(page, f"pgvigil_{name}_total")[0]) for name in ("statements", "polls")]

    time.sleep(2 * PACE)  # Everything has run once.
    before = sent()
    time.sleep(3 * PACE)
    statements, polls = (now - then for now, then in zip(sent(), before))
    if statements != count * polls:
        raise RuntimeError(f"{polls} polls sent {statements} commands, not {count} each")


def scrapes(exporter: PgBouncerExporter, pooler: int, count: int) -> list[Cost]:
    exporter.scrape()
    turns = ticks(PACE)
    next(turns)
    costs = []
    for _ in range(count):
        before = cpu_seconds(exporter.pid), cpu_seconds(pooler)
        wall = exporter.scrape()
        next(turns)
        client, server = cpu_seconds(exporter.pid) - before[0], cpu_seconds(pooler) - before[1]
        costs.append(Cost(wall * 1000, client * 1000, server * 1000))
    return costs


def told(turn: Turn) -> str:
    return f"{turn.median('wall'):.2f} ms, CPU {turn.median('cpu'):.2f}, of it PgBouncer's {turn.median('server'):.2f}"


def summary(rounds: list[Round], version: str, sizes: tuple[int, int], connects: int) -> list[Result]:
    def cost(who: str, field: str) -> float:
        return statistics.median(getattr(seen, who).median(field) for seen in rounds)

    def of_psql(what: str, field: str) -> Result:
        ratios = [seen.ours.median(field) / seen.psql.median(field) for seen in rounds]
        note = f"{len(rounds)} rounds, {min(ratios):.2f} to {max(ratios):.2f}"
        return Result("pools", f"{what} of psql's", statistics.median(ratios), "", note=note)

    def beside(what: str, field: str) -> Result:
        note = f"psql {cost('psql', field):.3g} ms, pgbouncer_exporter {cost('exporter', field):.3g} ms"
        return Result("pools", what, cost("ours", field), "ms", note=note)

    return [
        of_psql("PgBouncer's CPU time", "server"),
        of_psql("CPU time", "cpu"),
        of_psql("wall time", "wall"),
        beside("PgBouncer's CPU time", "server"),
        beside("the client's CPU time", "client"),
        beside("wall time", "wall"),
        Result("pools", "series", sizes[0], "", note=f"pgbouncer_exporter {sizes[1]:,}; PgBouncer {version}"),
        Result("pools", "connections", connects, "", 1),
    ]
