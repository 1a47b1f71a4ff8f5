"""What `pgvigil metrics` says that there is."""

import json
from dataclasses import dataclass
from functools import cache

from daemon import run_command


@dataclass(frozen=True)
class Metric:
    name: str
    type: str
    labels: frozenset[str]
    help: str
    collector: str


@cache
def catalogue() -> dict[str, Metric]:
    """All metrics by name, each with all labels that its samples may carry."""
    ended = run_command("metrics", "--format", "json")
    assert ended.returncode == 0, ended.stderr
    return {
        metric["name"]: Metric(
            metric["name"], metric["type"], frozenset(metric["labels"]), metric["help"], section["name"]
        )
        for section in json.loads(ended.stdout)["sections"]
        for metric in section["metrics"]
    }


def series() -> dict[str, frozenset[str]]:
    """What expressions may ask for: the metrics, and of histograms what Prometheus makes of them; each with its labels."""
    parts = {}
    for name, metric in catalogue().items():
        if metric.type == "histogram":
            parts |= {f"{name}_bucket": metric.labels | {"le"}}
            parts |= {f"{name}_{part}": metric.labels for part in ("count", "sum")}
        else:
            parts[name] = metric.labels
    return parts
