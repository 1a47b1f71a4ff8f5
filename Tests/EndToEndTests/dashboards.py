"""The dashboards as Grafana reads them, and the expressions in them."""

import json
import math
import re
from dataclasses import dataclass
from pathlib import Path

from daemon import CHECKOUT
from prometheus import Prometheus
from promql import Selector, selectors

FOLDER = CHECKOUT / "dashboards"
NAMES = ("overview", "server", "search", "pools")


def load(name: str, folder: Path = FOLDER) -> dict:
    return json.loads((folder / f"{name}.json").read_text())


def panels(board: dict) -> list[dict]:
    """All that show something, in reading order."""
    return [panel for panel in board["panels"] if panel["type"] not in ("row", "text")]


@dataclass(frozen=True)
class Expression:
    """One expression of a dashboard, as written, and who asks."""

    dashboard: str
    panel: str
    text: str
    legend: str = ""
    is_annotation: bool = False

    def __str__(self) -> str:
        return f"{self.dashboard} / {self.panel}: {self.text}"

    @property
    def selectors(self) -> list[Selector]:
        return selectors(parsable(self.text))

    def expanded(self, server: str = ".+") -> str:
        """With Grafana's variables replaced: everything chosen, or one server, scraped every second, a minute long."""
        return expanded(self.text, server)


def expressions(name: str, folder: Path = FOLDER) -> list[Expression]:
    """Of all panels, and of all annotations under the name "annotation NAME"."""
    board = load(name, folder)
    found = [
        Expression(name, panel["title"], target["expr"], target.get("legendFormat", ""))
        for panel in panels(board)
        for target in panel["targets"]
    ]
    for mark in board["annotations"]["list"]:
        found.append(Expression(name, f"annotation {mark['name']}", mark["expr"], is_annotation=True))
    return found


def expanded(text: str, server: str = ".+") -> str:
    values = {
        "job": ".+",
        "pg_cluster": ".*",
        "server": server,
        "datname": ".+",
        "probe": ".+",
        "variant": ".+",
        "target": ".+",
        "pool": ".+",
        "__rate_interval": "5s",
        "__interval": "1s",
        "__range": "15s",
    }
    # A test has neither the runs that a quantile wants nor a last week.
    text = re.sub(r" >= (10|72|368)$", " >= 2", text).replace(" offset 1w", " offset 1s")
    return re.sub(r"\$(\w+)", lambda found: values[found[1]], text)


# What stands for Grafana's durations while an expression is parsed.
DURATIONS = {"$__rate_interval": 61, "$__interval": 62, "$__range": 63}


def parsable(text: str) -> str:
    """An expression without Grafana's variables for durations."""
    for variable, seconds in DURATIONS.items():
        text = text.replace(variable, f"{seconds}s")
    return text


@dataclass(frozen=True)
class Answer:
    """What a range query gave: the values of each series."""

    series: list[tuple[dict[str, str], list[float]]]

    @property
    def has_data(self) -> bool:
        return any(not math.isnan(value) for _, values in self.series for value in values)

    @property
    def has_event(self) -> bool:
        """Would Grafana make an annotation of it?"""
        return any(value > 0 for _, values in self.series for value in values)

    def labels(self) -> set[str]:
        return {label for labels, _ in self.series for label in labels}


def ask(prometheus: Prometheus, expression: str, start: float, end: float) -> Answer:
    """The expression over a range, a step a second."""
    found = prometheus.query_range(expression, start, end)
    return Answer([(one["metric"], [float(value) for _, value in one["values"]]) for one in found])
