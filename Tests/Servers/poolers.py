"""The programs of every version of PgBouncer and Pgpool-II that the tests know."""

import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import debian
from cache import Unavailable, cached
from installation import within_reach

PGBOUNCERS = {"1.18": "bookworm", "1.24": "trixie", "1.26": "sid"}
PGPOOLS = {"4.3": "bookworm", "4.6": "trixie", "4.7": "sid"}

PROGRAMS = Path("usr/sbin")


@dataclass(frozen=True)
class Pooler:
    """The programs of one version of a pooler."""

    name: str
    version: str
    programs: Path

    def program(self, name: str) -> str:
        return str(self.programs / name)

    @property
    def number(self) -> tuple[int, int]:
        """For comparisons."""
        major, minor = map(int, self.version.split("."))
        return major, minor

    @staticmethod
    def pgbouncer(version: str, within: Path) -> "Pooler":
        """Fetched into the cache where it is missing; raises `Unavailable` where it cannot be had here.

        `within` is a folder of the caller's, as for `Installation.of`.
        """
        return _find("PgBouncer", version, PGBOUNCERS, within)

    @staticmethod
    def pgpool(version: str, within: Path) -> "Pooler":
        """The same of Pgpool-II."""
        return _find("Pgpool-II", version, PGPOOLS, within)


def _find(name: str, version: str, known: dict[str, str], within: Path) -> Pooler:
    try:
        if version not in known:
            raise Unavailable(f"not one of {', '.join(known)}")
        root = _fetch(known[version])
    except Unavailable as reason:
        raise Unavailable(f"{name} {version} cannot be had here: {reason}") from None
    if isinstance(root, Unavailable):
        raise Unavailable(f"{name} {version} cannot be had here: {root}")
    programs = within_reach(root, PROGRAMS, within) / PROGRAMS
    return Pooler(f"{name} {version} (Debian {known[version]})", version, programs)


@cache
def _fetch(suite: str) -> Path | Unavailable:
    """Both poolers of a release. What could not be had once is not asked for again by the same process."""

    def make(folder: Path) -> None:
        debian.unpack(suite, ["pgbouncer", "pgpool2"], folder)
        # Most of it, and of no use to them.
        for part in [folder / "usr/share", folder / "usr/bin", *folder.glob("usr/lib/*/perl*")]:
            shutil.rmtree(part)
        debian.wrap(folder, folder / PROGRAMS, by_own_name=True)  # pcp's programs are one.

    try:
        return cached(f"poolers-{suite}", f"PgBouncer and Pgpool-II of Debian {suite}", make)
    except Unavailable as reason:
        return reason
