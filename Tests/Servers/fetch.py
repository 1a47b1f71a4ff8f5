"""Fetches every version into the cache before the tests need them, so that somebody sees what takes so long."""

from cache import say
from installation import VERSIONS, Installation, Unavailable
from poolers import PGBOUNCERS, PGPOOLS, Pooler
from processes import processes_for

if __name__ == "__main__":
    wanted = [
        *((Installation.of, version) for version in VERSIONS),
        *((Pooler.pgbouncer, version) for version in PGBOUNCERS),
        *((Pooler.pgpool, version) for version in PGPOOLS),
    ]
    with processes_for("fetch") as processes:
        for find, version in wanted:
            try:
                find(version, processes.folder)
            except Unavailable as reason:
                say(str(reason))
