"""SIGHUP: what has changed in the settings changes, and nothing else."""

import copy
import re
import time
from pathlib import Path

import pytest

from daemon import NO_TOURS, Daemon
from exposition import Exposition
from postgres import PostgresServer
from processes import wait_until


@pytest.fixture(scope="module")
def server(new_postgres, embedded):
    """A server with a database for each target, so that it can tell their sessions apart."""
    one = new_postgres(embedded)
    one.start()
    try:
        one.create_role()
        for database in ("first", "second", "third", "fourth"):
            one.execute(f"CREATE DATABASE {database}")
        yield one
    finally:
        one.stop()


@pytest.fixture
def settings(server) -> dict:
    targets = [
        {"name": name, "conninfo": server.conninfo(database=name), "collectors": NO_TOURS}
        for name in ("first", "second", "third")
    ]
    return {"interval": "1s", "servers": targets, "log": {"level": "info"}}


@pytest.fixture
def running(daemon, settings, server) -> Daemon:
    one = daemon(settings=copy.deepcopy(settings))
    wait_until(lambda: all(len(pids) == 1 for pids in (backends(server, name) for name in NAMES)),
               within=10, what="visits are over")
    one.wait_for(lambda page: all(polls(page, name) >= 3 for name in NAMES), within=15, what="three polls each")
    return one


NAMES = ("first", "second", "third")
COUNTERS = re.compile(r"^pgvigil_\w+_total$|^pg_connect_failures_total$")


def backends(server: PostgresServer, database: str) -> set[int]:
    rows = server.execute(
        f"SELECT pid FROM pg_stat_activity WHERE application_name = 'pgvigil' AND datname = '{database}'"
    )
    return {pid for (pid,) in rows}


def polls(page: Exposition, name: str) -> float:
    return page.value("pgvigil_polls_total", server=name) or 0


def counters(page: Exposition, name: str) -> dict[tuple, float]:
    return {
        (sample, labels): value
        for (sample, labels), value in page.samples.items()
        if COUNTERS.match(sample) and ("server", name) in labels
    }


def reload(daemon: Daemon, settings: dict, *, to: int = 1) -> Exposition:
    """Reloads, and returns the first page after it."""
    before = len(daemon.log_lines("settings re"))
    daemon.write_settings(settings)
    daemon.reload()
    wait_until(lambda: len(daemon.log_lines("settings re")) > before, within=5, what="settings reloaded or refused")
    page = daemon.metrics().exposition()
    assert page.value("pgvigil_settings_reload_success") == to, daemon.log
    return page


def test_untouched_targets_keep_their_sessions_and_counters(running, settings, server):
    pids = {name: backends(server, name) for name in NAMES}
    before = running.metrics().exposition()
    settings["servers"][1]["labels"] = {"env": "test"}

    pages = [reload(running, settings)]
    deadline = time.monotonic() + 4
    while time.monotonic() < deadline:
        pages.append(running.metrics().exposition())
        time.sleep(0.1)

    for name in ("first", "third"):
        assert backends(server, name) == pids[name]
        last = counters(before, name)
        assert len(last) > 10
        for page in pages:
            assert page.value("pg_up", server=name) == 1
            now = counters(page, name)
            assert [key for key in last if now.get(key, -1) < last[key]] == []
            last = now
        assert polls(pages[-1], name) - polls(before, name) >= 3
        assert pages[-1].value("pgvigil_connects_total", server=name) == before.value(
            "pgvigil_connects_total", server=name
        )


def test_a_changed_target_is_connected_anew(running, settings, server):
    old = backends(server, "second")
    settings["servers"][1]["labels"] = {"env": "test"}
    reload(running, settings)
    page = running.wait_for(
        lambda page: page.value("pg_up", server="second", env="test") == 1, within=5, what="the changed target is up"
    )
    own = [labels for _, labels in page.samples if ("server", "second") in labels]
    assert [labels for labels in own if ("env", "test") not in labels] == []
    assert old.isdisjoint(backends(server, "second"))


def test_a_removed_target_vanishes_and_its_connections_close(running, settings, server):
    del settings["servers"][1]
    page = reload(running, settings)
    assert [key for key in page.samples if ("server", "second") in key[1]] == []
    assert running.metrics(server="second").status == 404
    wait_until(lambda: not backends(server, "second"), within=2, what="its connections are closed")
    time.sleep(2)
    assert [key for key in running.metrics().exposition().samples if ("server", "second") in key[1]] == []


def test_an_added_target_appears(running, settings, server):
    settings["servers"].append({"name": "fourth", "conninfo": server.conninfo(database="fourth")})
    reload(running, settings)
    running.wait_for(lambda page: page.value("pg_up", server="fourth") == 1, within=5, what="the new target is up")
    assert running.metrics(server="fourth").status == 200
    assert backends(server, "fourth")


def test_a_probe_that_is_removed_at_work_leaves_no_session_and_no_thread(running, settings, server):
    def threads() -> int:
        return len(list(Path(f"/proc/{running.pid}/task").iterdir()))

    def is_at_work() -> bool:
        statement = "SELECT 1 FROM pg_stat_activity WHERE datname = 'fourth' AND query LIKE '%pg_sleep(1.5)%'"
        return bool(server.execute(f"{statement} AND state = 'active' AND pid <> pg_backend_pid()"))

    before = threads()
    probe = {
        "name": "slow",
        "server": "first",
        "database": "fourth",
        "schedule": {"interval": "3s", "timeout": "2s"},
        "steps": [{"sql": "SELECT pg_sleep(1.5)", "measure": True}],
    }
    reload(running, {**settings, "custom_probes": [probe]})
    wait_until(is_at_work, within=10, what="the probe is at work", every=0.02)
    assert threads() > before

    page = reload(running, settings)
    assert [name for name, _ in page.samples if name.startswith("pg_probe_")] == []
    wait_until(lambda: not backends(server, "fourth"), within=2, what="its session is closed")
    wait_until(lambda: threads() <= before, within=5, what="its threads have ended")
    deadline = time.monotonic() + 4
    while time.monotonic() < deadline:
        assert not backends(server, "fourth")
        time.sleep(0.1)


def test_a_renamed_target_is_another(running, settings):
    settings["servers"][0]["name"] = "renamed"
    reload(running, settings)
    page = running.wait_for(lambda page: page.value("pg_up", server="renamed") == 1, within=5, what="it is up")
    assert [key for key in page.samples if ("server", "first") in key[1]] == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("servers:\n  - name: first\n    intervall: 1s\n", "3:5"),
        ("interval: 1s\nservers: [\n", None),
        ("servers: []\n", "1:10"),
        ("interval: soon\nservers:\n  - name: first\n", "1:11"),
    ],
    ids=["unknown key", "not YAML", "no servers", "not a duration"],
)
def test_broken_settings_leave_everything_in_force(running, server, text, place):
    pids = {name: backends(server, name) for name in NAMES}
    before = running.metrics().exposition()
    running.settings_file.write_text(text)
    running.reload()
    wait_until(lambda: running.log_lines("settings refused"), within=5, what="settings refused")

    where = rf"{re.escape(str(running.settings_file))}:{place or '[0-9]+:[0-9]+'}:"
    assert re.search(where, running.log_lines("settings refused")[0]), running.log
    after = running.wait_for(
        lambda page: all(polls(page, name) >= polls(before, name) + 2 for name in NAMES),
        within=6,
        what="two more polls",
    )
    assert after.value("pgvigil_settings_reload_success") == 0
    accepted = "pgvigil_settings_reload_success_timestamp_seconds"
    assert after.value(accepted) == before.value(accepted)
    assert {name: backends(server, name) for name in NAMES} == pids


def test_a_file_that_is_gone_leaves_everything_in_force(running):
    running.settings_file.unlink()
    running.reload()
    wait_until(lambda: running.log_lines("settings refused"), within=5, what="settings refused")
    page = running.metrics().exposition()  # Tells at once, not only after the next poll.
    assert page.value("pgvigil_settings_reload_success") == 0
    assert [page.value("pg_up", server=name) for name in NAMES] == [1, 1, 1]


def test_good_settings_after_broken_ones_are_taken(running, settings):
    running.settings_file.write_text("servers: []\n")
    running.reload()
    wait_until(lambda: running.log_lines("settings refused"), within=5, what="settings refused")
    assert reload(running, settings).value("pgvigil_settings_reload_success") == 1


def test_the_log_level_changes(running, settings):
    settings["log"]["level"] = "error"
    running.write_settings(settings)
    running.reload()
    time.sleep(1)
    before = running.log
    for target in settings["servers"]:
        target["conninfo"] = target["conninfo"].replace("user=pgvigil", "user=nobody_such")
    running.write_settings(settings)
    running.reload()
    running.wait_for(lambda page: page.value("pg_up", server="first") == 0, within=5, what="pg_up 0")
    assert running.log == before, "a warning was written at level error"

    settings["log"]["level"] = "info"
    reload(running, settings)
    assert running.log_lines("level=notice")


def test_a_reload_does_not_wait_for_a_server_that_is_frozen(running, settings, server, postgres):
    other = postgres()
    settings["servers"].append({"name": "frozen", "conninfo": other.conninfo()})
    reload(running, settings)
    running.wait_for(lambda page: page.value("pg_up", server="frozen") == 1, within=5, what="it is up")
    with other.frozen():
        running.wait_for(lambda page: page.value("pg_up", server="frozen") == 0, within=5, what="it is down")
        before = running.metrics().exposition()
        del settings["servers"][-1]
        began = time.monotonic()
        page = reload(running, settings)
        assert time.monotonic() - began < 5
    assert page.value("pg_up", server="frozen") is None
    assert polls(page, "first") >= polls(before, "first")
    wait_until(lambda: other.backends_of("pgvigil") == 0, within=5, what="its connections are closed")


def test_many_reloads_at_once_leave_one_session_each(running, settings, server):
    for number in range(20):
        settings["servers"][1]["labels"] = {"env": f"test{number}"}
        running.write_settings(settings)
        running.reload()
        time.sleep(0.02)
    page = running.wait_for(
        lambda page: page.value("pg_up", server="second", env="test19") == 1, within=10, what="the last settings rule"
    )
    assert len(page.all("pg_up", server="second")) == 1
    wait_until(lambda: all(len(backends(server, name)) == 1 for name in NAMES), within=5, what="one session each")
    began = time.monotonic()
    running.stop(within=5)
    assert time.monotonic() - began < 2
