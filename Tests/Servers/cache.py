"""What is fetched once for all tests of a machine: each folder is complete, or not there at all."""

import fcntl
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pgvigil"


class Unavailable(Exception):
    """What is not to be had on this machine; the text is the reason."""


def complaints(messages: str) -> str:
    """The errors among a tool's messages, on one line."""
    lines = [line for line in messages.splitlines() if line.startswith("E")] or messages.splitlines()[-1:]
    return "; ".join(line.strip() for line in lines)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def cached(name: str, what: str, make: Callable[[Path], None]) -> Path:
    """The folder of this name. Where it is missing, `make` fills one first, which then takes its place.

    Whoever comes while it is made waits. What an interrupted run left is removed by the next that makes something.
    """
    folder = CACHE / name
    if folder.is_dir():
        return folder
    CACHE.mkdir(parents=True, exist_ok=True)
    with _alone(what):
        if folder.is_dir():
            return folder
        for left in CACHE.glob("making-*"):
            shutil.rmtree(left, ignore_errors=True)
        say(f"{what}: fetching it into {folder}")
        begin = time.monotonic()
        work = Path(tempfile.mkdtemp(prefix="making-", dir=CACHE))
        try:
            made = work / name
            made.mkdir()
            make(made)
            try:
                made.rename(folder)
            except OSError:
                if not folder.is_dir():  # scripts/setup may have been quicker.
                    raise
        finally:
            shutil.rmtree(work, ignore_errors=True)
        say(f"{what}: ready after {time.monotonic() - begin:.1f} s")
    return folder


@contextmanager
def _alone(what: str) -> Iterator[None]:
    """One process at a time makes something; the kernel takes the lock from one that dies."""
    handle = os.open(CACHE, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"{what}: waiting for another process that fills {CACHE}")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
