"""Real PostgreSQL servers, on loopback, in a folder of their own."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping

from account import as_server, give_to_server
from freezable import Freezable
from installation import Installation
from processes import Processes, free_port, wait_until

PRELOADED = "shared_preload_libraries"

SETTINGS = {
    "fsync": "off",
    "listen_addresses": "127.0.0.1",
    "dynamic_shared_memory_type": "mmap",
    PRELOADED: "pg_stat_statements",
    "track_io_timing": "on",
    "max_connections": "50",
}

REPLICATION = "replicator"  # The role that standbys come as.


class PostgresServer(Freezable):
    """One server. The superuser comes in through the socket, everybody else through loopback.

    `settings` go into postgresql.conf, `access` are lines of pg_hba.conf that come before ours, which let every role
    but the superuser in without a password. `initdb` are options of that program.
    With a `primary` it becomes a standby of that, which must run; through a new slot if one is named.
    """

    def __init__(
        self,
        processes: Processes,
        installation: Installation,
        folder: Path,
        settings: Mapping[str, str] = {},
        access: Sequence[str] = (),
        initdb: Sequence[str] = (),
        primary: "PostgresServer | None" = None,
        slot: str | None = None,
    ):
        self.installation = installation
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "log"
        self.port = free_port()
        self.application_name = slot or folder.name  # Of a standby, as it shows in the primary's views.
        self._processes = processes
        self._process: subprocess.Popen | None = None
        folder.mkdir(mode=0o700)
        give_to_server(folder)
        place = {"port": str(self.port), "unix_socket_directories": str(self.folder)}
        if primary is None:
            self._create(access, initdb)
            known = {name: SETTINGS[name] for name in SETTINGS if name != PRELOADED or self.has_statements}
            self.write_settings({**known, **place, **settings})
        else:
            self._copy(primary, slot)
            self.write_settings({**place, **settings})

    @property
    def has_statements(self) -> bool:
        """Can it have the extension pg_stat_statements?"""
        return self.installation.has_library("pg_stat_statements")

    # Making it

    def _create(self, access: Sequence[str], initdb: Sequence[str]) -> None:
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", *initdb]
        self._run([self.installation.program("initdb"), f"--pgdata={self.data}", *options])
        everybody = ["local all all trust", "host all postgres 127.0.0.1/32 reject", "host all all 127.0.0.1/32 trust"]
        standbys = f"host replication {REPLICATION} 127.0.0.1/32 trust"
        (self.data / "pg_hba.conf").write_text("\n".join([*access, standbys, *everybody, ""]))

    def _copy(self, primary: "PostgresServer", slot: str | None) -> None:
        """As an operator makes a standby: with pg_basebackup, which writes how to reach the primary."""
        primary.execute(
            f"DO $$ BEGIN CREATE ROLE {REPLICATION} LOGIN REPLICATION; EXCEPTION WHEN duplicate_object THEN END $$"
        )
        source = primary.conninfo(REPLICATION, application_name=self.application_name)
        options = [f"--dbname={source}", f"--pgdata={self.data}", "--write-recovery-conf", "--checkpoint=fast"]
        options += ["--no-sync", *(["--create-slot", f"--slot={slot}"] if slot else [])]
        self._run([self.installation.client("pg_basebackup"), *options])

    def _run(self, command: list[str]) -> None:
        ran = subprocess.run(as_server(command), cwd="/", capture_output=True, text=True)
        assert ran.returncode == 0, f"{Path(command[0]).name} failed:\n{ran.stdout}{ran.stderr}"

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
        return self._process.poll() is not None or PGconn.ping(self._socket().encode()) == Ping.OK

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
        return psycopg.connect(self._socket(user, database, **more), autocommit=True)

    def _socket(self, user: str = "postgres", database: str = "postgres", **more: str) -> str:
        return make_conninfo(host=str(self.folder), port=self.port, user=user, dbname=database, **more)

    def psql(self) -> str:
        """The command by which a person comes in as the superuser."""
        return f"{self.installation.client('psql')} -h {self.folder} -p {self.port} -U postgres"

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

    # As a standby

    def standby(self, folder: Path, slot: str | None = None, settings: Mapping[str, str] = {}) -> "PostgresServer":
        """A standby of this server, not started. Its folder's name, or the slot's, is its application name."""
        return PostgresServer(
            self._processes, self.installation, folder, settings=settings, primary=self, slot=slot
        )

    def promote(self) -> None:
        """Makes a standby a primary; returns once it is one."""
        assert self.execute("SELECT pg_promote(true, 30)") == [(True,)], f"{self.installation.name} was not promoted"

    def follow(self, primary: "PostgresServer") -> None:
        """Waits until this standby shows what the primary has written up to now."""
        position = primary.execute("SELECT pg_current_wal_flush_lsn()")[0][0]
        reached = f"SELECT pg_last_wal_replay_lsn() >= '{position}'"
        wait_until(lambda: self.execute(reached) == [(True,)], within=30, what=f"the standby has replayed {position}")


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
