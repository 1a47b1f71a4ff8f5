"""Fetches every version into the cache before the tests need them, so that somebody sees what takes so long."""

from cache import say
from installation import VERSIONS, Installation, Unavailable
from processes import processes_for

if __name__ == "__main__":
    with processes_for("fetch") as processes:
        for version in VERSIONS:
            try:
                Installation.of(version, processes.folder)
            except Unavailable as reason:
                say(str(reason))
