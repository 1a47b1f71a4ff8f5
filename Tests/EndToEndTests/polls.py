"""The polls of a target: what each said, and when it was."""

from dataclasses import dataclass

from daemon import Daemon
from exposition import Exposition, Labels
from sampling import Sampling


@dataclass(frozen=True)
class Poll:
    """One poll, and between which times it was, in seconds since 1970."""

    began: float
    ended: float
    page: Exposition


class Polls:
    """Looks at a daemon's page again and again, from `with` to its end."""

    def __init__(self, daemon: Daemon, every: float = 0.2):
        self._sampling = Sampling(lambda: daemon.metrics(timeout=30), every)

    def __enter__(self) -> "Polls":
        self._sampling.__enter__()
        return self

    def __exit__(self, *ending: object) -> None:
        self._sampling.__exit__(*ending)

    @property
    def max_seconds(self) -> float:
        """The slowest answer; a page that did not come counts too."""
        return self._sampling.max_seconds

    def pages(self) -> list[Exposition]:
        """All that were seen; fails where one did not come."""
        assert self._sampling.errors == []
        return [page.exposition() for page in self._sampling.values]

    def of(self, target: str) -> list[Poll]:
        """Those polls of a target that were seen on a page, each once; of a pooler."""
        polls: list[Poll] = []
        for page in self.pages():
            ended = page.value(
                "pgvigil_collector_last_success_timestamp_seconds", server=target, collector="pools"
            )
            if ended is not None and (not polls or ended > polls[-1].ended):
                began = ended - page.value("pgvigil_poll_duration_seconds", server=target)
                polls.append(Poll(began, ended, page))
        return polls


def counters(page: Exposition, *prefixes: str) -> dict[tuple[str, Labels], float]:
    """The counters whose names begin like one of these."""
    return {
        key: value
        for key, value in page.samples.items()
        if key[0].endswith("_total") and key[0].startswith(prefixes)
    }


def falls(pages: list[Exposition], *prefixes: str) -> list[str]:
    """Where a counter was less than it had been before, a line each; it may have been away meanwhile."""
    highest: dict[tuple[str, Labels], float] = {}
    found = []
    for page in pages:
        for key, value in counters(page, *prefixes).items():
            if value < highest.get(key, value):
                found.append(f"{key[0]}{dict(key[1])}: {highest[key]}, then {value}")
            highest[key] = max(value, highest.get(key, value))
    return found


def wait_for_polls(daemon: Daemon, count: int, target: str, *, within: float = 30) -> Exposition:
    """The page after so many more polls have begun and ended."""
    before = daemon.metrics().exposition().value("pgvigil_polls_total", server=target)
    return daemon.wait_for(
        # One may be under way.
        lambda page: page.value("pgvigil_polls_total", server=target) > before + count,
        within=within,
        what=f"{count} more polls of {target}",
    )
