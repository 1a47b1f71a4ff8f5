"""What the bench says: progress while it runs, a table at the end, JSON for programs."""

import json
import os
import platform
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from daemon import load_average

COLORED = sys.stderr.isatty() and not os.environ.get("NO_COLOR")


@dataclass
class Result:
    """One measured number beside its target."""

    subject: str
    what: str
    value: float
    unit: str
    target: float | None = None
    at_least: bool = False
    note: str = ""
    load: float = 0.0

    def __post_init__(self) -> None:
        self.load = round(load_average(), 2)
        self.value = round(self.value, 3)

    @property
    def verdict(self) -> str:
        if self.target is None:
            return ""
        good = self.value >= self.target if self.at_least else self.value <= self.target
        return "good" if good else "falls short"


def say(text: str) -> None:
    print(f"    {text}", file=sys.stderr, flush=True)


def announce(text: str) -> None:
    arrow, end = ("\x1b[32m==>\x1b[0m \x1b[1m", "\x1b[0m") if COLORED else ("==> ", "")
    print(f"{arrow}{text}{end}", file=sys.stderr, flush=True)


def show(results: list[Result]) -> None:
    """The table, on standard output."""
    rows = [("measured", "value", "target", "", "load", "note")]
    for result in results:
        bound = "" if result.target is None else f"{'≥' if result.at_least else '≤'} {result.target:g}"
        value = f"{result.value:,.4g}" if abs(result.value) < 1000 else f"{result.value:,.0f}"
        unit = f" {result.unit}" if result.unit else ""
        name = f"{result.subject}: {result.what}"
        rows.append((name, value + unit, bound, result.verdict, f"{result.load:g}", result.note))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    print()
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


def write(results: list[Result], file: Path, binary: str) -> None:
    machine = {
        "cores": os.cpu_count(),
        "processor": processor(),
        "kernel": platform.release(),
        "system": platform.freedesktop_os_release().get("PRETTY_NAME", ""),
    }
    rows = [asdict(result) | {"verdict": result.verdict} for result in results]
    whole = {"machine": machine, "binary_bytes": Path(binary).stat().st_size, "results": rows}
    file.write_text(json.dumps(whole, indent=2, ensure_ascii=False) + "\n")


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()
