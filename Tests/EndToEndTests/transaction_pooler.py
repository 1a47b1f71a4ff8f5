"""A real PgBouncer of transactions in front of a server, on loopback."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Self

import psycopg
from psycopg.conninfo import make_conninfo

from account import give_to_server
from postgres import PostgresServer
from processes import Processes, free_port, wait_until

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")


class TransactionPooler:
    """Pools transactions, one connection for each database; lets the role `pgvigil` in."""

    def __init__(self, processes: Processes, folder: Path, server: PostgresServer):
        self.folder = folder
        self.port = free_port()
        self._processes = processes
        self._process: subprocess.Popen | None = None
        folder.mkdir(mode=0o700)
        (folder / "users").write_text('"pgvigil" ""\n')
        (folder / "pgbouncer.ini").write_text(
            f"""
[databases]
* = host=127.0.0.1 port={server.port}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {self.port}
unix_socket_dir =
auth_type = trust
auth_file = {folder / "users"}
pool_mode = transaction
default_pool_size = 1
"""
        )
        for path in (folder, *folder.iterdir()):
            give_to_server(path)

    def start(self) -> Self:
        assert PROGRAM is not None, "pgbouncer is not installed: run scripts/setup --test"
        with (self.folder / "log").open("ab") as log:
            command = [PROGRAM, str(self.folder / "pgbouncer.ini")]
            self._process = self._processes.start(command, output=log, for_servers=True)
        wait_until(self._answers, within=10, what="PgBouncer lets somebody in")
        return self

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            process.wait(10)

    def conninfo(self, database: str) -> str:
        return make_conninfo(host="127.0.0.1", port=self.port, user="pgvigil", dbname=database)

    def connect(self, database: str) -> psycopg.Connection:
        """As an application does."""
        return psycopg.connect(self.conninfo(database), autocommit=True, prepare_threshold=None)

    def _answers(self) -> bool:
        assert self._process.poll() is None, f"pgbouncer ended:\n{(self.folder / 'log').read_text()[-2000:]}"
        try:
            self.connect("postgres").close()
        except psycopg.OperationalError:
            return False
        return True
