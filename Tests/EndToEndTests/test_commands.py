"""The commands of pgvigil, and what their exit codes say."""

import pytest
import yaml

from daemon import run_command
from exposition import Exposition

GOOD, TARGET_FAILED, SETTINGS_REFUSED, USAGE = 0, 1, 2, 64


@pytest.fixture
def settings_file(tmp_path):
    """Writes settings: `settings_file({…})` or `settings_file("text")`."""

    def write(settings: dict | str):
        path = tmp_path / "pgvigil.yml"
        path.write_text(settings if isinstance(settings, str) else yaml.safe_dump(settings))
        return str(path)

    return write


@pytest.fixture
def good(settings_file, postgres18):
    return settings_file({"servers": [{"name": "main", "conninfo": postgres18.conninfo()}]})


@pytest.fixture
def down(settings_file, free_port):
    conninfo = f"host=127.0.0.1 port={free_port} user=pgvigil dbname=postgres"
    return settings_file({"servers": [{"name": "gone", "conninfo": conninfo}]})


# Usage


@pytest.mark.parametrize("command", [[], ["serve"], ["collect"], ["check"]], ids=lambda words: "".join(words))
def test_help_explains(command):
    ended = run_command(*command, "--help")

    assert (ended.returncode, ended.stderr) == (GOOD, "")
    assert "usage" in ended.stdout.lower()
    expected = ["serve", "collect", "check"] if not command else ["--config"]
    assert [word for word in expected if word not in ended.stdout] == []


@pytest.mark.parametrize(
    "arguments",
    [["frobnicate"], ["serve", "--frobnicate"], ["check", "--config"], ["serve", "--interval", "soon"]],
    ids=" ".join,
)
def test_wrong_usage_is_told_apart(arguments):
    ended = run_command(*arguments)

    assert ended.returncode == USAGE
    assert ended.stderr != ""


# Settings


@pytest.mark.parametrize("command", ["serve", "collect", "check"])
def test_bad_settings_are_refused_with_their_place(command, settings_file):
    file = settings_file("servers:\n  - name: main\n    conninfo: host=127.0.0.1\n    intervall: 15s\n")
    ended = run_command(command, "--config", file)

    assert ended.returncode == SETTINGS_REFUSED
    assert f"{file}:4:5:" in ended.stderr
    assert "interval" in ended.stderr


@pytest.mark.parametrize("command", ["serve", "collect", "check"])
def test_a_missing_settings_file_is_refused(command, tmp_path):
    ended = run_command(command, "--config", str(tmp_path / "nowhere.yml"))

    assert ended.returncode == SETTINGS_REFUSED
    assert "nowhere.yml" in ended.stderr


@pytest.mark.parametrize("command", ["serve", "collect", "check"])
def test_refused_settings_are_not_quoted(command, settings_file):
    file = settings_file("servers:\n  - name: main\n    password: canary7391\n   conninfo: [canary7391\n")
    ended = run_command(command, "--config", file)

    assert ended.returncode == SETTINGS_REFUSED
    assert "canary7391" not in ended.stdout + ended.stderr


# check


def test_check_of_a_good_server(good):
    ended = run_command("check", "--config", good)

    assert ended.returncode == GOOD, ended.stdout + ended.stderr
    for word in ("main", "pgvigil", "database"):  # The target, the role, a collector.
        assert word in ended.stdout


def test_check_of_a_server_that_is_down(down):
    ended = run_command("check", "--config", down)

    assert ended.returncode == TARGET_FAILED
    assert "gone" in ended.stdout + ended.stderr


# collect


def test_collect_prints_a_page_once(good):
    ended = run_command("collect", "--config", good)

    assert ended.returncode == GOOD, ended.stderr
    page = Exposition.of_text(ended.stdout.encode())
    assert page.value("pg_up", server="main") == 1
    assert page.value("pg_stat_database_xact_commit_total", server="main", datname="postgres") > 0


def test_collect_prints_openmetrics(good):
    ended = run_command("collect", "--config", good, "--format", "openmetrics")

    assert ended.returncode == GOOD, ended.stderr
    assert Exposition.of_openmetrics(ended.stdout.encode()).value("pg_up", server="main") == 1


def test_collect_of_one_collector(good):
    ended = run_command("collect", "--config", good, "--server", "main", "--collector", "database")

    assert ended.returncode == GOOD, ended.stderr
    names = Exposition.of_text(ended.stdout.encode()).names
    assert "pg_stat_database_xact_commit_total" in names
    assert [name for name in names if name.startswith(("pg_stat_activity", "pg_stat_archiver"))] == []


def test_collect_leaves_out_what_counts_from_the_daemon_s_start(settings_file, postgres18):
    postgres18.execute("SELECT '[1]'::vector <-> '[2]' AS distance ORDER BY '[1]'::vector <-> '[2]'")
    watched = {"name": "main", "conninfo": postgres18.conninfo(), "databases": ["postgres"]}
    ended = run_command("collect", "--config", settings_file({"servers": [watched]}))

    names = Exposition.of_text(ended.stdout.encode()).names
    assert (ended.returncode, [name for name in names if name.startswith("pg_vector_statement")]) == (GOOD, [])
    assert "pg_vector_extension_info" in names
    assert ended.stderr == (
        "collect: left out pg_vector_statement_calls_total, pg_vector_statement_rows_total, "
        "pg_vector_statement_seconds_total: they count from the daemon's start\n"
    )


def test_collect_of_a_server_that_is_down(down):
    ended = run_command("collect", "--config", down)

    assert ended.returncode == TARGET_FAILED
    assert Exposition.of_text(ended.stdout.encode()).value("pg_up", server="gone") == 0


def test_the_environment_names_a_server(postgres18):
    by_source = run_command("collect", DATA_SOURCE_NAME=postgres18.conninfo())
    by_parts = run_command(
        "collect", PGHOST="127.0.0.1", PGPORT=str(postgres18.port), PGUSER="pgvigil", PGDATABASE="postgres"
    )

    for ended in (by_source, by_parts):
        assert ended.returncode == GOOD, ended.stderr
        assert Exposition.of_text(ended.stdout.encode()).value("pg_up", server="main") == 1
