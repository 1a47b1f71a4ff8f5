"""prometheus-community's pgbouncer_exporter, whose names pgvigil serves too."""

import subprocess
import urllib.request
from urllib.parse import urlencode

import peer_programs
from pgbouncer import PgBouncer
from processes import Processes, free_port, wait_until
from scene import Scene


class PgBouncerExporter(Scene):
    """One that asks a PgBouncer, which must put up with `extra_float_digits`. As a context it runs inside."""

    def __init__(self, processes: Processes, pooler: PgBouncer):
        self._program = peer_programs.pgbouncer_exporter()
        self._processes = processes
        self._port = free_port()
        where = {"host": pooler.folder, "port": pooler.port, "user": "stats", "sslmode": "disable"}
        self._console = f"postgres:///pgbouncer?{urlencode(where)}"

    def make(self) -> None:
        listening, console = f"--web.listen-address=127.0.0.1:{self._port}", self._console
        command = [str(self._program), listening, f"--pgBouncer.connectionString={console}", "--pgBouncer.pid-file="]
        self._process = self._processes.start(command, output=subprocess.DEVNULL)
        wait_until(self._answers, within=20, what="pgbouncer_exporter answers")

    def clear(self) -> None:
        self._process.terminate()
        self._process.wait(10)

    def page(self) -> bytes:
        """It asks PgBouncer while it is asked."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/metrics", timeout=10) as answer:
            return answer.read()

    def _answers(self) -> bool:
        assert self._process.poll() is None, f"pgbouncer_exporter ended with status {self._process.returncode}"
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self._port}/", timeout=10).close()
        except OSError:
            return False
        return True
