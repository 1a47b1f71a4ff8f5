"""A daemon with one search probe, and which of its symptoms moved."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from daemon import Daemon
from vectors import Embeddings
from exposition import Exposition

# Counters that move only where something is wrong, by what they are called here.
COUNTERS = {
    "failures": ("pg_probe_failures_total", "reason"),
    "skipped": ("pg_probe_skipped_total", "reason"),
    "truth failures": ("pg_probe_ground_truth_failures_total", "reason"),
    "truth skipped": ("pg_probe_ground_truth_skipped_total", "reason"),
    "short results": ("pg_probe_short_results_total", None),
    "sentinel misses": ("pg_probe_sentinel_misses_total", None),
}


def settings(table: Embeddings, probe: dict[str, Any], **more: Any) -> dict:
    """One server, one probe of the table that runs each second; `probe` adds to it or takes the place of parts."""
    changes = probe.get("target", {})
    searched = {} if "expression" in changes else {"column": "embedding"}
    target = {"table": table.name, **searched, "operator": "<->", "k": 10} | changes
    defaults = {
        "name": "docs",
        "database": table.database,
        "target": target,
        "schedule": {"interval": "1s", "timeout": "500ms"},
        "explain": {"every": 2},
        "plan_check": {"every": 1},
        "recall": {"exact": {"interval": "1s", "max_scan_bytes": "1GiB"}},
        "limits": {"db_seconds_per_hour": 3600},
    }
    server = {"name": "main", "conninfo": table.server.conninfo(database=table.database)}
    return {"interval": "1s", "servers": [server], "search_probes": [defaults | probe | {"target": target}], **more}


@dataclass(frozen=True)
class Moved:
    """What happened between two pages of one daemon."""

    before: Exposition
    after: Exposition

    def by(self, name: str, **labels: str) -> float:
        """How much the counters with these labels have grown, together."""
        return sum(self.after.all(name, **labels).values()) - sum(self.before.all(name, **labels).values())

    @property
    def symptoms(self) -> set[str]:
        """The names of what moved that stands still in health, and where things are not as they should be."""
        found = set()
        for symptom, (name, label) in COUNTERS.items():
            for labels in self.after.all(name, probe="docs"):
                own = dict(labels)
                if self.by(name, **own) > 0:
                    found.add(f"{symptom}: {own[label]}" if label else symptom)
        (path,) = paths(self.after) or ("unknown",)
        if path != "ann_index":
            found.add(f"plan: {path}")
        found |= {f"candidate: {match}" for match in candidates(self.after) if match != "usable"}
        if "usable" not in candidates(self.after):
            found.add("no usable index")
        if self.by("pg_probe_recall_ratio_count") and self.recall < 0.99:
            found.add("recall")
        return found

    @property
    def recall(self) -> float:
        """The mean over the queries between the pages."""
        return self.by("pg_probe_recall_ratio_sum") / self.by("pg_probe_recall_ratio_count")


def paths(page: Exposition, variant: str = "default") -> set[str]:
    """Which plan the latest check saw."""
    found = page.all("pg_probe_plan", probe="docs", variant=variant)
    return {dict(labels)["path"] for labels, value in found.items() if value == 1}


def candidates(page: Exposition) -> set[str]:
    found = page.all("pg_probe_index_candidates", probe="docs")
    return {dict(labels)["match"] for labels, value in found.items() if value > 0}


def attempts(page: Exposition) -> float:
    return sum(page.all("pg_probe_attempts_total", probe="docs", variant="default").values())


def ticks(page: Exposition) -> float:
    """Searches made or left out."""
    return attempts(page) + sum(page.all("pg_probe_skipped_total", probe="docs").values())


def scores(page: Exposition) -> float:
    """Searches held against the truth."""
    return sum(page.all("pg_probe_recall_ratio_count", probe="docs", variant="default").values())


def truths(page: Exposition) -> float:
    """Truths found or not."""
    names = ["pg_probe_ground_truth_failures_total", "pg_probe_ground_truth_skipped_total"]
    return scores(page) + sum(sum(page.all(name, probe="docs").values()) for name in names)


def checks(page: Exposition) -> float:
    """Searches held against the resident sample."""
    return sum(page.all("pg_probe_sentinel_checks_total", probe="docs", variant="default").values())


# What has to happen for symptoms to show: of a probe that can do its work, of one whose filter the sample cannot
# know, and of one that is kept from its work.
WORK = (attempts, scores, checks)
FILTERED_WORK = (attempts, scores)
TRIES = (ticks, truths)


def watch(
    daemon: Daemon,
    during: Callable[[], object] = lambda: None,
    *,
    runs: int = 4,
    settle: int = 2,
    of: Sequence[Callable[[Exposition], float]] = WORK,
) -> Moved:
    """What some runs of the probe show, after `during` has happened and a few more have passed.

    A run is one more of each of the counts `of`: what a symptom is seen by has then been looked at so many times.
    """
    during()

    def after(page: Exposition, runs: int) -> Exposition:
        wanted = [count(page) + runs for count in of]
        return daemon.wait_for(
            lambda page: all(count(page) >= enough for count, enough in zip(of, wanted, strict=True)),
            within=60,
            what=f"{runs} more of {', '.join(count.__name__ for count in of)}; the log:\n{daemon.log}",
        )

    settled = after(daemon.metrics().exposition(), settle)
    return Moved(settled, after(settled, runs))
