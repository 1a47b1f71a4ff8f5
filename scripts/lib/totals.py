"""Adds up what the test runners reported, and says it in one last line.

usage: totals.py (NAME STATUS REPORT)...

Each runner gives its name, its exit status, and its report in JUnit's XML. A runner that failed without telling of a
failed test has crashed: that counts as one failed test.
"""

import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Outcome:
    """What one runner reported."""

    counts: Counter = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)


def outcome(runner: str, status: int, report: Path) -> Outcome:
    result = Outcome()
    try:
        cases = list(ElementTree.parse(report).iter("testcase"))
    except (OSError, ElementTree.ParseError):
        cases = []
        status = status or 1  # Without a report nobody knows what ran.
    for case in cases:
        name = f"{case.get('classname', '')} {case.get('name', '')}".strip()
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            result.counts["failed"] += 1
            result.notes.append(f"failed: {runner}: {name}")
        elif skipped is not None:
            result.counts["skipped"] += 1
            reason = skipped.get("message") or (skipped.text or "").strip() or "no reason given"
            result.notes.append(f"skipped: {runner}: {name}: {reason}")
        else:
            result.counts["passed"] += 1
    if status != 0 and result.counts["failed"] == 0:
        result.counts["failed"] += 1
        result.notes.append(f"failed: {runner} itself ended with status {status}")
    return result


def main(arguments: list[str]) -> int:
    if not arguments or len(arguments) % 3 != 0:
        print(__doc__, file=sys.stderr)
        return 64
    counts: Counter = Counter()
    for index in range(0, len(arguments), 3):
        runner, status, report = arguments[index : index + 3]
        result = outcome(runner, int(status), Path(report))
        counts += result.counts
        print(*result.notes, sep="\n", end="\n" if result.notes else "")
    print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
