"""pgvigil as a service of systemd: what it says of itself, sockets that it is given, and its units."""

import http.client
import os
import re
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from daemon import CHECKOUT, Daemon, Page, binary, run_command
from document_server import DocumentServer
from processes import free_port, wait_until
from supervisor import Supervisor
from threads import held

UNITS = CHECKOUT / "systemd"

# How long systemd would wait for a sign of life, in seconds.
PATIENCE = 2.0


@pytest.fixture
def supervisor(tmp_path) -> Iterator[Supervisor]:
    one = Supervisor(tmp_path / "notify")
    yield one
    one.close()


@pytest.fixture
def gone(free_port) -> dict:
    """Settings of a server that is down."""
    conninfo = f"host=127.0.0.1 port={free_port} user=pgvigil dbname=postgres"
    return {"interval": "1s", "servers": [{"name": "gone", "conninfo": conninfo}]}


def variables(supervisor: Supervisor, patience: float | None = None) -> dict[str, str]:
    watchdog = {"WATCHDOG_USEC": f"{patience * 1e6:.0f}"} if patience else {}
    return {"NOTIFY_SOCKET": supervisor.name, **watchdog}


# Starting, running, reloading, stopping


def test_it_is_ready_as_soon_as_it_answers_although_the_server_is_down(daemon, gone, supervisor):
    one = daemon(settings=gone, variables=variables(supervisor), ready_within=None)
    ready = supervisor.wait_for("READY=1", within=10)
    assert one.get("/-/healthy").status == 200
    assert supervisor.notices == [ready]
    # The first poll may have ended already.
    assert ready.text in ("READY=1\nSTATUS=watching 1 server", "READY=1\nSTATUS=watching 1 server, 0 up")


def test_a_name_in_the_abstract_namespace_is_found(daemon, gone):
    supervisor = Supervisor(f"@pgvigil-test-{os.getpid()}")
    try:
        daemon(settings=gone, variables=variables(supervisor), ready_within=None)
        supervisor.wait_for("READY=1", within=10)
    finally:
        supervisor.close()


def test_nobody_at_the_socket_is_a_warning_and_no_more(daemon, gone, tmp_path):
    one = daemon(settings=gone, variables={"NOTIFY_SOCKET": str(tmp_path / "nobody"), "WATCHDOG_USEC": "100000"})
    assert len(one.log_lines("systemd cannot be told that pgvigil is ready")) == 1


def test_its_status_counts_the_servers_that_are_up(daemon, gone, postgres18, supervisor):
    gone["servers"].append({"name": "main", "conninfo": postgres18.conninfo()})
    daemon(settings=gone, variables=variables(supervisor))
    supervisor.wait_for("STATUS=watching 2 servers, 1 up", within=20)


def test_its_status_counts_the_pools_that_are_up(daemon, gone, supervisor):
    gone["pools"] = [{"name": "bouncer", "kind": "pgbouncer", "conninfo": "host=/nowhere user=stats"}]
    with DocumentServer() as documents:
        gone["application_pools"] = [
            {"name": "web", "url": documents.url("/document"), "format": "psycopg_pool"},
            {"name": "shop", "url": f"http://127.0.0.1:{free_port()}/", "format": "psycopg_pool"},
        ]
        daemon(settings=gone, variables=variables(supervisor))
        supervisor.wait_for("STATUS=watching 1 server and 3 pools, 1 up", within=20)


def test_a_reload_is_announced_whether_the_settings_are_taken_or_not(daemon, gone, postgres18, supervisor):
    one = daemon(settings=gone, variables=variables(supervisor))
    seen = len(supervisor.notices)
    for servers, status in [([*gone["servers"], {"name": "main", "conninfo": postgres18.conninfo()}], 2), ([], 2)]:
        one.write_settings({**gone, "servers": servers})
        began = time.clock_gettime(time.CLOCK_MONOTONIC)
        one.reload()
        ready = supervisor.wait_for("READY=1", within=5, since=began)
        ended = time.clock_gettime(time.CLOCK_MONOTONIC)
        reloading = supervisor.notices[seen]
        assert reloading.fields.keys() == {"RELOADING", "MONOTONIC_USEC"} and reloading.fields["RELOADING"] == "1"
        assert began <= int(reloading.fields["MONOTONIC_USEC"]) / 1e6 <= ended
        assert ready.fields["STATUS"].startswith(f"watching {status} servers")
        assert supervisor.notices[seen + 1] == ready
        seen += 2
    assert [len(one.log_lines(text)) for text in ("settings reloaded", "settings refused")] == [1, 1]


def test_a_reload_as_soon_as_it_is_ready_does_no_harm(daemon, gone, supervisor):
    one = daemon(settings=gone, variables=variables(supervisor), ready_within=None)
    supervisor.wait_for("READY=1", within=10)
    one.reload()
    supervisor.wait_for("RELOADING=1", within=5)
    wait_until(lambda: one.log_lines("settings reloaded"), within=5, what="settings are reloaded")


def test_it_says_that_it_stops_and_then_nothing_more(new_daemon, gone, supervisor):
    one = new_daemon(settings=gone, variables=variables(supervisor, PATIENCE)).start()
    one.stop()
    assert supervisor.notices[-1].text == "STOPPING=1"
    assert len(supervisor.heard("STOPPING=1")) == 1


def test_what_systemd_said_is_not_passed_on_to_programs(daemon, postgres18, supervisor, tmp_path):
    said = tmp_path / "said"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\n{{ env; ls -l /proc/$$/fd; }} > {said}.new; mv {said}.new {said}; echo secret\n")
    program.chmod(0o700)
    server = {"name": "main", "conninfo": postgres18.conninfo(), "password_command": [str(program)]}
    with socket.create_server(("127.0.0.1", 0)) as listener:
        daemon(
            settings={"servers": [server]},
            inherited=listener,
            variables={**variables(supervisor, 30), "CREDENTIALS_DIRECTORY": str(tmp_path)},
        )
    text = said.read_text()
    assert re.findall(r"^(?:NOTIFY|WATCHDOG|LISTEN)_\w+", text, re.MULTILINE) == []
    assert f"CREDENTIALS_DIRECTORY={tmp_path}\n" in text
    assert "socket:" not in text


# Credentials


@pytest.fixture
def credential(postgres, tmp_path) -> dict:
    """Settings of a server whose role has the password "new", from the credential `main`."""
    server = postgres(access=["host all pgvigil 127.0.0.1/32 scram-sha-256"])
    server.execute("ALTER ROLE pgvigil PASSWORD 'new'")
    main = {"name": "main", "conninfo": server.conninfo(), "password_credential": "main"}
    return {"interval": "1s", "servers": [main]}


def test_a_credential_is_read_at_each_connect(daemon, credential, tmp_path):
    (tmp_path / "main").write_text("old")
    one = daemon(settings=credential, variables={"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert one.metrics().exposition().value("pg_up", server="main") == 0
    (tmp_path / "main").write_text("new\n")
    one.wait_for(lambda page: page.value("pg_up", server="main") == 1, within=5, what="the new password is used")


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ({}, "CREDENTIALS_DIRECTORY is not set, systemd sets it for a unit with LoadCredential="),
        ({"CREDENTIALS_DIRECTORY": "/nowhere"}, "No such file or directory"),
    ],
    ids=["not by systemd", "not in the unit"],
)
def test_a_missing_credential_says_what_to_mend(credential, tmp_path, where: dict[str, str], said: str):
    file = tmp_path / "pgvigil.yml"
    file.write_text(yaml.safe_dump(credential))
    ended = run_command("check", "--config", str(file), **where)
    assert ended.returncode == 1
    assert f"cannot read the credential: {said}\n" in ended.stdout
    assert "mend: check password_file, password_credential or password_command in the settings\n" in ended.stdout


# The watchdog


def test_signs_of_life_come_twice_in_the_time_that_systemd_waits(daemon, gone, supervisor):
    daemon(settings=gone, variables=variables(supervisor, PATIENCE), ready_within=None)
    wait_until(lambda: len(supervisor.heard("WATCHDOG=1")) >= 5, within=10, what="five signs of life")
    times = [notice.at for notice in supervisor.heard("WATCHDOG=1")]
    gaps = [later - earlier for earlier, later in zip(times, times[1:])]
    assert all(PATIENCE / 2 - 0.1 < gap < PATIENCE * 0.9 for gap in gaps), gaps


@pytest.mark.parametrize("more", [{}, {"WATCHDOG_USEC": "200000", "WATCHDOG_PID": "1"}], ids=["none", "another's"])
def test_where_none_are_wanted_none_come(daemon, gone, supervisor, more):
    daemon(settings=gone, variables={**variables(supervisor), **more})
    time.sleep(1)
    assert supervisor.heard("WATCHDOG=1") == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may make network namespaces")
def test_they_come_on_a_machine_with_nothing_but_ipv4(daemon, gone, supervisor, tmp_path, monkeypatch):
    program = tmp_path / "program"
    disable = "for file in /proc/sys/net/ipv6/conf/*/disable_ipv6; do echo 1 > $file; done; ip link set lo up"
    program.write_text(f"#!/bin/sh\n{disable}\nexec {binary()} \"$@\"\n")
    program.chmod(0o700)
    inside = tmp_path / "inside"
    inside.write_text(f'#!/bin/sh\nexec unshare --net {program} "$@"\n')
    inside.chmod(0o700)
    monkeypatch.setenv("PGVIGIL_BINARY", str(inside))
    gone["server"] = {"listen": f":{free_port()}"}
    one = daemon(settings=gone, variables=variables(supervisor, PATIENCE), ready_within=None)
    supervisor.wait_for("WATCHDOG=1", within=10)
    assert "addresses=[::]:" in one.log


def silence(supervisor: Supervisor) -> None:
    """Nothing for longer than systemd waits."""
    time.sleep(0.3)  # What was on its way.
    began = time.monotonic()
    time.sleep(PATIENCE * 1.5)
    assert supervisor.heard("WATCHDOG=1", since=began) == []


def test_none_come_while_the_thread_of_the_page_is_stuck(daemon, gone, supervisor):
    one = daemon(settings=gone, variables=variables(supervisor, PATIENCE))
    supervisor.wait_for("WATCHDOG=1", within=5)
    with held(one.pid, lambda name: name == "MHD-single") as threads:
        assert threads == ["MHD-single"]
        silence(supervisor)
    supervisor.wait_for("WATCHDOG=1", since=time.monotonic(), within=PATIENCE)
    assert len(one.log_lines("/-/healthy does not answer 200")) == 1


def test_none_come_while_the_schedule_is_stuck(daemon, gone, supervisor):
    one = daemon(settings=gone, variables=variables(supervisor, PATIENCE))
    supervisor.wait_for("WATCHDOG=1", within=5)
    with held(one.pid, lambda name: name != "MHD-single") as threads:
        assert len(threads) >= 3
        silence(supervisor)
        assert one.get("/-/healthy").status == 503
    supervisor.wait_for("WATCHDOG=1", since=time.monotonic(), within=PATIENCE)


def test_none_come_while_clients_hold_all_connections(daemon, gone, supervisor):
    gone["server"] = {"max_connections": 2}
    one = daemon(settings=gone, variables=variables(supervisor, PATIENCE))
    supervisor.wait_for("WATCHDOG=1", within=5)
    slow = [socket.create_connection(("127.0.0.1", one.ports[0])) for _ in range(2)]
    silence(supervisor)
    for client in slow:
        client.close()
    supervisor.wait_for("WATCHDOG=1", since=time.monotonic(), within=PATIENCE)


def test_it_stops_in_time_while_the_thread_of_the_page_is_slow(new_daemon, gone, supervisor):
    gone["server"] = {"max_connections": 1}
    one = new_daemon(settings=gone, variables=variables(supervisor, 30)).start()
    with socket.create_connection(("127.0.0.1", one.ports[0])):
        one.stop(within=5)
    assert supervisor.notices[-1].text == "STOPPING=1"


# Sockets that systemd holds


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Listens before the daemon does, and after it."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as one:
        yield one


def test_a_socket_that_is_passed_is_served_instead_of_the_settings(daemon, gone, listener):
    unused = free_port()
    gone["server"] = {"listen": f"127.0.0.1:{unused}"}
    with socket.create_connection(listener.getsockname()) as early:
        early.sendall(b"GET /-/healthy HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
        one = daemon(settings=gone, inherited=listener)
        assert early.makefile("rb").read().startswith(b"HTTP/1.1 200 OK\r\n")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", unused))
    assert len(one.log_lines("serving on the sockets that systemd passed")) == 1
    assert f"addresses=127.0.0.1:{one.ports[0]}" in one.log


def test_a_socket_for_another_process_is_not_taken(daemon, gone, listener):
    one = daemon(settings=gone, variables={"LISTEN_PID": "1", "LISTEN_FDS": "1"})
    assert one.get("/-/healthy").status == 200
    assert one.log_lines("serving on the sockets that systemd passed") == []


def test_a_descriptor_that_is_no_socket_is_refused(new_daemon, gone):
    one = new_daemon(settings=gone)
    command = ["bash", "-c", 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@" 3</dev/null', "bash"]
    ended = subprocess.run(
        [*command, binary(), "serve", "--config", str(one.settings_file)], capture_output=True, text=True, timeout=20
    )
    assert ended.returncode == 1
    assert "socket 3 is not a listening TCP socket" in ended.stderr


def test_systemds_own_tool_passes_its_socket(processes, gone, new_daemon):
    one = new_daemon(settings=gone)
    one.ports = [free_port()]
    with one.log_file.open("ab") as log:
        tool = ["systemd-socket-activate", f"--listen=127.0.0.1:{one.ports[0]}", "--setenv=PATH"]
        process = processes.start([*tool, binary(), "serve", "--config", str(one.settings_file)], output=log)
    try:

        def answers() -> Page | None:
            try:
                return one.get("/-/healthy")
            except ConnectionError:
                return None

        assert wait_until(answers, within=10, what="the tool listens").status == 200
        assert len(one.log_lines("serving on the sockets that systemd passed")) == 1
    finally:
        process.terminate()
        assert process.wait(5) == 0


class Scraper:
    """Asks for the page again and again, each time on a new connection, until it is told to stop."""

    def __init__(self, port: int):
        self.answers: list[tuple[int, str] | Exception] = []
        self._port = port
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._scrape)
        self._thread.start()

    def _scrape(self) -> None:
        while not self._ends.is_set():
            client = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
            try:
                client.request("GET", "/metrics", headers={"Connection": "close"})
                answer = client.getresponse()
                self.answers.append((answer.status, answer.read().decode()))
            except (OSError, http.client.HTTPException) as error:
                self.answers.append(error)
            finally:
                client.close()

    def stop(self) -> list[tuple[int, str] | Exception]:
        self._ends.set()
        self._thread.join()
        return self.answers


def test_no_scrape_is_lost_in_a_restart(new_daemon, postgres18, listener):
    one: Daemon = new_daemon(postgres18, inherited=listener).start()
    scrapers = [Scraper(one.ports[0]) for _ in range(4)]
    pids = [one.pid]
    for _ in range(5):
        time.sleep(0.3)
        one.stop()
        time.sleep(0.2)  # While nobody is there.
        one.start()
        pids.append(one.pid)
    answers = [answer for scraper in scrapers for answer in scraper.stop()]
    one.stop()
    assert len(answers) > 500
    assert [answer for answer in answers if isinstance(answer, Exception) or answer[0] != 200] == []
    assert len(set(pids)) == 6


def test_a_daemon_that_stops_never_shows_a_page_without_its_servers(new_daemon, postgres18, listener):
    one: Daemon = new_daemon(postgres18, inherited=listener).start()
    scrapers = [Scraper(one.ports[0]) for _ in range(4)]
    time.sleep(0.5)
    one.stop()
    time.sleep(0.2)
    listener.shutdown(socket.SHUT_RDWR)  # Nobody will come: those that wait are told so.
    listener.close()
    pages = [answer[1] for scraper in scrapers for answer in scraper.stop() if not isinstance(answer, Exception)]
    assert len(pages) > 100
    assert [page for page in pages if '\npg_up{server="main"} 1\n' not in page] == []


# The journal


def test_lines_for_the_journal_begin_with_their_level(new_daemon, gone):
    journal = {"JOURNAL_STREAM": ""}
    one: Daemon = new_daemon(settings=gone, variables=journal)
    one.log_file.touch()
    file = one.log_file.stat()
    journal["JOURNAL_STREAM"] = f"{file.st_dev}:{file.st_ino}"
    one.start()
    one.write_settings({})
    one.reload()
    wait_until(lambda: one.log_lines("settings refused"), within=5, what="settings are refused")
    one.stop()
    levels = dict(re.findall(r"^<(\d)>time=\S+ level=(\w+) ", one.log, re.MULTILINE))
    assert levels == {"3": "error", "4": "warning", "6": "info"}
    assert [line for line in one.log.splitlines() if not re.match(r"<\d>time=", line)] == []


def test_lines_for_anybody_else_have_none(daemon, gone):
    one = daemon(settings=gone, variables={"JOURNAL_STREAM": "8:1"})
    assert [line for line in one.log.splitlines() if not line.startswith("time=")] == []


# The units


def units(folder: Path) -> list[Path]:
    """The units, with the program where it has been built."""
    copies = []
    for unit in ["pgvigil.service", "pgvigil.socket"]:
        copy = folder / unit
        copy.write_text((UNITS / unit).read_text().replace("/usr/bin/pgvigil", binary()))
        copies.append(copy)
    return copies


def test_systemd_finds_nothing_wrong_with_the_units(tmp_path):
    ended = subprocess.run(
        ["systemd-analyze", "--man=no", "verify", *units(tmp_path)], capture_output=True, text=True, timeout=60
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_systemd_would_find_what_is_wrong_with_them(tmp_path):
    service, socket_unit = units(tmp_path)
    service.write_text(service.read_text().replace("WatchdogSec=30", "WatchdogSec=soon"))
    ended = subprocess.run(
        ["systemd-analyze", "--man=no", "verify", service, socket_unit], capture_output=True, text=True, timeout=60
    )
    assert "Failed to parse sec value, ignoring: soon" in ended.stderr


def test_the_service_is_exposed_as_little_as_a_client_of_databases_can_be(tmp_path):
    ended = subprocess.run(
        ["systemd-analyze", "security", "--no-pager", "--offline=yes", "--threshold=15", units(tmp_path)[0]],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert re.search(r"Overall exposure level for pgvigil\.service: (0\.\d|1\.[0-5]) OK", ended.stdout)


def test_the_account_is_one_that_sysusers_understands(tmp_path):
    (tmp_path / "etc").mkdir()
    command = ["systemd-sysusers", f"--root={tmp_path}", UNITS / "pgvigil.sysusers"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    account = (tmp_path / "etc/passwd").read_text()
    assert re.fullmatch(r"pgvigil:x:\d+:\d+:pgvigil, keeps watch over PostgreSQL:/nonexistent:\S+/nologin\n", account)
