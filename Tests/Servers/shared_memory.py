"""Shared memory and semaphores of System V, which outlive processes that are killed."""

import re
import subprocess


def remove_shared_memory(pids: list[int]) -> None:
    """Removes what these processes made and left, which must have ended."""
    segments = [row[0] for row in _rows("-m", "-p") if int(row[2]) in pids]
    # Of a set of semaphores the kernel knows only who used each last.
    sets = [row[1] for row in _rows("-s") if {int(use[4]) for use in _rows("-s", "-i", row[1])} & set(pids)]
    options = [*(f"--shmem-id={number}" for number in segments), *(f"--semaphore-id={number}" for number in sets)]
    if options:
        subprocess.run(["ipcrm", *options], check=True)


def _rows(*options: str) -> list[list[str]]:
    """What ipcs lists, without its headings; nothing of what is gone meanwhile."""
    listed = subprocess.run(["ipcs", *options], capture_output=True, text=True).stdout
    return [line.split() for line in listed.splitlines() if re.match(r"(0x[0-9a-f]+|\d+)\s", line)]
