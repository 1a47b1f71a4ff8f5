"""A small application that has a connection pool, and says at an HTTP address how that does.

For people and for scripts/run: `python pool_application.py psycopg_pool CONNINFO --clients 8` prints the addresses,
and works until Ctrl-C.
"""

import argparse
import itertools
import json
import math
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout

from listener import Listener
from pool_load import PoolLoad


class Pool(ABC):
    """One kind of pool.

    `statistics` are the pool's own, by its own names; `too_late` is what a client gets that has waited too long.
    """

    too_late: type[Exception]

    @abstractmethod
    def take(self) -> Iterator[psycopg.Connection]: ...

    @abstractmethod
    def statistics(self) -> dict[str, int]: ...

    @abstractmethod
    def counts(self) -> tuple[int, int, int]:
        """Connections that there are, idle ones among them, and how many are allowed."""

    @abstractmethod
    def close(self) -> None: ...


class PsycopgPool(Pool):
    too_late = PoolTimeout

    def __init__(self, conninfo: str, least: int, most: int, timeout: float):
        options = {"autocommit": True, "prepare_threshold": None}
        self._pool = ConnectionPool(
            conninfo, min_size=least, max_size=most, timeout=timeout, kwargs=options, open=True
        )
        self._pool.wait(20)

    @contextmanager
    def take(self) -> Iterator[psycopg.Connection]:
        with self._pool.connection() as connection:
            yield connection

    def statistics(self) -> dict[str, int]:
        return self._pool.get_stats()

    def counts(self) -> tuple[int, int, int]:
        now = self._pool.get_stats()
        return now["pool_size"], now["pool_available"], now["pool_max"]

    def close(self) -> None:
        self._pool.close()


class SQLAlchemyPool(Pool):
    """QueuePool: `least` connections are kept, the rest is overflow."""

    def __init__(self, conninfo: str, least: int, most: int, timeout: float):
        import sqlalchemy  # Whoever wants the other pool need not have it.

        self.too_late = sqlalchemy.exc.TimeoutError
        self._size, self._overflow = least, most - least
        self._engine = sqlalchemy.create_engine(
            "postgresql+psycopg://",
            creator=lambda: psycopg.connect(conninfo, autocommit=True, prepare_threshold=None),
            poolclass=sqlalchemy.QueuePool,
            pool_size=self._size,
            max_overflow=self._overflow,
            pool_timeout=timeout,
            pool_reset_on_return=None,
        )

    @contextmanager
    def take(self) -> Iterator[psycopg.Connection]:
        borrowed = self._engine.raw_connection()
        try:
            yield borrowed.driver_connection
        finally:
            borrowed.close()

    def statistics(self) -> dict[str, int]:
        pool = self._engine.pool
        return {
            "size": pool.size(),
            "checkedin": pool.checkedin(),
            "checkedout": pool.checkedout(),
            "overflow": pool.overflow(),
            "max_overflow": self._overflow,
        }

    def counts(self) -> tuple[int, int, int]:
        pool = self._engine.pool
        return pool.checkedin() + pool.checkedout(), pool.checkedin(), self._size + self._overflow

    def close(self) -> None:
        self._engine.dispose()


KINDS = {"psycopg_pool": PsycopgPool, "sqlalchemy": SQLAlchemyPool}


class PoolApplication(Listener):
    """Serves on a free port of loopback from `with` to its end.

    `/pool` is the pool's own statistics; `/health` a document with `connection_pool.pool_utilization` (as a share of
    1, with `?percent` of 100), whose status is 503 while all connections are in use. `timeout` is how long a client
    of the pool waits before it gives up.
    """

    def __init__(self, kind: str, conninfo: str, *, least: int = 2, most: int = 4, timeout: float = 30.0):
        self.pool: Pool = KINDS[kind](conninfo, least, most, timeout)
        self._lock = threading.Lock()
        self._acquired, self._waited, self._peak, self._timeouts, self._pending = 0, 0.0, 0.0, 0, 0
        application = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                application._answer(self)

            def log_message(self, *_: object) -> None:
                pass

        super().__init__(Handler)

    def close(self) -> None:
        super().close()
        self.pool.close()

    def url(self, path: str = "/pool") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def load(self, clients: int, *, work: float, **options: float) -> PoolLoad:
        """So many clients of the pool, each for so many seconds at a time: to be used as a context."""
        return PoolLoad.of_pool(self.take, clients, work=work, **options)

    @contextmanager
    def take(self) -> Iterator[psycopg.Connection]:
        """A connection of the pool; what the application's own document says of waiting is counted here."""
        asked = time.monotonic()
        self._count(pending=1)
        borrowed = self.pool.take()
        try:
            connection = borrowed.__enter__()
        except self.pool.too_late:
            self._count(pending=-1, timeouts=1)
            raise
        except BaseException:
            self._count(pending=-1)
            raise
        self._count(pending=-1, acquired=1, waited=time.monotonic() - asked)
        try:
            yield connection
        finally:
            borrowed.__exit__(None, None, None)

    def _count(self, *, pending: int, acquired: int = 0, timeouts: int = 0, waited: float = 0.0) -> None:
        with self._lock:
            self._pending += pending
            self._acquired += acquired
            self._timeouts += timeouts
            self._waited += waited
            self._peak = max(self._peak, waited)

    # Its documents

    def health(self, *, percent: bool = False) -> dict:
        total, idle, allowed = self.pool.counts()
        active = total - idle
        with self._lock:
            pool = {
                "pool_utilization": active / allowed * (100 if percent else 1),
                "total": total,
                "idle": idle,
                "active": active,
                "max": allowed,
                "waiting": self._pending,
                "acquisitions": self._acquired,
                "timeouts": self._timeouts,
                "average_wait_ms": self._waited / self._acquired * 1000 if self._acquired else 0.0,
                "peak_wait_ms": self._peak * 1000,
            }
        return {"status": "unhealthy" if active >= allowed else "healthy", "connection_pool": pool}

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        match request.path:
            case "/pool":
                self._send(request, 200, self.pool.statistics())
            case "/health" | "/health?percent":
                document = self.health(percent=request.path.endswith("percent"))
                self._send(request, 200 if document["status"] == "healthy" else 503, document)
            case _:
                self._send(request, 404, {"error": "there is nothing"})

    @staticmethod
    def _send(request: BaseHTTPRequestHandler, status: int, document: dict) -> None:
        body = json.dumps(document).encode()
        request.send_response(status)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("conninfo")
    parser.add_argument("--most", type=int, default=4, help="connections that the pool may have")
    parser.add_argument("--clients", type=int, nargs="+", default=[0], help="how many there are, turn by turn")
    parser.add_argument("--turn", type=float, default=20.0, help="seconds that a turn takes")
    parser.add_argument("--work", type=float, default=0.1, help="seconds that each uses a connection")
    parser.add_argument("--pause", type=float, default=0.0, help="seconds until it wants another one")
    parser.add_argument("--seconds", type=float, default=math.inf, help="after which all ends")
    wish = parser.parse_args()
    with PoolApplication(wish.kind, wish.conninfo, most=wish.most) as application:
        print(application.url("/pool"), application.url("/health"), sep="\n", flush=True)
        until = time.monotonic() + wish.seconds
        try:
            for clients in itertools.cycle(wish.clients):
                if (turn := min(wish.turn, until - time.monotonic())) <= 0:
                    break
                with application.load(clients, work=wish.work, pause=wish.pause, longest=turn):
                    time.sleep(turn)
        except KeyboardInterrupt:
            pass


if __name__ == "__main__":
    main()
