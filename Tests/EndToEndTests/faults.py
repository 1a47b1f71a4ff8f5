"""Faults under watch: several targets of one daemon break at once, are mended, and are looked at from outside."""

import re
import statistics
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from daemon import Daemon
from postgres import PostgresServer
from processes import wait_until
from sampling import Sampling

# Seconds. Ticks lie on a grid of it; a poll ends by two thirds of it.
INTERVAL = 2.0
# What a busy machine may add to a promised time.
SLACK = 1.0
LONGEST_FAULT = 12 * INTERVAL
AFTER_REPAIR = 10.0
MAX_CONNECTIONS = 3  # The default of the settings.
WAYS = ("pg_stat_activity", "processes", "sockets")  # To count connections.

SAMPLE = re.compile(
    r"^(pg_up|pgvigil_polls_total|pgvigil_poll_skips_total|pgvigil_threads_stuck|pg_connect_failures_total|pg_stat_\w+)"
    r'\{server="([^"]*)"(?:,reason="(\w+)")?[^}]*\} (\S+)$',
    re.MULTILINE,
)


@dataclass
class Fault:
    """What happens to one target, of which these settings tell."""

    name: str
    settings: dict
    break_it: Callable[[], object] = lambda: None
    mend: Callable[[], object] = lambda: None
    # How many connections of ours there are; each way of counting has a name.
    counts: dict[str, Callable[[], int]] = field(default_factory=dict)


@dataclass
class State:
    """What one page says of one target."""

    is_up: bool | None = None
    polls: int = 0
    skips: int = 0
    stuck_threads: int = 0
    statistics: int = 0  # Series of pg_stat_* views.
    connect_failures: dict[str, int] = field(default_factory=dict)


def states(text: str) -> dict[str, State]:
    found: dict[str, State] = {}
    for name, server, reason, value in SAMPLE.findall(text):
        state = found.setdefault(server, State())
        match name:
            case "pg_up":
                state.is_up = float(value) == 1
            case "pgvigil_polls_total":
                state.polls = int(float(value))
            case "pgvigil_poll_skips_total":
                state.skips = int(float(value))
            case "pgvigil_threads_stuck":
                state.stuck_threads = int(float(value))
            case "pg_connect_failures_total":
                state.connect_failures[reason] = int(float(value))
            case _:
                state.statistics += 1
    return found


class Watch:
    """The daemon's page, and the connections to each target, looked at every 100 ms."""

    def __init__(self, daemon: Daemon, faults: list[Fault]):
        self.broken: dict[str, float] = {}
        self.mended: dict[str, float] = {}
        self.page = Sampling(self._look_at_page)
        self.counts = {
            (fault.name, way): Sampling(count) for fault in faults for way, count in fault.counts.items()
        }
        self._daemon = daemon
        self._faults = faults
        self._over = threading.Event()

    def close(self) -> None:
        """Servers that a fault started again end with this."""
        self._over.set()

    def run(self) -> "Watch":
        """Breaks everything at once, mends everything twelve intervals later, and looks on for ten seconds."""
        with ExitStack() as stack:
            for sampling in [self.page, *self.counts.values()]:
                stack.enter_context(sampling)
            time.sleep(2 * INTERVAL)
            try:
                self._at_once("break_it", self.broken)
                time.sleep(LONGEST_FAULT)
            finally:
                self._at_once("mend", self.mended)
            time.sleep(AFTER_REPAIR)
        print(self.figures())
        return self

    def _at_once(self, what: str, noted: dict[str, float]) -> None:
        failures: list[str] = []

        def act(fault: Fault) -> None:
            # A fault begins with its first step, and is over with the last step back.
            began = time.monotonic()
            try:
                getattr(fault, what)()
            except Exception as failure:  # noqa: BLE001  Told by the assertion below.
                failures.append(f"{what} of {fault.name}: {failure!r}")
            noted[fault.name] = began if what == "break_it" else time.monotonic()
            # A process gets its signal of our death when the thread that started it ends.
            self._over.wait()

        for fault in self._faults:
            threading.Thread(target=act, args=(fault,), daemon=True).start()
        wait_until(lambda: len(noted) == len(self._faults), within=30, what=f"{what} of all")
        assert failures == []

    def _look_at_page(self) -> tuple[float, dict[str, State]]:
        page = self._daemon.metrics()
        assert page.status == 200
        return page.seconds, states(page.text)

    # What it showed

    def history(self, name: str) -> list[tuple[float, State]]:
        """The looks at one target: when they ended, and what they showed."""
        return [
            (look.began + look.value[0], look.value[1].get(name, State())) for look in self.page.looks if look.value
        ]

    def went_down(self, name: str) -> float | None:
        """Seconds from the fault to the first `pg_up 0`; None if that never came while it lasted."""
        broken, mended = self.broken[name], self.mended[name]
        downs = (when - broken for when, state in self.history(name) if broken < when <= mended and not state.is_up)
        return next(downs, None)

    def came_back(self, name: str) -> float | None:
        """Seconds from the repair to the first `pg_up 1` after which no 0 came; None if it stayed down."""
        mended = self.mended[name]
        after = [(when - mended, state) for when, state in self.history(name) if when > mended]
        last_down = max((when for when, state in after if not state.is_up), default=0.0)
        return next((when for when, state in after if when > last_down), None)

    def during(self, name: str) -> list[State]:
        return [state for when, state in self.history(name) if self.broken[name] < when <= self.mended[name]]

    def most_connections(self, name: str) -> dict[str, int]:
        """The most that each way of counting ever saw."""
        return {
            way: max(sampling.values, default=0) for (fault, way), sampling in self.counts.items() if fault == name
        }

    def last_connections(self, name: str) -> dict[str, int]:
        return {way: sampling.values[-1] for (fault, way), sampling in self.counts.items() if fault == name}

    def latencies(self) -> list[float]:
        return [look.value[0] if look.value else look.seconds for look in self.page.looks]

    def polls_missing(self, name: str, *, but_skipped: bool = False) -> float:
        """By how many polls the target is behind its grid, over the whole time."""
        history = self.history(name)
        (first_when, first), (last_when, last) = history[0], history[-1]
        polls = last.polls - first.polls + (last.skips - first.skips if but_skipped else 0)
        return (last_when - first_when) / INTERVAL - polls

    def longest_pause(self, name: str) -> float:
        """Seconds between two polls' ends, at most."""
        history = self.history(name)
        ends = [later[0] for earlier, later in zip(history, history[1:]) if later[1].polls > earlier[1].polls]
        return max((b - a for a, b in zip(ends, ends[1:])), default=float("inf"))

    def figures(self) -> str:
        latencies = sorted(self.latencies())
        ms = [1000 * x for x in (statistics.median(latencies), latencies[len(latencies) * 95 // 100], latencies[-1])]
        lines = ["", "{} pages: median {:.1f} ms, 95 % {:.1f} ms, longest {:.1f} ms".format(len(latencies), *ms)]
        for fault in self._faults:
            name = fault.name
            down, back = self.went_down(name), self.came_back(name)
            lines.append(
                f"{name:12} down after {'-' if down is None else f'{down:.2f} s':7} "
                f"back after {'-' if back is None else f'{back:.2f} s':7} "
                f"connections at most {self.most_connections(name)}, longest pause {self.longest_pause(name):.2f} s"
            )
        return "\n".join(lines)

    # What everything here promises

    def assert_page_was_prompt(self) -> None:
        assert self.page.errors == []
        latencies = sorted(self.latencies())
        assert statistics.median(latencies) < 0.05
        assert latencies[len(latencies) * 95 // 100] < 0.05
        assert latencies[-1] < 0.25

    def assert_down_and_back_in_time(self, name: str, *, extra: float = 0) -> None:
        """A poll begins within an interval; one interval later at the latest the page tells. `extra`: seconds."""
        down, back = self.went_down(name), self.came_back(name)
        assert down is not None, "pg_up stayed 1"
        assert down <= 2 * INTERVAL + SLACK, f"down after {down:.2f} s"
        assert back is not None, "pg_up stayed 0 after the repair"
        assert back <= 2 * INTERVAL + SLACK + extra, f"back after {back:.2f} s"

    def assert_nothing_else_is_shown(self, name: str) -> None:
        """While it is down; once it is back, everything is."""
        assert {state.statistics for state in self.during(name) if not state.is_up} == {0}
        assert self.history(name)[-1][1].statistics > 10

    def assert_stays_down(self, name: str) -> None:
        """Until it is mended."""
        ups = [state.is_up for state in self.during(name)]
        assert not any(ups[ups.index(False) :])

    def assert_always_up(self, name: str) -> None:
        downs = [(when - self.broken[name], state) for when, state in self.history(name) if not state.is_up]
        assert not downs, f"{name} down, seconds from the fault: {downs[:3]}; the log:\n{self._daemon.log}"

    def assert_on_cadence(self, name: str, *, longest_poll: float = INTERVAL / 4) -> None:
        """`longest_poll`: seconds; where one ends late after one that ended early, more than an interval passes."""
        assert abs(self.polls_missing(name)) <= 1.5, f"{self.polls_missing(name):.1f} polls are missing"
        pause = self.longest_pause(name)
        assert pause < INTERVAL + longest_poll + SLACK / 4, f"{pause:.2f} s without the end of a poll"

    def assert_within_limit(self, name: str) -> None:
        """At the server; its sockets may be one more, which carries a request to cancel."""
        for way, most in self.most_connections(name).items():
            if way in WAYS:
                assert most <= MAX_CONNECTIONS + (way == "sockets"), way


# Ways of counting


def counted_by(
    server: PostgresServer, role: str = "pgvigil", database: str = "postgres"
) -> dict[str, Callable[[], int]]:
    """All ways to count our connections to a database: as the server tells, its processes, and its sockets."""
    connection = server.connect()
    statement = (
        "SELECT count(*) FROM pg_catalog.pg_stat_activity"
        f" WHERE application_name = 'pgvigil' AND usename = '{role}' AND datname = '{database}'"
    )
    connection.execute(statement)  # So that its catalogue cache is warm.
    return {
        "pg_stat_activity": lambda: connection.execute(statement).fetchone()[0],
        **counted_from_outside(server, role, database),
    }


def counted_from_outside(
    server: PostgresServer, role: str = "pgvigil", database: str = "postgres"
) -> dict[str, Callable[[], int]]:
    """Ways that also work where the server does not answer, or does not run."""
    title = re.compile(rf"^postgres: {role} {database} \S+\(\d+\)")

    def processes() -> int:
        return sum(title.match(line) is not None for line in process_titles(server))

    return {"processes": processes}


def process_titles(server: PostgresServer) -> list[str]:
    """Of the server's processes: also those that have not let their client in yet."""
    titles = []
    try:
        pid = server.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (AssertionError, FileNotFoundError, ProcessLookupError):
        return []  # It does not run.
    for child in children:
        try:
            titles.append(Path(f"/proc/{child}/cmdline").read_text().replace("\0", " "))
        except (FileNotFoundError, ProcessLookupError):
            continue  # It has just ended.
    return titles


def sockets_of(port: int, pid: int | str = "self") -> int:
    """TCP connections that a listener's side holds open, accepted or not, in the network of the process `pid`."""
    established, close_wait = "01", "08"
    rows = [line.split() for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]]
    return sum(row[1].endswith(f":{port:04X}") and row[3] in (established, close_wait) for row in rows)
