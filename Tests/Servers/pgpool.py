"""Real Pgpool-II."""

import hashlib
import os
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from psycopg.conninfo import make_conninfo

from account import as_server, give_to_server
from console import ConsoleError, Table
from pooler_process import PoolerProcess
from poolers import Pooler
from postgres import PostgresServer
from processes import Processes, free_port, wait_until

SETTINGS: dict[str, str | int] = {
    "listen_addresses": "127.0.0.1",
    "pcp_listen_addresses": "127.0.0.1",
    "backend_clustering_mode": "streaming_replication",
    "num_init_children": 8,
    "max_pool": 2,
    "enable_pool_hba": "off",
    "sr_check_period": 1,
    "sr_check_user": "pgvigil",
    "sr_check_database": "postgres",
    "health_check_period": 1,
    "health_check_timeout": 5,
    "health_check_user": "pgvigil",
    "health_check_database": "postgres",
    "failover_on_backend_error": "off",
}

OPERATOR = "operator"  # Of pcp; also the password.


class Pgpool(PoolerProcess):
    """One in front of a primary, and of its standbys where there are some: nodes 0, 1, …

    `settings` go into pgpool.conf; as an attribute they may be changed, for `reload` or `restart`. The servers must
    have the role `pgvigil`, as which Pgpool-II looks after them.
    """

    # So it takes its children along, which it could not if it were killed.
    on_our_death = "QUIT"
    ending = signal.SIGINT

    def __init__(
        self,
        processes: Processes,
        pooler: Pooler,
        folder: Path,
        behind: PostgresServer | Sequence[PostgresServer],
        *,
        settings: Mapping[str, str | int] = {},
    ):
        super().__init__(processes, pooler, folder)
        self.behind = [behind] if isinstance(behind, PostgresServer) else list(behind)
        self.settings = {**SETTINGS, **settings}
        self._pcp_port = free_port()
        self.write()

    def write(self) -> None:
        sockets = "socket_dir" if self.pooler.number < (4, 4) else "unix_socket_directories"
        place: dict[str, str | int | Path] = {
            "port": self.port,
            "pcp_port": self._pcp_port,
            "pid_file_name": self.folder / "pid",
            "memqcache_oiddir": self.folder / "oid",
        }
        place |= {name: self.folder for name in (sockets, "pcp_socket_dir", "wd_ipc_socket_dir", "logdir", "work_dir")}
        for number, server in enumerate(self.behind):
            place[f"backend_hostname{number}"] = "127.0.0.1"
            place[f"backend_port{number}"] = server.port
            place[f"backend_weight{number}"] = 1
            place[f"backend_application_name{number}"] = server.application_name
        whole = {**place, **self.settings}
        self._write("pgpool.conf", [f"{name} = '{_quoted(str(value))}'" for name, value in whole.items()])
        self._write("pool_hba.conf", ["local all all trust", "host all all 127.0.0.1/32 trust"])
        self._write("pool_passwd", [])
        self._write("pcp.conf", [f"{OPERATOR}:{hashlib.md5(OPERATOR.encode()).hexdigest()}"])
        self._write("pcppass", [f"127.0.0.1:{self._pcp_port}:{OPERATOR}:{OPERATOR}"])

    def _write(self, name: str, lines: list[str]) -> None:
        file = self.folder / name
        file.write_text("\n".join([*lines, ""]))
        file.chmod(0o600)
        give_to_server(file)

    def command(self) -> list[str]:
        files = {"config-file": "pgpool.conf", "hba-file": "pool_hba.conf", "pcp-file": "pcp.conf"}
        options = [f"--{option}={self.folder / name}" for option, name in files.items()]
        return [self.pooler.program("pgpool"), "-n", "-D", *options]

    def start(self) -> Self:
        super().start()
        # A process of its own, which is not ready at the same time.
        wait_until(self._hears_operators, within=20, what=f"{self.pooler.name} hears operators")
        return self

    def _hears_operators(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._pcp_port)) == 0

    def reload(self) -> None:
        """Writes the settings as they now are, and has them read: soon, not at once."""
        self.write()
        os.kill(self.pid, signal.SIGHUP)

    def detach(self, node: int) -> None:
        """Takes a node out, as an operator does."""
        self._pcp("pcp_detach_node", node, "down")

    def attach(self, node: int) -> None:
        """Takes it in again; it is `waiting` until a client comes."""
        self._pcp("pcp_attach_node", node, "waiting", "up")

    def _pcp(self, program: str, node: int, *then: str) -> None:
        place = ["-h", "127.0.0.1", "-p", str(self._pcp_port), "-U", OPERATOR, "-w", "-n", str(node)]
        command = as_server(["env", f"PCPPASSFILE={self.folder}/pcppass", self.pooler.program(program), *place])
        ran = subprocess.run(command, capture_output=True, text=True, cwd="/", timeout=60)
        assert ran.returncode == 0, f"{program} failed:\n{ran.stdout}{ran.stderr}"
        self.await_status(node, *then)

    def await_status(self, node: int, *statuses: str) -> None:
        """Waits until the node has one of them."""

        wait_until(
            lambda: self.run("SHOW POOL_NODES").value("status", node_id=str(node)) in statuses,
            within=20,
            what=f"node {node} of {self.pooler.name} is {' or '.join(statuses)}",
        )

    # Talking to it

    def conninfo(self, database: str = "postgres", user: str = "pgvigil", **more: str) -> str:
        """By loopback."""
        return make_conninfo(host="127.0.0.1", port=self.port, user=user, dbname=database, **more)

    def console(self, user: str = "pgvigil", **more: str) -> str:
        """For the daemon: whoever a server lets in may also ask what Pgpool-II knows."""
        return self.conninfo(user=user, **more)

    def own_conninfo(self, user: str = "pgvigil") -> str:
        return self.console(user)

    def run(self, command: str, user: str | None = None) -> Table:
        # Once a node has come or gone, each child throws out the next client that comes to it.
        for _ in range(int(self.settings["num_init_children"])):
            try:
                return super().run(command, user)
            except ConsoleError as error:
                if "server closed the connection" not in str(error):
                    raise
        return super().run(command, user)


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "''")
