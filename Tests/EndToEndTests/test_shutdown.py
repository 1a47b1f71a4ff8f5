"""SIGTERM at any moment: the daemon ends well, soon, and leaves nothing running at the servers."""

import os
import socket
import time

import pytest

from daemon import binary
from hanging import make_archiver_hang
from nameserver import NameServer
from processes import wait_until

# Seconds: what the daemon may take, and how soon a statement must be gone at the server.
WITHIN, GONE_WITHIN = 5.0, 2.0


def statements_under_way(observer) -> int:
    return observer.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pgvigil' AND state = 'active'"
    ).fetchone()[0]


def connections(observer) -> int:
    return observer.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pgvigil'").fetchone()[0]


def test_when_idle(daemon, postgres18):
    one = daemon(postgres18, interval="1h")
    with postgres18.connect() as observer:
        wait_until(lambda: connections(observer) == 1, within=5, what="the session is idle")
        began = time.monotonic()
        one.stop(within=WITHIN)
        assert time.monotonic() - began < 1
        wait_until(lambda: connections(observer) == 0, within=GONE_WITHIN, what="the session is gone")


@pytest.mark.parametrize(("interval", "stubborn"), [("1m", False), ("3s", True)])
def test_during_a_statement_that_hangs(new_daemon, postgres, interval, stubborn):
    server = postgres()
    server.execute("CREATE DATABASE slow")
    make_archiver_hang(server, "slow", stubborn=stubborn)
    settings = {"interval": interval, "servers": [{"name": "slow", "conninfo": server.conninfo(database="slow")}]}
    one = new_daemon(settings=settings).start(ready_within=None)
    with server.connect() as observer:
        wait_until(lambda: statements_under_way(observer) == 1, within=10, what="the statement hangs")
        if stubborn:
            time.sleep(1.2)  # Past statement_timeout, before the poll's deadline.
        began = time.monotonic()
        one.stop(within=WITHIN)
        stopped = time.monotonic() - began
        wait_until(
            lambda: connections(observer) == 0, within=max(0, GONE_WITHIN - stopped), what="the statement is cancelled"
        )


def test_during_a_connect_to_a_silent_port(new_daemon):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        place = f"host=127.0.0.1 port={silent.getsockname()[1]} user=pgvigil"
        one = new_daemon(settings={"interval": "1m", "servers": [{"name": "silent", "conninfo": place}]})
        one.start(ready_within=None)
        client, _ = silent.accept()
        with client:
            one.stop(within=WITHIN)


def test_while_the_server_is_frozen(new_daemon, postgres):
    server = postgres()
    one = new_daemon(server, interval="3s").start()
    with server.frozen():
        time.sleep(3.5)  # So that a statement is under way, or has been given up.
        one.stop(within=WITHIN)
    with server.connect() as observer:
        wait_until(lambda: connections(observer) == 0, within=GONE_WITHIN, what="its sessions are gone")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give the daemon a resolver of its own")
def test_while_a_name_does_not_resolve(new_daemon, tmp_path, monkeypatch):
    names = NameServer("127.0.0.78")
    names.silent.add("lost.test")
    try:
        monkeypatch.setenv("PGVIGIL_BINARY", names.wrap(binary(), tmp_path / "resolver"))
        place = "host=lost.test user=pgvigil"
        one = new_daemon(
            settings={"interval": "1s", "servers": [{"name": "lost", "conninfo": place}]},
            variables={"RES_OPTIONS": "timeout:30 attempts:3"},
        ).start()
        one.wait_for(lambda page: page.value("pgvigil_threads_stuck") == 1, within=5, what="a thread is stuck")
        time.sleep(2)
        assert one.metrics().exposition().value("pgvigil_threads_stuck") == 1
        one.stop(within=WITHIN)
    finally:
        names.close()


@pytest.mark.parametrize("after", [0.0, 0.02, 0.05, 0.1, 0.2])
def test_soon_after_the_start(new_daemon, postgres18, after):
    one = new_daemon(postgres18, interval="1s").start(ready_within=None)
    wait_until(lambda: "serving" in one.log, within=10, what="it serves", every=0.01)
    time.sleep(after)
    one.stop(within=WITHIN)


def test_under_a_stopped_scraper(daemon, postgres18):
    """Somebody who has asked and does not read keeps nobody up."""
    one = daemon(postgres18)
    with socket.create_connection(("127.0.0.1", one.ports[0])) as client:
        client.sendall(b"GET /metrics HTTP/1.1\r\nHost: here\r\n\r\n" * 50)
        one.stop(within=WITHIN)
