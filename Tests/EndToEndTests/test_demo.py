"""scripts/run without settings of one's own: what it shows, and what is left of it."""

import os
import shutil
import signal
import subprocess
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from daemon import CHECKOUT, binary, environment
from exposition import Exposition
from processes import Processes, wait_until

pytestmark = pytest.mark.timeout(300)  # Ten thousand embeddings and their index take their time.

POOLS = {"bouncer": ("pgbouncer", "demo"), "shop": ("psycopg_pool", "shop")}  # Kind and pool.


class Demo:
    """scripts/run, with a folder of its own for all that it makes."""

    def __init__(self, processes: Processes, port: int, *, before: tuple[str, ...] = ()):
        # Not below that of the other processes: PostgreSQL's sockets have no room for such a long name.
        self.folder = Path(tempfile.mkdtemp(prefix="demo.", dir="/tmp"))
        self.folder.chmod(0o711)
        self._log = processes.folder / f"{self.folder.name}.log"
        self._address = f"127.0.0.1:{port}"
        command = [*before, str(CHECKOUT / "scripts/run"), "--listen", self._address]
        variables = environment(TMPDIR=str(self.folder), PGVIGIL_BINARY=binary())
        with self._log.open("wb") as log:
            self.process = processes.start(command, output=log, environment=variables, on_our_death="TERM")

    @property
    def log(self) -> str:
        return self._log.read_text()

    def page(self) -> Exposition | None:
        """None while nobody listens."""
        assert self.process.poll() is None, f"scripts/run has ended:\n{self.log}"
        try:
            with urllib.request.urlopen(f"http://{self._address}/metrics", timeout=10) as answer:
                return Exposition.of_text(answer.read())
        except OSError:
            return None

    def wait_for(self, condition: Callable[[Exposition], object], *, within: float, what: str) -> Exposition:
        """The first page for which the condition is true."""

        def look() -> Exposition | None:
            page = self.page()
            return page if page is not None and condition(page) else None

        return wait_until(look, within=within, what=what, every=0.5)

    def stop(self) -> int:
        """SIGTERM; its status. All processes but itself are gone within 10 s; removing its files may take longer."""
        assert self.left() > {self.process.pid}
        self.process.send_signal(signal.SIGTERM)
        wait_until(lambda: not self.left() - {self.process.pid}, within=10, what="all that it started has ended")
        return self.process.wait(30)

    def left(self) -> set[int]:
        """Living processes that have the folder in their environment."""
        return {int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and self._is_in(entry)}

    def _is_in(self, process: Path) -> bool:
        try:
            return os.fsencode(self.folder) in (process / "environ").read_bytes()
        except OSError:
            return False  # Ended while we looked, or somebody else's.


@pytest.fixture
def demo(processes: Processes, free_port: int) -> Iterator[Callable[..., Demo]]:
    """Starts scripts/run for one test, and ends it after that if it still runs."""
    started: list[Demo] = []

    def start(**options) -> Demo:
        started.append(Demo(processes, free_port, **options))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.send_signal(signal.SIGTERM)
            one.process.wait(30)
        shutil.rmtree(one.folder)


def is_busy(page: Exposition) -> bool:
    """All connections of both pools are in use, somebody waits for either, and sizes have been advised."""
    return all(
        page.value("dbpool_utilization_ratio", server=server) == 1
        and (page.value("dbpool_pending_requests", server=server) or 0) > 0
        and (page.value("dbpool_mean_wait_seconds", server=server) or 0) > 0
        and page.value("dbpool_advised_connections", server=server, bound="max") is not None
        for server in POOLS
    )


def test_the_demo_shows_who_waits_for_which_pool_and_leaves_nothing(demo):
    running = demo()
    running.wait_for(lambda page: page.value("pg_up", server="demo") == 1, within=200, what="the server is up")
    page = running.wait_for(is_busy, within=120, what="somebody waits for either pool")

    behind = {dict(labels)["server"]: dict(labels)["behind"] for labels in page.all("dbpool_behind_info")}
    assert behind == {"shop": "bouncer", "bouncer": "demo"}
    found = {dict(labels)["server"]: labels for labels in page.all("dbpool_utilization_ratio")}
    assert {server: (dict(labels)["kind"], dict(labels)["pool"]) for server, labels in found.items()} == POOLS
    most = {server: page.value("dbpool_max_connections", server=server) for server in POOLS}
    assert most == {"bouncer": 4, "shop": 6}
    assert page.value("pg_stat_activity_application_connections", server="demo", application_name="shop") == 4
    assert page.value("dbpool_scrape_success", server="shop") == 1
    assert page.value("pgbouncer_up", server="bouncer") == 1

    status = running.stop()
    assert (status, running.left(), list(running.folder.iterdir())) == (128 + signal.SIGTERM, set(), [])


def test_where_there_is_no_pgbouncer_the_demo_goes_on_without_pools(demo):
    without = 'mount --bind /dev/null /usr/sbin/pgbouncer && exec "$@"'
    unshare = ("unshare", "--mount", "sh", "-c")
    if subprocess.run([*unshare, without, "sh", "true"], capture_output=True).returncode != 0:
        pytest.skip("only root may hide a program")
    running = demo(before=(*unshare, without, "sh"))
    page = running.wait_for(lambda page: page.value("pg_up", server="demo") == 1, within=200, what="the server is up")

    assert [name for name in page.names if name.startswith(("dbpool_", "pgbouncer_"))] == []
    assert [line for line in running.log.splitlines() if "there are no pools to see" in line] == [
        "    not to be had here: there are no pools to see "
        "(sudo apt-get install pgbouncer python3-psycopg python3-psycopg-pool)"
    ]
    assert running.stop() == 128 + signal.SIGTERM
