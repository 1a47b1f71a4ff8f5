"""Who else asks a server what pgvigil asks: psql with the same statements, and postgres_exporter."""

import os
import re
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Self

from conversation import Poll
from daemon import Server, cpu_seconds, free_port
import peer_programs


class KeptPsql:
    """psql with one kept connection, whose answers nobody reads; ends with its `with` block."""

    def __init__(self, program: str, environment: dict[str, str], statements: list[str]):
        self._statements = "".join(f"{statement}\n;\n" for statement in statements)
        self._process = subprocess.Popen(
            [program, "-XqAt"], env=os.environ | environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate("\\q\n")

    @property
    def pid(self) -> int:
        return self._process.pid

    def poll(self) -> float:
        """Returns how long it took, in seconds."""
        begin = time.monotonic()
        if (answer := self._ask(self._statements, "done")) != "done":
            raise RuntimeError(f"psql says: {answer}")
        return time.monotonic() - begin

    def _ask(self, text: str, mark: str) -> str:
        """psql writes the mark, unlike the answers, to where it does not buffer."""
        self._process.stdin.write(f"{text}\\warn {mark}\n")
        self._process.stdin.flush()
        return self._process.stderr.readline().strip()


class Psql(KeptPsql):
    """psql that sends a server what a poll of ours does, in a session that is set like ours."""

    def __init__(self, server: Server, poll: Poll, startup: dict[str, str], database: str):
        address = {"PGHOST": "127.0.0.1", "PGPORT": str(server.port), "PGDATABASE": database}
        session = {
            "PGUSER": startup["user"],
            "PGOPTIONS": startup["options"],
            "PGAPPNAME": startup["application_name"],
            "PGCLIENTENCODING": startup["client_encoding"],
        }
        super().__init__(server.client, address | session, poll.statements)
        self.backend = int(self._ask("SELECT pg_backend_pid() AS pid \\gset\n", ":pid"))


class Exporter:
    """Debian's postgres_exporter with its default collectors; ends with its `with` block."""

    name = "postgres_exporter"
    is_up = b"\npg_up 1\n"

    def __init__(self, server: Server, database: str):
        source = f"host=127.0.0.1 port={server.port} user=pgvigil dbname={database} sslmode=disable"
        self._start(["prometheus-postgres-exporter"], {"DATA_SOURCE_NAME": source})

    def _start(self, command: list[str], environment: dict[str, str]) -> None:
        self.series = 0
        self._port = free_port()
        self._process = subprocess.Popen(
            [*command, f"--web.listen-address=127.0.0.1:{self._port}"], env=os.environ | environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )

    def __enter__(self) -> Self:
        for _ in range(200):
            try:
                self.scrape()
                return self
            except urllib.error.URLError:
                time.sleep(0.05)
        self.__exit__()
        raise RuntimeError(f"{self.name} does not answer")

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(10)

    @property
    def pid(self) -> int:
        return self._process.pid

    def scrape(self) -> float:
        """Returns how long it took, in seconds."""
        begin = time.monotonic()
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/metrics", timeout=60) as answer:
            page = answer.read()
        seconds = time.monotonic() - begin
        self.series = series(page)
        if self.is_up not in page:
            raise RuntimeError(f"{self.name} cannot reach what it watches")
        return seconds


class PgBouncerExporter(Exporter):
    """prometheus-community's pgbouncer_exporter; ends with its `with` block."""

    name = "pgbouncer_exporter"
    is_up = b"\npgbouncer_up 1\n"

    def __init__(self, port: int):
        console = f"postgres://stats@127.0.0.1:{port}/pgbouncer?sslmode=disable"
        program = str(peer_programs.pgbouncer_exporter())
        self._start([program, f"--pgBouncer.connectionString={console}", "--pgBouncer.pid-file="], {})


def series(page: bytes) -> int:
    return len(re.findall(rb"^[^#\n]", page, re.M))


def tree_seconds(postmaster: int) -> float:
    """What a server has spent: all its processes, and those that have ended."""
    fields = Path(f"/proc/{postmaster}/stat").read_text().rpartition(")")[2].split()
    ended = (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    return ended + sum(cpu_seconds(int(pid)) for pid in [postmaster, *children])
