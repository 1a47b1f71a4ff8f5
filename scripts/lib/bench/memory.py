"""Resident memory, with one scraper and with fifty at once."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from daemon import Daemon, Server
from report import Result, announce, say

DATABASES = 100
SCRAPERS = 50
EVERY = 5  # Seconds between two scrapes of a scraper.
FORMATS: list[dict[str, str]] = [
    {},
    {"Accept": "application/openmetrics-text; version=1.0.0"},
    {"Accept_Encoding": "gzip"},
    {"Accept": "application/openmetrics-text; version=1.0.0", "Accept_Encoding": "gzip"},
]


@dataclass
class Size:
    """How many series, and what they may cost in MB."""

    series: int
    peak: float
    private: float


SIZES = [Size(5_000, 30, 15), Size(100_000, 70, 50)]


class PrivatePeak:
    """Samples a daemon's private memory every 20 ms while its `with` block lasts."""

    def __init__(self, daemon: Daemon):
        self.megabytes = 0.0
        self._daemon = daemon
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def _sample(self) -> None:
        while not self._end.wait(0.02):
            self.megabytes = max(self.megabytes, self._daemon.memory()["RssAnon"])

    def __enter__(self) -> "PrivatePeak":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()


def scrape(daemon: Daemon) -> None:
    for headers in FORMATS:
        status, _ = daemon.get(**headers)
        if status != 200:
            raise RuntimeError(f"a scrape was answered with {status}")


def scrape_together(daemon: Daemon, scrapers: int) -> None:
    """Each scraper asks for all formats; they begin at the same moment."""
    gate = threading.Barrier(scrapers)

    def one() -> None:
        gate.wait()
        scrape(daemon)

    with ThreadPoolExecutor(scrapers) as pool:
        for future in [pool.submit(one) for _ in range(scrapers)]:
            future.result()


@dataclass
class Phase:
    """What a stretch of scraping cost."""

    peak: float
    private: float
    scrapes: int
    statements_per_poll: float
    connects: int


def watch(daemon: Daemon, scrapers: int, seconds: int) -> Phase:
    names = [f"pgvigil_{what}_total" for what in ("statements", "polls", "connects", "scrapes")]
    before = [daemon.total(name) for name in names]
    begin = time.monotonic()
    with PrivatePeak(daemon) as private:
        for turn in range(max(1, seconds // EVERY)):
            time.sleep(max(0.0, begin + turn * EVERY - time.monotonic()))
            scrape_together(daemon, scrapers)
        time.sleep(max(0.0, begin + seconds - time.monotonic()))
    peak = daemon.memory()["VmHWM"]
    statements, polls, connects, scrapes = (daemon.total(name) - old for name, old in zip(names, before))
    return Phase(peak, private.megabytes, scrapes, statements / max(1, polls), connects)


def series_of_one_name(binary: str, server: Server) -> int:
    with Daemon(binary, server) as daemon:
        daemon.wait_until_ready()
        return daemon.total("pgvigil_registry_series")


def measure(binary: str, server: Server, seconds: int) -> list[Result]:
    announce(f"memory: one scraper, then {SCRAPERS} at once, each {len(FORMATS)} pages every {EVERY} s")
    say(f"creating {DATABASES} databases")
    server.make_databases(DATABASES)
    each = series_of_one_name(binary, server)
    results = []
    for size in SIZES:
        with Daemon(binary, server, max(1, round(size.series / each))) as daemon:
            daemon.wait_until_ready()
            time.sleep(min(20, seconds))  # The staggered polls and the first visits are over.
            alone = watch(daemon, 1, seconds)
            together = watch(daemon, SCRAPERS, seconds)
            series = daemon.total("pgvigil_registry_series")
            page = len(daemon.get()[1])
        say(f"{series:,} series, page of {page:,} bytes: {alone.peak:.1f} MB, private {alone.private:.1f}; "
            f"{SCRAPERS} scrapers: {together.peak:.1f} MB, private {together.private:.1f}")
        results += summary(size, series, alone, together)
    return results


def summary(size: Size, series: int, alone: Phase, together: Phase) -> list[Result]:
    label = f"{size.series:,} series"
    added = together.peak - alone.peak
    cost = together.statements_per_poll - alone.statements_per_poll
    note = (
        f"{alone.statements_per_poll:.2f} and {together.statements_per_poll:.2f} statements a poll; "
        f"{alone.connects} and {together.connects} connects; "
        f"{alone.scrapes:,} and {together.scrapes:,} scrapes"
    )
    return [
        Result("memory", f"{label}, peak", alone.peak, "MB", size.peak, note=f"{series:,} series"),
        Result("memory", f"{label}, private", alone.private, "MB", size.private),
        Result("memory", f"{label}, added by {SCRAPERS} scrapers", added, "MB", 10),
        Result("memory", f"{label}, their database work", cost, "statements a poll", 0.05, note=note),
    ]
