"""Clients that share connections, and measure themselves how long they wait for them."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import psycopg

# The notice says at once when the server had the statement in hand; it runs on this machine, by the same clock.
WORK = "DO $$ BEGIN RAISE NOTICE '%', extract(epoch FROM statement_timestamp()); PERFORM pg_sleep({}); END $$"

Take = Callable[[], AbstractContextManager[psycopg.Connection]]


@dataclass
class Turn:
    """What one client did once; times are seconds since 1970."""

    client: int
    asked: float
    served: float | None = None
    """When the server began to work for it; None if that has not happened."""
    ended: float | None = None
    error: str | None = None

    def is_waiting(self, at: float) -> bool:
        until = self.served if self.served is not None else self.ended
        return self.asked <= at and (until is None or at < until)

    @property
    def waited(self) -> float:
        """Of one that was served."""
        return max(0.0, self.served - self.asked)


class PoolLoad:
    """Keeps so many clients at work from `with` to its end, at most for `longest` seconds.

    Each takes a connection, has the server work for so many seconds, and begins anew after a `pause`. What goes wrong
    is noted with its turn, and tried again.
    """

    def __init__(
        self,
        takes: list[Take],
        *,
        work: float,
        pause: float = 0.0,
        longest: float = 60.0,
        close: Callable[[], None] = lambda: None,
    ):
        self.turns: list[Turn] = []
        self._takes = takes
        self._work, self._pause, self._longest = work, pause, longest
        self._close = close
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(number, take), daemon=True) for number, take in enumerate(takes)
        ]

    @staticmethod
    def through(conninfo: str, clients: int, *, work: float, **options: float) -> "PoolLoad":
        """Clients of a pooler, each with a connection of its own to that."""
        own = [_Reconnecting(conninfo) for _ in range(clients)]

        def close() -> None:
            for one in own:
                one.close()

        return PoolLoad([one.take for one in own], work=work, close=close, **options)

    @staticmethod
    def of_pool(take: Take, clients: int, *, work: float, **options: float) -> "PoolLoad":
        """Clients of a pool in this process: `of_pool(pool.connection, 8, work=0.1)`."""
        return PoolLoad([take] * clients, work=work, **options)

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        deadline = time.monotonic() + self._work + 2
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        self._close()  # Whoever still waits is thrown out.
        for thread in self._threads:
            thread.join(10)
        assert not any(thread.is_alive() for thread in self._threads), "clients that wait on"

    def _run(self, client: int, take: Take) -> None:
        until = time.monotonic() + self._longest
        while not self._over.is_set() and time.monotonic() < until:
            turn = Turn(client, time.time())
            self.turns.append(turn)
            try:
                with take() as connection:
                    self._use(connection, turn)
            except Exception as failure:  # noqa: BLE001  Whatever a pool or a driver raises.
                if not self._over.is_set():
                    turn.error = " ".join(str(failure).split()) or type(failure).__name__
                self._over.wait(0.05)
            turn.ended = time.time()
            self._over.wait(self._pause)

    def _use(self, connection: psycopg.Connection, turn: Turn) -> None:
        def note(notice: psycopg.errors.Diagnostic) -> None:
            turn.served = float(notice.message_primary)

        connection.add_notice_handler(note)
        try:
            connection.execute(WORK.format(self._work))
        finally:
            connection.remove_notice_handler(note)

    # What they measured

    def served(self, since: float = 0.0, until: float = float("inf")) -> list[Turn]:
        """Turns that got their connection in that time."""
        return [turn for turn in list(self.turns) if turn.served is not None and since <= turn.served < until]

    def errors(self) -> list[str]:
        return [turn.error for turn in list(self.turns) if turn.error is not None]

    def waited(self, since: float = 0.0, until: float = float("inf")) -> float:
        """Seconds that those waited, all together, who got their connection in that time."""
        return sum(turn.waited for turn in self.served(since, until))

    def mean_wait(self, since: float = 0.0, until: float = float("inf")) -> float:
        return self.waited(since, until) / len(self.served(since, until))

    def peak_wait(self, since: float = 0.0, until: float = float("inf")) -> float:
        return max(turn.waited for turn in self.served(since, until))

    def waiting(self, at: float | None = None) -> int:
        """How many wait at a moment; now, unless given."""
        at = time.time() if at is None else at
        return sum(turn.is_waiting(at) for turn in list(self.turns))

    def oldest_wait(self, at: float | None = None) -> float:
        """Since when the one has waited who has waited longest at a moment; 0 if nobody waits."""
        at = time.time() if at is None else at
        return max((at - turn.asked for turn in list(self.turns) if turn.is_waiting(at)), default=0.0)

    def oldest_waits(self, since: float, until: float) -> tuple[float, float]:
        """The least and the most that it was at any moment of that time."""
        moments = [since + (until - since) * step / 200 for step in range(201)]
        waits = [self.oldest_wait(moment) for moment in moments]
        # It is most just before somebody is served.
        waits += [turn.waited for turn in self.served(since, until)]
        return min(waits), max(waits)


class _Reconnecting:
    """A connection that one client keeps, and opens again where it was broken off."""

    def __init__(self, conninfo: str):
        self._conninfo = conninfo
        self._connection: psycopg.Connection | None = None
        self._is_closed = False

    @contextmanager
    def take(self) -> Iterator[psycopg.Connection]:
        if self._is_closed:
            raise ConnectionError("closed")
        if self._connection is None or self._connection.closed:
            # Without named statements, which not every pooler knows.
            self._connection = psycopg.connect(self._conninfo, autocommit=True, prepare_threshold=None)
        yield self._connection

    def close(self) -> None:
        """From another thread: breaks off what goes on."""
        self._is_closed = True
        connection = self._connection
        if connection is None or connection.closed:
            return
        with socket.socket(fileno=os.dup(connection.fileno())) as wire:
            try:
                wire.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # Gone already.
