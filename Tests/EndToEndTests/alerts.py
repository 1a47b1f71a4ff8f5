"""The shipped alert rules, their unit tests and their runbooks, read from their files."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import yaml

from daemon import CHECKOUT
from webprogram import tool

ALERTS = CHECKOUT / "alerts"
RUNBOOKS = ALERTS / "runbooks"
ALERTMANAGER = ALERTS / "alertmanager.example.yml"
PROMETHEUS = CHECKOUT / "examples/prometheus.yml"
RUNBOOK_URL = "https://github.com/pgvigil/pgvigil/blob/main/alerts/runbooks/"

@dataclass(frozen=True)
class Rule:
    """An alert, in one severity."""

    file: Path
    alert: str
    expr: str
    hold: str
    labels: dict[str, str]
    annotations: dict[str, str]

    @property
    def severity(self) -> str:
        return self.labels.get("severity", "")

    def __str__(self) -> str:
        return f"{self.alert}, {self.severity}"


@dataclass(frozen=True)
class Fence:
    """A block of a runbook: what stands after its language, and its text."""

    page: str
    language: str
    note: str
    text: str


def rule_files() -> list[Path]:
    return sorted(file for file in ALERTS.glob("*.yml") if file != ALERTMANAGER)


def groups() -> list[tuple[Path, dict]]:
    return [(file, group) for file in rule_files() for group in yaml.safe_load(file.read_text())["groups"]]


def rules() -> list[Rule]:
    return [
        Rule(file, one["alert"], one["expr"], one.get("for", "0s"), one["labels"], one["annotations"])
        for file, group in groups()
        for one in group["rules"]
        if "alert" in one
    ]


def alert_names() -> list[str]:
    return list(dict.fromkeys(rule.alert for rule in rules()))


def records() -> dict[str, str]:
    """Names and expressions of the recording rules."""
    return {one["record"]: one["expr"] for _, group in groups() for one in group["rules"] if "record" in one}


def unit_tests() -> list[dict]:
    """Each `tests` entry of alerts/tests/*.yml."""
    files = sorted((ALERTS / "tests").glob("*.yml"))
    return [test for file in files for test in yaml.safe_load(file.read_text())["tests"]]


def fences() -> list[Fence]:
    """Every fenced block of the runbooks."""
    found = []
    for page in sorted(RUNBOOKS.glob("*.md")):
        for head, text in re.findall(r"^```([^\n`]+)\n(.*?)^```$", page.read_text(), flags=re.M | re.S):
            language, _, note = head.partition(" ")
            found.append(Fence(page.stem, language, note, text.strip()))
    return found


# Spans of time in a rule's expression, and its constants of seconds.
SPANS = re.compile(r"(\[|\boffset )(\d+)([smhd])\b|(?<=[/,] )(600|1800|3600|21600)\b")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def hastened(file: Path, by: int, folder: Path) -> Path:
    """A copy of a file of rules for a clock that runs so many times as fast, with scrapes and probes to match."""

    def seconds(text: str) -> str:
        return f"{int(text[:-1]) * SECONDS[text[-1]] / by:g}s"

    def shorten(match: re.Match) -> str:
        opening, count, unit, constant = match.groups()
        return f"{int(constant) / by:g}" if constant else f"{opening}{seconds(count + unit)}"

    written = yaml.safe_load(file.read_text())
    for group in written["groups"]:
        if "interval" in group:
            group["interval"] = seconds(group["interval"])
        for rule in group["rules"]:
            rule["expr"] = SPANS.sub(shorten, rule["expr"])
            if "for" in rule:
                rule["for"] = seconds(rule["for"])
    copy = folder / file.name
    copy.write_text(yaml.safe_dump(written))
    return copy


def run_tool(*command: str) -> str:
    """What it said; fails if the tool is not content."""
    ran = subprocess.run([tool(command[0]), *command[1:]], capture_output=True, text=True, timeout=280)
    said = ran.stdout + ran.stderr
    assert ran.returncode == 0, said
    return said

