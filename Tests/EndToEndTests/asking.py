"""What pgvigil says of a server at a moment, and when that was."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from daemon import run_command
from exposition import Exposition
from postgres import PostgresServer


@dataclass(frozen=True)
class Answer:
    """One run of `pgvigil collect`, and between which times the server was asked, in seconds since 1970."""

    page: Exposition
    began: float
    ended: float

    def value(self, name: str, **labels: str) -> float | None:
        return self.page.value(name, **labels)

    def is_age(self, name: str, since: float, **labels: str) -> bool:
        """Whether the one sample is the time from then to when the server was asked; 50 ms for rounding."""
        age = self.value(name, **labels)
        return age is not None and self.began - since - 0.05 <= age <= self.ended - since + 0.05


def ask(server: PostgresServer, *collectors: str, user: str = "pgvigil") -> Answer:
    """Runs these collectors, or all, which must succeed."""
    chosen = [word for name in collectors for word in ("--collector", name)]
    began = time.time()
    ended = run_command("collect", *chosen, DATA_SOURCE_NAME=server.conninfo(user))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return Answer(Exposition.of_text(ended.stdout.encode()), began, time.time())


def wal_position(server: PostgresServer) -> int:
    """Where a primary's WAL ends."""
    return int(server.execute("SELECT pg_current_wal_lsn() - '0/0'")[0][0])


def ask_at_rest(
    server: PostgresServer, *collectors: str, writer: PostgresServer, once: Callable[[], object] = lambda: None
) -> tuple[Answer, int]:
    """What is said `once` that has returned, and where the writer's WAL ended all the while.

    Asks again where it moved: every 15 s the background writer notes which transactions run.
    """
    for _ in range(5):
        position = wal_position(writer)
        once()
        answer = ask(server, *collectors)
        if wal_position(writer) == position:
            return answer, position
    raise AssertionError("the writer's WAL does not come to rest")
