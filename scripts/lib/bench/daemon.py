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
from pathlib import Path

GIGANTIC = 100  # Seconds; nothing here takes as long.


def free_port() -> int:
    """A TCP port of loopback that nobody uses."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def cpu_seconds(pid: int) -> float:
    """User and system time that a process has spent."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Server:
    """The private PostgreSQL."""

    def __init__(self, port: int, psql: str):
        self.port = port
        self._psql = shlex.split(psql)

    def sql(self, statement: str) -> str:
        """What the statement answers, in psql's unaligned form."""
        command = [*self._psql, "-d", "postgres", "-XqAt", "-v", "ON_ERROR_STOP=1", "-c", statement]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def make_databases(self, count: int) -> None:
        """Sees to it that there are `count` empty databases of ours."""
        known = int(self.sql("SELECT count(*) FROM pg_database WHERE datname LIKE 'bench%'"))
        for number in range(known, count):
            self.sql(f"CREATE DATABASE bench{number:03} TEMPLATE template0")


class Daemon:
    """`pgvigil serve` with the server listed under `names` names; ends with its `with` block."""

    def __init__(self, binary: str, server: Server, names: int = 1):
        self.port = free_port()
        self.started = 0.0
        self._folder = tempfile.TemporaryDirectory(prefix="daemon.")
        folder = Path(self._folder.name)
        self._log = folder / "log"
        conninfo = f"host=127.0.0.1 port={server.port} user=pgvigil dbname=postgres"
        lines = ["interval: 15s", f'server: {{listen: ["127.0.0.1:{self.port}"]}}', "servers:"]
        lines += [f'  - {{name: server-{n:03}, conninfo: "{conninfo}"}}' for n in range(names)]
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
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._folder.cleanup()

    @property
    def pid(self) -> int:
        return self._process.pid

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
        return [float(value) for value in re.findall(rf"^{metric}(?:{{.*}})? (\S+)$", page, re.M)]

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
