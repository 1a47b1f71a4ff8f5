"""Poolers in a state that says something to every collector: full, paused, disabled, failing, hostile, unlimited."""

import itertools
import select
import socket

import psycopg
from psycopg.pq import PGconn, PollingStatus

from interesting import HOSTILE
from pgbouncer import PgBouncer
from pgpool import Pgpool
from poolers import Pooler
from postgres import PostgresServer
from processes import Processes, free_port, wait_until
from scene import Scene

# Longer than anybody looks at it.
FOREVER = "SELECT pg_sleep(600)"

_numbers = itertools.count(1)  # Each has a folder of its own.


class InterestingPgBouncer(Scene):
    """In front of a server that has the roles `pgvigil` and `app`. Use it as a context.

    Inside, `process` is the first of two that share a port, which are peers from 1.19 on; its state is its own:

    - `app` (of `postgres`): two server connections, both at work; three clients wait; prepared statements
    - `orders` (of `shop`): sessions, a maximum
    - a hostile name, as a forced user; no limit
    - `paused`: with a client that waits; `closed`: disabled
    - `far`: its server never answers; a connection is at login for ever, and a client waits with it
    """

    def __init__(self, processes: Processes, pooler: Pooler, behind: PostgresServer):
        self._behind = behind
        # A server that is reached and says nothing.
        self._silent = socket.create_server(("127.0.0.1", 0))
        newer = pooler.number >= (1, 24)
        postgres: dict[str, str | int] = {"dbname": "postgres"}
        more = {"max_db_client_connections": 50, "server_lifetime": 1800} if newer else {}
        databases = {
            "app": {**postgres, "pool_size": 2, "min_pool_size": 1},
            "orders": {"dbname": "shop", "pool_mode": "session", "max_db_connections": 5, "reserve_pool": 3, **more},
            "*": {**postgres, "user": "app", **({"host": "127.0.0.1,localhost"} if newer else {})},
            "paused": postgres,
            "closed": postgres,
            "far": {**postgres, "port": self._silent.getsockname()[1]},
        }
        settings = {"max_client_conn": 200, "default_pool_size": 4, "server_connect_timeout": 3600}
        if pooler.number >= (1, 21):
            settings["max_prepared_statements"] = 20
        self._all = PgBouncer.several(
            2,
            processes,
            pooler,
            processes.folder / f"pgbouncer-{pooler.version}-{next(_numbers)}",
            behind,
            databases=databases,
            user_settings={"app": {"max_user_connections": 30}},
            settings=settings,
        )
        self.process = self._all[0]
        self._sessions: list[psycopg.Connection] = []
        self._knocking: list[PGconn] = []

    def clear(self) -> None:
        for process in self._all:
            process.stop()
        for session in self._sessions:
            session.close()
        for connection in self._knocking:
            connection.finish()
        self._silent.close()
        end_statements(self._behind)

    def conninfo(self) -> str:
        """Of this process's console, by its socket."""
        return self.process.socket()

    def make(self) -> None:
        for process in self._all:
            process.start()
        if not self._behind.execute("SELECT 1 FROM pg_database WHERE datname = 'shop'"):
            self._behind.execute("CREATE DATABASE shop")
        for _ in range(2):
            prepared = self._session("app")
            for _ in range(3):
                prepared.execute("SELECT 1", prepare=self.process.pooler.number >= (1, 21))
        self._session("orders").execute("SELECT 1")
        self._session(HOSTILE).execute("SELECT 1")
        self._session("closed").execute("SELECT 1")
        waiting = self._session("paused")
        waiting.execute("SELECT 1")
        if self.process.pooler.number >= (1, 19):
            self._meet_peer()
        self.process.run("PAUSE paused")
        self.process.run("DISABLE closed")
        leave(waiting, FOREVER)
        self._knocking.append(knock(self.process.socket("far", "app")))
        for _ in range(2):
            leave(self._session("app"), FOREVER)
        self._await("app", sv_active="2")
        for _ in range(3):
            leave(self._session("app"), FOREVER)
        self._await("app", cl_waiting="3", sv_active="2")
        self._await("paused", cl_waiting="1")
        self._await("far", cl_waiting="1", sv_login="1")

    def _meet_peer(self) -> None:
        """Has a request to cancel come to this process that is about a client of the other."""

        def is_met() -> bool:
            with psycopg.connect(self.process.conninfo()) as somewhere:
                for _ in range(5):  # Each comes to one process or the other.
                    somewhere.cancel()
            return bool(self.process.run("SHOW PEER_POOLS").rows)

        wait_until(is_met, within=20, what=f"{self.process.pooler.name} passes a request on to its peer")

    def _session(self, database: str) -> psycopg.Connection:
        session = psycopg.connect(self.process.socket(database, "app"), autocommit=True)
        self._sessions.append(session)
        return session

    def _await(self, database: str, **state: str) -> None:
        def is_so() -> bool:
            row = self.process.run("SHOW POOLS").row(database=database)
            return state.items() <= row.items()

        wait_until(is_so, within=20, what=f"{self.process.pooler.name}: pool {database} has {state}")


class InterestingPgpool(Scene):
    """In front of a primary and its standby, which have the roles `pgvigil` and `app`. Use it as a context.

    Inside, `process` has sent statements of every kind, some of which failed; one client is at work, one is idle in a
    transaction, one idle. Queries are cached. The standby lags and, from 4.6 on, its lag is told in seconds. Node 2 is
    down.
    """

    def __init__(self, processes: Processes, pooler: Pooler, primary: PostgresServer, standby: PostgresServer):
        self._primary, self._standby = primary, standby
        settings = {"memory_cache_enabled": "on", "memqcache_method": "shmem", "memqcache_total_size": "2MB"}
        if pooler.number >= (4, 6):
            settings |= {"delay_threshold_by_time": "10s", "prefer_lower_delay_standby": "off"}
        # Nobody is there.
        settings |= {"backend_hostname2": "127.0.0.1", "backend_port2": free_port(), "backend_weight2": 0}
        folder = processes.folder / f"pgpool-{pooler.version}-{next(_numbers)}"
        self.process = Pgpool(processes, pooler, folder, [primary, standby], settings=settings)
        self._sessions: list[psycopg.Connection] = []

    def clear(self) -> None:
        self.process.stop()
        for session in self._sessions:
            session.close()
        for server in (self._primary, self._standby):
            end_statements(server)
        self._standby.execute("SELECT pg_wal_replay_resume()")

    def conninfo(self) -> str:
        return self.process.console()

    def make(self) -> None:
        self.process.start()
        self.process.await_status(2, "down")  # Whereupon clients are thrown out, so none comes before.
        self._primary.execute("GRANT CREATE ON SCHEMA public TO app")
        idle = self._session()
        idle.execute("CREATE TABLE IF NOT EXISTS things (id int)")
        self._standby.execute("SELECT pg_wal_replay_resume()")  # Another of us may have stopped it.
        self._standby.follow(self._primary)
        idle.execute("INSERT INTO things VALUES (1), (2)")
        idle.execute("UPDATE things SET id = 3 WHERE id = 2")
        idle.execute("DELETE FROM things WHERE id = 3")
        for _ in range(4):
            idle.execute("SELECT count(*) FROM things")
        for _ in range(2):
            try:
                idle.execute("SELECT missing FROM things")
            except psycopg.Error:
                pass  # As it has to.
        self._session().execute("BEGIN; SELECT id FROM things")
        leave(self._session(), FOREVER)
        self._standby.execute("SELECT pg_wal_replay_pause()")
        idle.execute("INSERT INTO things SELECT g FROM generate_series(1, 1000) AS g")

        def lags() -> bool:
            row = self.process.run("SHOW POOL_NODES").row(node_id="1")
            return row["replication_delay"] not in ("0", "0.000000 second")

        wait_until(lags, within=20, what=f"{self.process.pooler.name} sees that the standby lags")

    def _session(self) -> psycopg.Connection:
        def connect() -> psycopg.Connection | None:
            try:
                return psycopg.connect(self.process.conninfo(user="app"), autocommit=True)
            except psycopg.OperationalError:
                return None  # A child throws one client out after a node has gone.

        session = wait_until(connect, within=20, what=f"{self.process.pooler.name} lets a client in")
        self._sessions.append(session)
        return session


def leave(session: psycopg.Connection, statement: str) -> None:
    """Sends it, and does not wait for the answer."""
    session.pgconn.send_query(statement.encode())
    session.pgconn.flush()


def end_statements(server: PostgresServer) -> None:
    """Those that were left: a server does not notice that their client has gone."""
    server.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = '{FOREVER}'")


def knock(conninfo: str) -> PGconn:
    """Asks to be let in, and does not wait for the answer. By a socket, where nothing is negotiated before."""
    connection = PGconn.connect_start(conninfo.encode())
    while connection.connect_poll() == PollingStatus.WRITING:
        select.select([], [connection.socket], [], 5)
    return connection
