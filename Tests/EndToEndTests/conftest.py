"""What the tests share: one folder, the processes in it, servers, and daemons."""

import atexit
import itertools
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from alertmanager import Alertmanager
from daemon import Daemon
from installation import Installation, Unavailable
from pgbouncer import PgBouncer
from pgpool import Pgpool
from pooler_process import PoolerProcess
from poolers import Pooler
from postgres import PostgresServer
from processes import Processes
from processes import free_port as a_free_port
from prometheus import Prometheus
from vectors import vector_database

# Of the servers that tests of every version share.
SHARED = {"wal_level": "logical", "max_prepared_transactions": "5"}

_numbers = itertools.count(1)


def pytest_configure() -> None:
    """SIGTERM ends the tests as Ctrl-C does: once, with everything taken down."""

    def interrupt(*_: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)


@pytest.fixture(scope="session", autouse=True)
def processes() -> Iterator[Processes]:
    """Asserts at the very end that nothing which the tests started is left; removes the folder in any case."""
    folder = Path(tempfile.mkdtemp(prefix="pgvigil-e2e-"))
    folder.chmod(0o711)  # The servers' account must get through.
    processes = Processes(folder)

    def tidy_up() -> dict[int, str]:
        left = processes.kill_all()
        shutil.rmtree(folder, ignore_errors=True)
        return left

    # Also where pytest does not get as far as taking its fixtures down.
    atexit.register(tidy_up)
    yield processes
    left = tidy_up()
    atexit.unregister(tidy_up)
    assert not left, f"still running after all tests: {left}"
    assert not folder.exists(), f"{folder} could not be removed"


@pytest.fixture(scope="session")
def embedded(processes: Processes) -> Installation:
    """PostgreSQL 18 with pgvector."""
    return Installation.embedded(processes.folder)


@pytest.fixture(scope="session")
def installation_of(processes: Processes) -> Callable[[int], Installation]:
    """The programs of a major version: `installation_of(13)`. Skips the test where they cannot be had."""

    def find(version: int) -> Installation:
        try:
            return Installation.of(version, processes.folder)
        except Unavailable as reason:
            pytest.skip(str(reason))

    return find


@pytest.fixture(scope="session")
def new_postgres(processes: Processes) -> Callable[..., PostgresServer]:
    """Makes servers (not started): `new_postgres(installation, settings={…}, access=[…])`. Stop them yourself."""

    def make(installation: Installation, **options) -> PostgresServer:
        return PostgresServer(processes, installation, processes.folder / f"postgres{next(_numbers)}", **options)

    return make


@pytest.fixture
def postgres(new_postgres, embedded: Installation) -> Iterator[Callable[..., PostgresServer]]:
    """Starts servers for one test, with the role `pgvigil`: `postgres()`, `postgres(installation, settings={…})`."""
    servers: list[PostgresServer] = []

    def start(installation: Installation = embedded, **options) -> PostgresServer:
        server = new_postgres(installation, **options)
        servers.append(server)
        server.start()
        server.create_role()
        return server

    yield start
    for server in servers:
        server.stop()


@pytest.fixture(scope="session")
def postgres18(new_postgres, embedded: Installation) -> Iterator[PostgresServer]:
    """One server for all tests that do it no harm: extensions `vector` and `pg_stat_statements`, role `pgvigil`."""
    server = new_postgres(embedded)
    server.start()
    try:
        server.create_role()
        server.execute("CREATE EXTENSION vector; CREATE EXTENSION pg_stat_statements")
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def postgres_of(new_postgres, installation_of) -> Iterator[Callable[[int], PostgresServer]]:
    """One server of each major version for all tests that do it no harm: `postgres_of(13)`.

    With the role `pgvigil`, and pg_stat_statements where the installation has it. To run a test on every version:
    `@pytest.mark.parametrize("version", VERSIONS)`.
    """
    servers: dict[int, PostgresServer] = {}

    def start(version: int) -> PostgresServer:
        if version not in servers:
            servers[version] = new_postgres(installation_of(version), settings=SHARED)
            servers[version].start()
            servers[version].create_role()
            if servers[version].has_statements:
                servers[version].execute("CREATE EXTENSION pg_stat_statements")
        return servers[version]

    yield start
    for server in servers.values():
        server.stop()


@pytest.fixture(scope="session")
def standby_of(processes: Processes, postgres_of) -> Iterator[Callable[[int], PostgresServer]]:
    """A standby of `postgres_of(version)`, through the slot `standby`; for tests that do it no harm either."""
    standbys: dict[int, PostgresServer] = {}

    def start(version: int) -> PostgresServer:
        if version not in standbys:
            primary = postgres_of(version)
            folder = processes.folder / f"standby{next(_numbers)}"
            standbys[version] = primary.standby(folder, slot="standby")
            standbys[version].start()
            standbys[version].follow(primary)
        return standbys[version]

    yield start
    for standby in standbys.values():
        standby.stop()


@pytest.fixture(scope="module")
def server(new_postgres, embedded: Installation) -> Iterator[PostgresServer]:
    """The server of a module that makes none of its own; with the roles `pgvigil`, `app` and `web`."""
    server = new_postgres(embedded, settings={"max_connections": "100"})
    server.start()
    try:
        server.create_role()
        for name in ("app", "web"):
            server.create_role(name, monitor=False)
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def standby(processes: Processes, server: PostgresServer) -> Iterator[PostgresServer]:
    """A standby of `server`."""
    standby = server.standby(processes.folder / f"standby{next(_numbers)}")
    standby.start()
    try:
        yield standby
    finally:
        standby.stop()


@pytest.fixture
def database(server: PostgresServer) -> Iterator[str]:
    """A new database of the module's server, with pgvector, for one test."""
    with vector_database(server) as name:
        yield name


@pytest.fixture(scope="session")
def pooler_of(processes: Processes) -> Callable[[str, str], Pooler]:
    """The programs of a pooler: `pooler_of("pgbouncer", "1.18")`. Skips the test where they cannot be had."""
    kinds = {"pgbouncer": Pooler.pgbouncer, "pgpool": Pooler.pgpool}

    def find(kind: str, version: str) -> Pooler:
        try:
            return kinds[kind](version, processes.folder)
        except Unavailable as reason:
            pytest.skip(str(reason))

    return find


@pytest.fixture
def poolers() -> Iterator[Callable[[PoolerProcess], None]]:
    """Starts poolers for one test, and stops them after it."""
    started: list[PoolerProcess] = []

    def start(pooler: PoolerProcess) -> None:
        started.append(pooler)
        pooler.start()

    yield start
    for pooler in started:
        pooler.stop()


@pytest.fixture
def pgbouncers(processes: Processes, pooler_of, poolers) -> Callable[..., list[PgBouncer]]:
    """Starts PgBouncer processes that share a port: `pgbouncers(2, server, version="1.24", settings={…})`."""

    def start(number: int, behind: PostgresServer, version: str = "1.24", **options) -> list[PgBouncer]:
        pooler = pooler_of("pgbouncer", version)
        folder = processes.folder / f"pgbouncer{next(_numbers)}"
        several = PgBouncer.several(number, processes, pooler, folder, behind, **options)
        for one in several:
            poolers(one)
        return several

    return start


@pytest.fixture
def pgbouncer(processes: Processes, pooler_of, poolers) -> Callable[..., PgBouncer]:
    """Starts PgBouncer for one test: `pgbouncer(server)`, `pgbouncer(server, "1.18", databases={…})`."""

    def start(behind: PostgresServer, version: str = "1.24", **options) -> PgBouncer:
        pooler = pooler_of("pgbouncer", version)
        one = PgBouncer(processes, pooler, processes.folder / f"pgbouncer{next(_numbers)}", behind, **options)
        poolers(one)
        return one

    return start


@pytest.fixture
def pgpool(processes: Processes, pooler_of, poolers) -> Callable[..., Pgpool]:
    """Starts Pgpool-II for one test: `pgpool(server)`, `pgpool([primary, standby], "4.3", settings={…})`."""

    def start(behind: PostgresServer | Sequence[PostgresServer], version: str = "4.6", **options) -> Pgpool:
        pooler = pooler_of("pgpool", version)
        one = Pgpool(processes, pooler, processes.folder / f"pgpool{next(_numbers)}", behind, **options)
        poolers(one)
        return one

    return start


@pytest.fixture(scope="session")
def new_daemon(processes: Processes) -> Callable[..., Daemon]:
    """Makes daemons (not started). Start and stop them yourself.

    `new_daemon(server, interval="1s")` watches a PostgresServer as `main`; `new_daemon(settings={…})` takes whole
    settings.
    """

    def make(
        server: PostgresServer | None = None, *, interval: str = "1s", settings: dict | None = None, **options
    ) -> Daemon:
        if settings is None:
            settings = {"interval": interval, "servers": [{"name": "main", "conninfo": server.conninfo()}]}
        return Daemon(processes, processes.folder / f"daemon{next(_numbers)}", settings, **options)

    return make


@pytest.fixture
def daemon(new_daemon) -> Iterator[Callable[..., Daemon]]:
    """Starts daemons for one test, arguments as `new_daemon`; stops them after it, within five seconds each."""
    daemons: list[Daemon] = []

    def start(*arguments, ready_within: float | None = 20, **options) -> Daemon:
        one = new_daemon(*arguments, **options)
        daemons.append(one)
        return one.start(ready_within=ready_within)

    yield start
    failures = []
    for one in daemons:
        try:
            one.stop()
        except AssertionError as failure:
            failures.append(str(failure))
    assert not failures, "\n".join(failures)


@pytest.fixture
def free_port() -> int:
    """Nobody listens there."""
    return a_free_port()


@pytest.fixture
def prometheus(processes: Processes) -> Iterator[Callable[..., Prometheus]]:
    """Starts Prometheus for one test: `prometheus({"job": port})`, `prometheus({…}, rule_files=[…])`."""
    started: list[Prometheus] = []

    def start(jobs: dict[str, int], **options) -> Prometheus:
        one = Prometheus(processes, processes.folder / f"prometheus{next(_numbers)}", jobs, **options)
        started.append(one)
        return one.start()

    yield start
    for one in started:
        one.stop()


@pytest.fixture
def alertmanager(processes: Processes) -> Iterator[Alertmanager]:
    """Alertmanager for one test, with the routes and inhibitions of the shipped example."""
    one = Alertmanager(processes, processes.folder / f"alertmanager{next(_numbers)}").start()
    yield one
    one.stop()
