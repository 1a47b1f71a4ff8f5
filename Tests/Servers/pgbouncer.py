"""Real PgBouncer processes."""

import signal
from collections.abc import Mapping
from pathlib import Path

from psycopg.conninfo import make_conninfo

from account import give_to_server
from pooler_process import PoolerProcess
from poolers import Pooler
from postgres import PostgresServer
from processes import Processes, free_port

SETTINGS: dict[str, str | int] = {
    "listen_addr": "127.0.0.1",
    "auth_type": "trust",
    "admin_users": "admin",
    "stats_users": "stats",
    "pool_mode": "transaction",
    "log_connections": 0,
    "log_disconnections": 0,
}

# Name and password. Who is to reach a database must also be a role of the server behind.
USERS: dict[str, str | None] = {"admin": None, "stats": None, "pgvigil": None, "app": None}

Lines = Mapping[str, Mapping[str, str | int]]  # Keywords by what they are about.


class PgBouncer(PoolerProcess):
    """One process in front of a server.

    `settings` go into the section [pgbouncer]. `databases` has for each alias the keywords of its line, such as
    `{"orders": {"dbname": "postgres", "pool_size": 2}}`; `host` and `port` are those of the server unless given. The
    alias `*` takes in any name that a client asks for, which is also the only way to odd names.
    `users` has for each name its password, or None where `auth_type` asks for none; `user_settings` the keywords of a
    user's line in the section [users], such as `{"app": {"max_user_connections": 5}}`. All are attributes that may be
    changed, for `reload` or `restart`.
    """

    def __init__(
        self,
        processes: Processes,
        pooler: Pooler,
        folder: Path,
        behind: PostgresServer,
        *,
        databases: Lines = {"app": {"dbname": "postgres"}},
        users: Mapping[str, str | None] = USERS,
        user_settings: Lines = {},
        settings: Mapping[str, str | int] = {},
        port: int | None = None,
        peers: Mapping[int, Path] = {},
    ):
        super().__init__(processes, pooler, folder, port)
        self.behind = behind
        self.settings = {**SETTINGS, **settings}
        self.databases = {alias: dict(words) for alias, words in databases.items()}
        self.users = dict(users)
        self.user_settings = {user: dict(words) for user, words in user_settings.items()}
        self._peers = dict(peers)
        self.write()

    @staticmethod
    def several(
        number: int, processes: Processes, pooler: Pooler, folder: Path, behind: PostgresServer, **options
    ) -> "list[PgBouncer]":
        """Processes that share a port, and from 1.19 on are each other's peers 1, 2, …; each has its own socket."""
        places = {peer: folder / str(peer) for peer in range(1, number + 1)}
        peers = places if pooler.number >= (1, 19) else {}
        settings, port = options.pop("settings", {}), free_port()
        found = []
        for peer, place in places.items():
            own = {**settings, "so_reuseport": 1, **({"peer_id": peer} if peers else {})}
            found.append(PgBouncer(processes, pooler, place, behind, settings=own, port=port, peers=peers, **options))
        return found

    def write(self) -> None:
        place = {"listen_port": self.port, "unix_socket_dir": self.folder, "auth_file": self.folder / "users.txt"}
        backend = {"host": "127.0.0.1", "port": self.behind.port}
        parts = {
            "databases": {alias: _line({**backend, **words}) for alias, words in self.databases.items()},
            "users": {user: _line(words) for user, words in self.user_settings.items()},
            "peers": {number: f"host={folder} port={self.port}" for number, folder in self._peers.items()},
            "pgbouncer": {**place, **self.settings},
        }
        lines = [line for name, part in parts.items() if part for line in _section(name, part)]
        _write(self.folder / "users.txt", [f'"{name}" "{password or ""}"' for name, password in self.users.items()])
        _write(self.folder / "pgbouncer.ini", lines)

    def command(self) -> list[str]:
        return [self.pooler.program("pgbouncer"), str(self.folder / "pgbouncer.ini")]

    @property
    def ending(self) -> signal.Signals:
        # From 1.23 on SIGTERM lets clients finish.
        return signal.SIGQUIT if self.pooler.number >= (1, 23) else signal.SIGTERM

    def reload(self) -> None:
        """Writes the settings as they now are; returns once they are read."""
        self.write()
        self.run("RELOAD")

    # Talking to it

    def conninfo(self, database: str = "app", user: str = "app", **more: str) -> str:
        """By loopback, with the password that the user has here."""
        return make_conninfo(**{"host": "127.0.0.1", "port": self.port, **self._identity(database, user), **more})

    def console(self, user: str = "stats", **more: str) -> str:
        """Of the console, for the daemon: `stats` may look, `admin` may do everything."""
        return self.conninfo("pgbouncer", user, **more)

    def socket(self, database: str = "pgbouncer", user: str = "stats", **more: str) -> str:
        """By its socket, which is its own also where several share a port."""
        return make_conninfo(**{"host": str(self.folder), "port": self.port, **self._identity(database, user), **more})

    def own_conninfo(self, user: str = "admin") -> str:
        return self.socket(user=user)

    def _identity(self, database: str, user: str) -> dict[str, str]:
        password = self.users.get(user)
        return {"dbname": database, "user": user, **({"password": password} if password else {})}


def _section(name: str, part: Mapping) -> list[str]:
    return [f"[{name}]", *(f"{key} = {value}" for key, value in part.items()), ""]


def _line(words: Mapping[str, str | int]) -> str:
    quoted = {key: str(value).replace("'", "''") for key, value in words.items()}
    return " ".join(f"{key}='{value}'" for key, value in quoted.items())


def _write(file: Path, lines: list[str]) -> None:
    """All at once: PgBouncer may read it meanwhile."""
    unfinished = file.with_suffix(".unfinished")
    unfinished.write_text("\n".join([*lines, ""]))
    unfinished.chmod(0o600)
    give_to_server(unfinished)
    unfinished.rename(file)
