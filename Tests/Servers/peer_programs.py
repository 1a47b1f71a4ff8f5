"""Programs of peers that pgvigil is compared with, where Debian's own release has none that runs here."""

import shutil
from functools import cache
from pathlib import Path

import debian
from cache import Unavailable, cached

SUITE = "sid"
PROGRAMS = Path("usr/bin")


@cache
def pgbouncer_exporter() -> Path:
    """From the cache, where it is put if it is missing. Raises `Unavailable` where it cannot be had here."""

    def make(folder: Path) -> None:
        debian.unpack(SUITE, ["prometheus-pgbouncer-exporter"], folder)
        shutil.rmtree(folder / "usr/share")  # Much of it, and of no use.
        for other in (folder / PROGRAMS).iterdir():
            if other.name != "prometheus-pgbouncer-exporter":
                other.unlink()
        debian.wrap(folder, folder / PROGRAMS)

    what = f"pgbouncer_exporter of Debian {SUITE}"
    try:
        return cached(f"pgbouncer-exporter-{SUITE}", what, make) / PROGRAMS / "prometheus-pgbouncer-exporter"
    except Unavailable as reason:
        raise Unavailable(f"{what} cannot be had here: {reason}") from None
