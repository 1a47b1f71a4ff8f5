"""Networks and resolvers that break: each hurts its own target and nothing else.

All break at once, in one daemon, and are mended twelve intervals later; each test reads the one record of that.
"""

import os
from collections.abc import Iterator

import pytest

from daemon import binary
from faults import INTERVAL, Fault, Watch, counted_by, sockets_of
from nameserver import NameServer
from netns import NetworkNamespace
from postgres import Installation, PostgresServer
from tap import Tap

SILENT, UNRESOLVED, UNKNOWN, DROPPED = "silent port", "unresolved name", "unknown name", "dropped packets"
BROKEN = [SILENT, UNRESOLVED, UNKNOWN, DROPPED]
# Of resolving a name: what the daemon asks of the system's resolver, in seconds.
PATIENCE = 2.0


@pytest.fixture(scope="module")
def watch(new_postgres, embedded: Installation, new_daemon, processes) -> Iterator[Watch]:
    if os.geteuid() != 0:
        pytest.skip("only root may give the daemon a resolver of its own")
    if reason := NetworkNamespace.why_not():
        pytest.skip(reason)
    names, network = NameServer(), NetworkNamespace(processes)
    server, far = new_postgres(embedded), _far_server(embedded, network, processes)
    tap = daemon = None
    try:
        for one in (server, far):
            one.start()
            one.create_role()
        tap = Tap(server.port)
        faults = [
            Fault("healthy", {"conninfo": server.conninfo()}, counts=counted_by(server)),
            _silent_port(server, tap),
            _lost_name(UNRESOLVED, "unresolved.test", server, names, names.silent),
            _lost_name(UNKNOWN, "unknown.test", server, names, None),
            _dropped_packets(far, network),
        ]
        # A tour into the databases of the others would be counted as theirs.
        targets = [{"name": fault.name, "databases": "own", **fault.settings} for fault in faults]
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PGVIGIL_BINARY", names.wrap(binary(), processes.folder / "resolver"))
            daemon = new_daemon(settings={"interval": f"{INTERVAL:.0f}s", "servers": targets}).start()
        watch = Watch(daemon, faults)
        yield watch.run()
        watch.close()
    finally:
        if daemon is not None:
            daemon.stop()
        if tap is not None:
            tap.close()
        server.stop()
        far.stop()
        network.remove()
        names.close()


# What they all promise


def test_the_page_answers_at_once(watch):
    watch.assert_page_was_prompt()


@pytest.mark.parametrize("name", [*BROKEN, "healthy"])
def test_the_server_never_counts_more_than_max_connections(watch, name):
    watch.assert_within_limit(name)


@pytest.mark.parametrize("name", [*BROKEN, "healthy"])
def test_polls_keep_their_cadence(watch, name):
    if name == "healthy":
        watch.assert_on_cadence(name)
    elif name == UNRESOLVED:  # While its thread is stuck, it skips.
        assert abs(watch.polls_missing(name, but_skipped=True)) <= 1.5
    else:
        watch.assert_on_cadence(name, longest_poll=INTERVAL * 2 / 3)


def test_the_healthy_server_stays_up(watch):
    watch.assert_always_up("healthy")


@pytest.mark.parametrize("name", BROKEN)
def test_pg_up_tells_within_an_interval(watch, name):
    # A thread that resolves a name cannot be told that the name server is back.
    watch.assert_down_and_back_in_time(name, extra=PATIENCE if name == UNRESOLVED else 0)


@pytest.mark.parametrize("name", BROKEN)
def test_nothing_else_is_shown_of_a_server_that_is_down(watch, name):
    watch.assert_nothing_else_is_shown(name)


@pytest.mark.parametrize("name", BROKEN)
def test_a_server_that_stays_broken_stays_down(watch, name):
    watch.assert_stays_down(name)


@pytest.mark.parametrize(
    ("name", "reason"),
    [(SILENT, "timeout"), (UNRESOLVED, "name_resolution"), (UNKNOWN, "name_resolution"), (DROPPED, "timeout")],
)
def test_failed_connects_are_counted_by_reason(watch, name, reason):
    failures = watch.during(name)[-1].connect_failures
    assert failures[reason] >= 8
    assert sum(failures.values()) - failures[reason] <= 1  # The first may have seen the fault come.


# What each promises


def test_a_stuck_thread_is_never_doubled(watch):
    assert max(state.stuck_threads for _, state in watch.history(UNRESOLVED)) <= 1
    assert {state.stuck_threads for name in ("healthy", SILENT, DROPPED) for _, state in watch.history(name)} == {0}


# How they break


def _silent_port(server: PostgresServer, tap: Tap) -> Fault:
    server.execute("CREATE DATABASE silent")
    port = server.conninfo(database="silent").replace(f"port={server.port}", f"port={tap.port}")
    return Fault(
        SILENT,
        {"conninfo": port},
        break_it=lambda: tap.turn(silent=True),
        mend=lambda: tap.turn(silent=False),
        counts={**counted_by(server, database="silent"), "sockets": lambda: sockets_of(tap.port)},
    )


def _lost_name(name: str, host: str, server: PostgresServer, names: NameServer, put_into: set[str] | None) -> Fault:
    """A session that is there needs no name: it is ended, so that a new one must be made."""
    database = host.partition(".")[0]
    server.execute(f"CREATE DATABASE {database}")
    names.known.add(host)

    def lose() -> None:
        if put_into is None:
            names.known.discard(host)
        else:
            put_into.add(host)
        server.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'")

    def find() -> None:
        names.known.add(host)
        names.silent.discard(host)

    conninfo = server.conninfo(database=database).replace("host=127.0.0.1", f"host={host}")
    return Fault(name, {"conninfo": conninfo}, lose, find, counts=counted_by(server, database=database))


def _far_server(installation: Installation, network: NetworkNamespace, processes) -> PostgresServer:
    return PostgresServer(
        network,
        installation,
        processes.folder / "far",
        settings={"listen_addresses": network.inside},
        access=[f"host all pgvigil {network.outside}/32 trust"],
    )


def _dropped_packets(server: PostgresServer, network: NetworkNamespace) -> Fault:
    port, pid = server.port, server.pid
    return Fault(
        DROPPED,
        {"conninfo": server.conninfo().replace("127.0.0.1", network.inside)},
        break_it=network.drop_packets,
        mend=network.let_packets_through,
        counts={**counted_by(server), "sockets": lambda: sockets_of(port, pid)},
    )
