"""The harness itself: a test that leans on it must be able to trust it."""

import os
import signal
import time

import psycopg
import pytest

from exposition import Exposition
from installation import VERSIONS, Installation, Unavailable
from processes import wait_until
from sampling import Sampling


def test_a_frozen_server_answers_nobody_until_it_thaws(postgres):
    server = postgres()
    with server.connect() as connection, Sampling(lambda: connection.execute("SELECT 1"), every=0.05) as sampling:
        wait_until(lambda: sampling.values, within=5, what="the server answers")
        with server.frozen():
            time.sleep(0.5)
    assert 0.4 < sampling.max_seconds < 5
    assert sampling.errors == []


@pytest.mark.timeout(900)  # What is fetched for the first time takes its time.
@pytest.mark.parametrize("version", VERSIONS)
def test_a_server_of_every_version_is_what_it_says(postgres_of, version):
    server = postgres_of(version)
    assert server.execute("SELECT current_setting('server_version_num')::int / 10000") == [(version,)]
    with psycopg.connect(server.conninfo()) as connection:
        rights = connection.execute("SELECT current_user, pg_has_role('pg_monitor', 'USAGE')").fetchone()
    assert rights == ("pgvigil", True)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_standby_of_every_version_follows_its_primary(postgres_of, standby_of, version):
    primary, standby = postgres_of(version), standby_of(version)
    primary.execute(f"CREATE TABLE followed AS SELECT {version} AS version")
    standby.follow(primary)
    assert standby.execute("SELECT version, pg_is_in_recovery() FROM followed") == [(version, True)]
    streaming = "SELECT application_name, state FROM pg_stat_replication"
    assert primary.execute(streaming) == [("standby", "streaming")]
    assert primary.execute("SELECT slot_name, active FROM pg_replication_slots") == [("standby", True)]


def test_a_promoted_standby_is_a_primary(postgres, processes):
    primary = postgres()
    standby = primary.standby(processes.folder / "promoted")
    try:
        standby.start()
        standby.promote()
        assert standby.execute("SELECT pg_is_in_recovery()") == [(False,)]
        standby.execute("CREATE TABLE written_there()")
        assert primary.execute("SELECT to_regclass('written_there')") == [(None,)]
    finally:
        standby.stop()


def test_a_version_that_nobody_has_is_said_to_be_missing(processes):
    with pytest.raises(Unavailable, match=r"^PostgreSQL 12 cannot be had here: not one of 13 to 18$"):
        Installation.of(12, processes.folder)


@pytest.mark.parametrize("version", [13, 15, 18])
def test_a_server_starts_again_after_stop_and_kill(postgres, installation_of, version):
    server = postgres(installation_of(version))
    first = server.pid
    server.restart()
    assert server.pid != first
    server.kill()
    server.start()
    assert server.execute("SELECT count(*) FROM pg_roles WHERE rolname = 'pgvigil'") == [(1,)]


def test_the_superuser_cannot_come_by_loopback(postgres18):
    with pytest.raises(psycopg.OperationalError, match="pg_hba.conf rejects"):
        psycopg.connect(postgres18.conninfo(user="postgres"))
    with psycopg.connect(postgres18.conninfo()) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("pgvigil",)


def test_a_stopped_server_that_was_frozen_ends(postgres):
    server = postgres()
    server.freeze()
    server.stop()


def test_what_is_left_is_found_and_killed(processes, tmp_path):
    with (tmp_path / "log").open("wb") as log:
        process = processes.start(["sh", "-c", "trap '' TERM; sleep 600 & wait"], output=log)

    def in_its_session() -> set[int]:
        return {pid for pid in processes.left() if _session(pid) == process.pid}

    wait_until(lambda: len(in_its_session()) == 2, within=5, what="both processes run")
    ours = in_its_session()
    for pid in ours:
        os.kill(pid, signal.SIGKILL)
    process.wait()
    assert processes.left().keys().isdisjoint(ours)


def test_both_formats_give_one_model():
    text = b'# TYPE a_total counter\na_total{x="\\"1\\\\"} 9007199254740993\n# TYPE b gauge\nb NaN\n'
    openmetrics = b'# TYPE a counter\na_total{x="\\"1\\\\"} 9007199254740993\n# TYPE b gauge\nb NaN\n# EOF\n'
    assert Exposition.of_text(text).differences(Exposition.of_openmetrics(openmetrics)) == []
    other = Exposition.of_text(text.replace(b"NaN", b"1"))
    assert Exposition.of_text(text).differences(other) == ["b{}: nan and 1"]


@pytest.mark.parametrize(
    "text",
    [b"a 1\na 2\n", b'# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\n# TYPE a gauge\na{x="1"} 1\n'],
    ids=["a sample", "a family"],
)
def test_what_comes_twice_is_an_error(text):
    with pytest.raises(AssertionError, match="twice|two places"):
        Exposition.of_text(text)


def test_a_slow_look_counts_with_its_time():
    with Sampling(lambda: time.sleep(0.3), every=0.1) as sampling:
        time.sleep(0.5)
    assert 0.3 <= sampling.max_seconds < 1


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return None
