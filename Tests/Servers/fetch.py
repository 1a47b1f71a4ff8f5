"""Fetches every version into the cache before the tests need them, so that somebody sees what takes so long."""

from functools import partial

import peer_programs
from cache import say
from installation import VERSIONS, Installation, Unavailable
from poolers import PGBOUNCERS, PGPOOLS, Pooler
from processes import processes_for

if __name__ == "__main__":
    with processes_for("fetch") as processes:
        wanted = [
            *(partial(Installation.of, version, processes.folder) for version in VERSIONS),
            *(partial(Pooler.pgbouncer, version, processes.folder) for version in PGBOUNCERS),
            *(partial(Pooler.pgpool, version, processes.folder) for version in PGPOOLS),
            peer_programs.pgbouncer_exporter,
        ]
        for find in wanted:
            try:
                find()
            except Unavailable as reason:
                say(str(reason))
