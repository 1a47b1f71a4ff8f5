"""pgvigil itself, as its operator starts it."""

import gzip
import http.client
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import yaml

from exposition import Exposition
from processes import Processes, free_port, wait_until

CHECKOUT = Path(__file__).resolve().parents[2]

# For a server's `collectors`: nothing looks into each database, and no session comes and goes but visits.
NO_TOURS = {
    f"vector_{name}": False
    for name in (
        "indexes", "builds", "vacuum", "statements", "freshness", "columns", "extensions", "settings", "samples"
    )
}

# Variables that would tell libpq or pgvigil of servers that the tests did not start.
FOREIGN = re.compile(r"^(PG[A-Z]+|DATA_SOURCE_NAME)$")


def binary() -> str:
    path = Path(os.environ.get("PGVIGIL_BINARY") or CHECKOUT / ".build/release/pgvigil")
    assert path.exists(), f"{path} is not built: swift build -c release --static-swift-stdlib --product pgvigil"
    return str(path)


def environment(**more: str) -> dict[str, str]:
    """The tests' own environment without any mention of a server."""
    return {name: value for name, value in os.environ.items() if not FOREIGN.match(name)} | more


def run_command(*arguments: str, timeout: float = 30, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs pgvigil to its end."""
    return subprocess.run(
        [binary(), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        env=environment(**variables),
    )


class Plain(yaml.SafeDumper):
    """Writes what comes again again, without anchors, which settings may not have."""

    def ignore_aliases(self, data: object) -> bool:
        return True


@dataclass(frozen=True)
class Page:
    """An answer. Names of headers are in lower case; the body is as sent, compressed or not."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float

    @property
    def plain(self) -> bytes:
        return gzip.decompress(self.body) if self.headers.get("content-encoding") == "gzip" else self.body

    @property
    def text(self) -> str:
        return self.plain.decode()

    def exposition(self) -> Exposition:
        """What the page says, read in the format that its Content-Type names."""
        assert self.status == 200, f"status {self.status}: {self.body[:500]!r}"
        if self.headers["content-type"].startswith("application/openmetrics-text"):
            return Exposition.of_openmetrics(self.plain)
        return Exposition.of_text(self.plain)


class Daemon:
    """`pgvigil serve` with settings of a test, on free ports of loopback.

    `settings` are those of pgvigil.yml; `server.listen` is added. `ports` is how many addresses it listens on.
    `inherited` is a socket that listens already; with it, `ports` is its port alone, whatever the settings say.
    """

    def __init__(
        self,
        processes: Processes,
        folder: Path,
        settings: dict,
        *,
        ports: int = 1,
        arguments: Sequence[str] = (),
        variables: dict[str, str] | None = None,
        inherited: socket.socket | None = None,
    ):
        self.folder = folder
        self.settings_file = folder / "pgvigil.yml"
        self.log_file = folder / "log"
        self.ports = [free_port() for _ in range(ports)]
        self._processes = processes
        self._arguments = list(arguments)
        self._variables = variables or {}
        self._inherited = inherited
        self._process: subprocess.Popen | None = None
        folder.mkdir()
        self.write_settings(settings)
        if inherited is not None:
            self.ports = [inherited.getsockname()[1]]

    # Its life

    def write_settings(self, settings: dict) -> None:
        """Replaces pgvigil.yml; takes effect at the next start, or by `reload`."""
        listen = [f"127.0.0.1:{port}" for port in self.ports]
        whole = {**settings, "server": {"listen": listen, **settings.get("server", {})}}
        unfinished = self.settings_file.with_suffix(".unfinished")
        unfinished.write_text(yaml.dump(whole, Dumper=Plain, sort_keys=False))
        unfinished.chmod(0o600)
        unfinished.rename(self.settings_file)

    def start(self, *, ready_within: float | None = 20) -> "Daemon":
        """Starts it, and waits until the first poll of each target has ended unless `ready_within` is None."""
        command = [binary(), "serve", "--config", str(self.settings_file), *self._arguments]
        with self.log_file.open("ab") as log:
            self._process = self._processes.start(
                command,
                output=log,
                environment=environment(**self._variables),
                on_our_death="TERM",
                inherited=self._inherited,
            )
        if ready_within is not None:
            wait_until(self._is_ready, within=ready_within, what=f"/-/ready answers 200; its log:\n{self.log}")
        return self

    def _is_ready(self) -> bool:
        status = self._process.poll()
        assert status is None, f"pgvigil ended with status {status}; its log:\n{self.log}"
        try:
            return self.get("/-/ready").status == 200
        except (ConnectionError, http.client.HTTPException, TimeoutError):
            return False

    def reload(self) -> None:
        os.kill(self.pid, signal.SIGHUP)

    def stop(self, within: float = 5) -> None:
        """SIGTERM; fails if it has not ended well after `within` seconds. Does nothing if it does not run."""
        process, self._process = self._process, None
        if process is None:
            return
        status = process.poll()
        assert status is None, f"pgvigil had already ended with status {status}; its log:\n{self.log}"
        process.terminate()
        try:
            status = process.wait(within)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"still running {within} s after SIGTERM; its log:\n{self.log}") from None
        assert status == 0, f"ended with status {status} after SIGTERM; its log:\n{self.log}"

    @property
    def pid(self) -> int:
        assert self._process is not None, "pgvigil does not run"
        return self._process.pid

    # Its pages

    def request(
        self, method: str, target: str, headers: dict[str, str] | None = None, *, port: int = 0, timeout: float = 10
    ) -> Page:
        """One request on a connection of its own, to the address number `port`. Only `headers` and Host are sent."""
        connection = http.client.HTTPConnection("127.0.0.1", self.ports[port], timeout=timeout)
        began = time.monotonic()
        try:
            connection.putrequest(method, target, skip_accept_encoding=True)
            for name, value in (headers or {}).items():
                connection.putheader(name, value)
            connection.endheaders()
            response = connection.getresponse()
            body = response.read()
        finally:
            connection.close()
        fields = {name.lower(): value for name, value in response.getheaders()}
        return Page(response.status, fields, body, time.monotonic() - began)

    def get(self, target: str, headers: dict[str, str] | None = None, **options) -> Page:
        return self.request("GET", target, headers, **options)

    def metrics(
        self, accept: str | None = None, server: str | None = None, encoding: str | None = None, **options
    ) -> Page:
        """/metrics, of one server or of all."""
        target = "/metrics" + (f"?{urlencode({'server': server})}" if server is not None else "")
        headers = {"Accept": accept, "Accept-Encoding": encoding}
        return self.get(target, {name: value for name, value in headers.items() if value is not None}, **options)

    def wait_for(self, condition: Callable[[Exposition], object], *, within: float, what: str) -> Exposition:
        """The first page for which the condition is true."""
        seen: list[Exposition] = []

        def look() -> bool:
            seen[:] = [self.metrics().exposition()]
            return bool(condition(seen[0]))

        wait_until(look, within=within, what=what)
        return seen[0]

    # What it leaves

    @property
    def log(self) -> str:
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    def log_lines(self, containing: str = "") -> list[str]:
        return [line for line in self.log.splitlines() if containing in line]

    @property
    def peak_resident_bytes(self) -> int:
        """The most memory that it ever held, shared pages too."""
        return self._status_bytes("VmHWM")

    @property
    def resident_bytes(self) -> int:
        return self._status_bytes("VmRSS")

    def _status_bytes(self, field: str) -> int:
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(f"{field}:"):
                return int(line.split()[1]) * 1024
        raise AssertionError(f"/proc/{self.pid}/status has no {field}")
