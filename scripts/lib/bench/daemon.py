"""The program that is measured, as its operator starts it, and the server that it polls."""

import http.client
import os
import re
import shlex
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

GIGANTIC = 100  # Seconds; nothing here takes as long.


def free_port() -> int:
    """A TCP port of loopback that nobody uses."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def cpu_seconds(pid: int) -> float:
    """User and system time that all threads of a process have spent, to the nanosecond."""
    return time.clock_gettime((~pid << 3) | 2)  # What clock_getcpuclockid(3) makes of it.


def values(page: str, metric: str) -> list[float]:
    """The values of a metric's series on a page."""
    return [float(value) for value in re.findall(rf"^{metric}(?:{{.*}})? (\S+)$", page, re.M)]


class Server:
    """The private PostgreSQL."""

    def __init__(self, port: int, psql: str, log: Path):
        self.port = port
        self.log = log
        self._psql = shlex.split(psql)

    @property
    def client(self) -> str:
        """The installation's psql."""
        return self._psql[0]

    def sql(self, *statements: str, database: str = "postgres") -> str:
        """What the statements answer, in psql's unaligned form; each is a transaction of its own."""
        command = [*self._psql, "-d", database, "-XqAt", "-v", "ON_ERROR_STOP=1"]
        command += [part for statement in statements for part in ("-c", statement)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def make_databases(self, count: int) -> None:
        """Sees to it that there are `count` empty databases of ours."""
        known = int(self.sql("SELECT count(*) FROM pg_database WHERE datname LIKE 'bench%'"))
        for number in range(known, count):
            self.sql(f"CREATE DATABASE bench{number:03} TEMPLATE template0")

    def postmaster(self) -> int:
        """Its first process."""
        folder = Path(self.sql("SHOW data_directory"))
        return int((folder / "postmaster.pid").read_text().split()[0])

    def backend_of(self, application: str, other_than: int) -> int:
        """The process that serves the application's oldest session."""
        return int(self.sql(
            f"""
            SELECT pid
            FROM pg_stat_activity
            WHERE application_name = '{application}' AND pid <> {other_than}
            ORDER BY backend_start
            LIMIT 1
            """
        ))

    def logins(self) -> int:
        """How many sessions it has begun."""
        return int(self.sql("SELECT sum(sessions) FROM pg_stat_database"))


class Daemon:
    """`pgvigil serve` with the server listed under `names` names; ends with its `with` block.

    The collectors that are named run at each poll, those that are `off` never. `pool` is the console of a PgBouncer to be watched instead.
    """

    def __init__(
        self, binary: str, server: Server, names: int = 1, *, every: int = 15, database: str = "postgres",
        collectors: Sequence[str] = (), off: Sequence[str] = (), pool: str | None = None,
    ):
        self.port = free_port()
        self.started = 0.0
        self._folder = tempfile.TemporaryDirectory(prefix="daemon.")
        folder = Path(self._folder.name)
        self._log = folder / "log"
        conninfo = f"host=127.0.0.1 port={server.port} user=pgvigil dbname={database}"
        wanted = ", ".join([f"{name}: {every}s" for name in collectors] + [f"{name}: false" for name in off])
        lines = [f"interval: {every}s", f'server: {{listen: ["127.0.0.1:{self.port}"]}}']
        rest = f'conninfo: "{pool or conninfo}", collectors: {{{wanted}}}'
        if pool is None:
            lines += ["servers:"] + [f"  - {{name: server-{n:03}, {rest}}}" for n in range(names)]
        else:
            lines += ["pools:", f"  - {{name: pool, kind: pgbouncer, {rest}}}"]
        settings = folder / "pgvigil.yml"
        settings.write_text("\n".join(lines) + "\n")
        self._command = [binary, "serve", "--config", str(settings)]
        self._process: subprocess.Popen | None = None

    def __enter__(self) -> "Daemon":
        with self._log.open("wb") as log:
            self.started = time.monotonic()
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.send_signal(signal.SIGCONT)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._folder.cleanup()

    @property
    def pid(self) -> int:
        return self._process.pid

    def pause(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def get(self, path: str = "/metrics", **headers: str) -> tuple[int, bytes]:
        """Status and body; underscores in the names of headers become dashes."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def is_ready(self) -> bool:
        try:
            return self.get("/-/ready")[0] == 200
        except OSError:
            return False

    def wait_until_ready(self, every: float = 0.05) -> float:
        """Returns the time since start, in seconds, when each target has been polled once."""
        while not self.is_ready():
            waited = time.monotonic() - self.started
            if self._process.poll() is not None or waited > GIGANTIC:
                log = self._log.read_text()
                raise RuntimeError(f"pgvigil is not ready after {waited:.0f} s; its log:\n{log}")
            time.sleep(every)
        return time.monotonic() - self.started

    def values(self, metric: str) -> list[float]:
        """The values of a metric's series."""
        page = self.get()[1].decode()
        return values(page, metric)

    def total(self, metric: str) -> int:
        return int(sum(self.values(metric)))

    def cpu_seconds(self) -> float:
        return cpu_seconds(self.pid)

    def memory(self) -> dict[str, float]:
        """VmHWM, RssAnon, … in MB (10^6 bytes)."""
        lines = Path(f"/proc/{self.pid}/status").read_text()
        return {name: int(kib) * 1024 / 1e6 for name, kib in re.findall(r"^(\w+):\s+(\d+) kB$", lines, re.M)}


def load_average() -> float:
    return os.getloadavg()[0]
