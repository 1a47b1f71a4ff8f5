"""The turns of those who are compared at polling: one after the other, at the same pace."""

import math
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from daemon import Daemon, Server, cpu_seconds, values
from peers import Exporter, Psql, tree_seconds


@dataclass
class Cost:
    """Of one poll or scrape, in milliseconds; client and server are CPU time."""

    wall: float
    client: float
    server: float

    @property
    def cpu(self) -> float:
        return self.client + self.server


@dataclass
class Turn:
    """What somebody spent in it, and how often the server let somebody in."""

    costs: list[Cost]
    logins: int

    def median(self, field: str) -> float:
        return statistics.median(getattr(cost, field) for cost in self.costs)


def turn(server: Server, costs: Callable[[], list[Cost]]) -> Turn:
    before = server.logins()
    seen = costs()
    return Turn(seen, server.logins() - before - 1)  # Whoever asks has come in, too.


class Spent:
    """CPU time of a client and of its backend."""

    def __init__(self, client: int, backend: int):
        self._pids = (client, backend)
        self._seen = self._read()

    def since(self) -> tuple[float, float]:
        """Milliseconds since the last look."""
        before, self._seen = self._seen, self._read()
        return self._seen[0] - before[0], self._seen[1] - before[1]

    def _read(self) -> tuple[float, float]:
        client, backend = self._pids
        return cpu_seconds(client) * 1000, cpu_seconds(backend) * 1000


def ticks(pace: float) -> Iterator[None]:
    """Comes every `pace` seconds; ticks that nobody waits for are left out."""
    begin = time.monotonic()
    while True:
        passed = (time.monotonic() - begin) / pace
        time.sleep((math.floor(passed) + 1 - passed) * pace)
        yield


def our_polls(daemon: Daemon, backend: int, count: int, pace: float) -> list[Cost]:
    """Wakes the daemon for so long. It is scraped half-way between its polls, which is not in their cost.

    A poll that is not whole is left out.
    """
    daemon.go_on()
    seen = wait_for_polls(daemon, 2, pace / 50)
    time.sleep(pace / 2)
    spent = Spent(daemon.pid, backend)
    costs: list[Cost] = []
    for _, _ in zip(range(3 * count), ticks(pace)):
        client, server = spent.since()
        page = daemon.get()[1].decode()
        time.sleep(pace / 10)  # The scrape's connection is closed.
        spent.since()
        polls = int(values(page, "pgvigil_polls_total")[0])
        if polls == seen + 1 and all(values(page, "pgvigil_collector_success")):
            costs.append(Cost(values(page, "pgvigil_poll_duration_seconds")[0] * 1000, client, server))
        seen = polls
        if len(costs) == count:
            break
    else:
        raise RuntimeError(f"of {3 * count} polls only {len(costs)} were whole")
    daemon.pause()
    return costs


def wait_for_polls(daemon: Daemon, count: int, every: float) -> int:
    """Until so many more have ended. Returns how many there were in all."""
    begin = daemon.total("pgvigil_polls_total")
    while (polls := daemon.total("pgvigil_polls_total")) < begin + count:
        time.sleep(every)
    return polls


def psql_polls(psql: Psql, count: int, pace: float) -> list[Cost]:
    psql.poll()
    turns = ticks(pace)
    next(turns)
    spent = Spent(psql.pid, psql.backend)
    costs = []
    for _ in range(count):
        wall = psql.poll() * 1000
        next(turns)
        costs.append(Cost(wall, *spent.since()))
    return costs


def psql_without_pause(psql: Psql, count: int) -> Turn:
    psql.poll()
    spent = Spent(psql.pid, psql.backend)
    walls = [psql.poll() * 1000 for _ in range(count)]
    time.sleep(0.1)  # Both have come to rest.
    client, server = spent.since()
    return Turn([Cost(wall, client / count, server / count) for wall in walls], 0)


def scrapes(exporter: Exporter, postmaster: int, count: int, pace: float, idle: float) -> list[Cost]:
    """As many as fit into the time of `count` polls, two at least.

    Its backends come and go: the whole server counts, less what it spends when idle, the same for each scrape.
    """
    exporter.scrape()
    turns = ticks(pace)
    next(turns)
    begin, before = time.monotonic(), tree_seconds(postmaster)
    spent = []
    while len(spent) < 2 or time.monotonic() - begin < (count - 0.5) * pace:
        client = cpu_seconds(exporter.pid)
        wall = exporter.scrape()
        next(turns)
        spent.append((wall, cpu_seconds(exporter.pid) - client))
    server = tree_seconds(postmaster) - before - idle * (time.monotonic() - begin)
    return [Cost(wall * 1000, client * 1000, server * 1000 / len(spent)) for wall, client in spent]


def idle_rate(postmaster: int) -> float:
    """Seconds of CPU time that a server spends in one when nobody asks it."""
    before = tree_seconds(postmaster)
    time.sleep(5)
    return (tree_seconds(postmaster) - before) / 5
