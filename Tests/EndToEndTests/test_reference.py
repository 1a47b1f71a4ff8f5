"""The metrics reference, and the SQL for a role: what they say is what happens."""

import shlex
import subprocess

import pytest
import yaml

from catalogue import catalogue
from daemon import CHECKOUT, run_command

REFERENCE = CHECKOUT / "docs/metrics.md"


# metrics


def test_the_page_in_docs_is_what_the_program_prints():
    ended = run_command("metrics")

    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == REFERENCE.read_text(), "write it anew: pgvigil metrics > docs/metrics.md"


def test_every_series_of_a_real_page_stands_in_the_reference(daemon, postgres18):
    page = daemon(postgres18).get("/metrics").exposition()

    known = catalogue()
    assert sorted(page.names - known.keys()) == []
    strays = {
        (name, label)
        for name, labels in page.samples
        for label, _ in labels
        if label not in known[name].labels
    }
    assert strays == set()


def test_a_real_page_agrees_on_types_and_helps(daemon, postgres18):
    lines = daemon(postgres18).get("/metrics").text.splitlines()
    announced = [line.split(" ", 3)[1:] for line in lines if line.startswith("# ")]
    helps = {name: text for what, name, text in announced if what == "HELP"}
    types = {name: text for what, name, text in announced if what == "TYPE"}

    known = catalogue()
    # Text format has no infos.
    expected = {name: known[name].type.replace("info", "gauge") for name in types}
    assert types == expected
    assert helps == {name: known[name].help for name in helps}


# grants


@pytest.mark.parametrize("role", ["pgvigil", 'watch "the" dog; --'])
def test_grants_turn_check_green(role, postgres, tmp_path):
    server = postgres()
    server.execute("DROP ROLE pgvigil")
    settings = tmp_path / "pgvigil.yml"
    place = {"host": "127.0.0.1", "port": server.port, "dbname": "postgres", "user": role}
    settings.write_text(yaml.safe_dump({"servers": [{"name": "main", **place}]}))

    missing = run_command("check", "--config", str(settings))
    assert missing.returncode == 1
    assert f"mend: run as a superuser: pgvigil grants --role {shlex.quote(role)} | psql" in missing.stdout

    server.execute(f"CREATE ROLE {quoted(role)} LOGIN")
    without_rights = run_command("check", "--config", str(settings))
    assert without_rights.returncode == 1
    mends = [line.partition("mend: ")[2] for line in without_rights.stdout.splitlines() if "mend: GRANT" in line]
    server.execute(f"DROP ROLE {quoted(role)}")

    sql = run_command("grants", "--role", role)
    for _ in range(2):  # It may be run again.
        assert run_as_superuser(server, sql.stdout) == ""
        green = run_command("check", "--config", str(settings))
        assert green.returncode == 0, green.stdout
        assert "FAIL" not in green.stdout
    assert mends and set(mends) <= set(sql.stdout.splitlines())


def test_the_role_of_grants_can_change_nothing(postgres):
    server = postgres()
    server.execute("DROP ROLE pgvigil")
    run_as_superuser(server, run_command("grants").stdout)

    flags = "rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls"
    assert server.execute(f"SELECT {flags} FROM pg_roles WHERE rolname = 'pgvigil'") == [(False,)]
    granted = server.execute(
        "SELECT roleid::regrole::text FROM pg_auth_members WHERE member = 'pgvigil'::regrole ORDER BY 1"
    )
    assert [name for (name,) in granted if not name.startswith(("pg_monitor", "pg_read_all_s"))] == []


# check


def test_check_names_the_setting_that_would_tell_more(postgres, tmp_path):
    server = postgres(settings={"track_io_timing": "off"})

    ended = run_command("check", DATA_SOURCE_NAME=server.conninfo())
    assert ended.returncode == 0, ended.stdout
    assert "mend: ALTER SYSTEM SET track_io_timing = on; then SELECT pg_reload_conf();" in ended.stdout

    server.execute("ALTER SYSTEM SET track_io_timing = on")
    server.execute("SELECT pg_reload_conf()")
    assert "track_io_timing" not in run_command("check", DATA_SOURCE_NAME=server.conninfo()).stdout


@pytest.mark.parametrize(
    ("line", "mend"),
    [
        ("host all pgvigil 127.0.0.1/32 reject", "check the role, its password and the server's pg_hba.conf"),
        ("host all pgvigil 127.0.0.1/32 scram-sha-256", "give a password: "),
    ],
)
def test_check_says_what_lets_us_in(line, mend, postgres):
    server = postgres(access=[line])

    ended = run_command("check", DATA_SOURCE_NAME=server.conninfo())
    assert ended.returncode == 1
    assert f"mend: {mend}" in ended.stdout


def test_check_names_the_line_of_pg_hba_conf(postgres):
    server = postgres(access=["host all all 127.0.0.1/32 trust"])
    hba = server.data / "pg_hba.conf"
    hba.write_text("local all all trust\n")
    server.reload()

    def check():
        return run_command("check", DATA_SOURCE_NAME=server.conninfo())

    ended = check()
    line = "host postgres pgvigil 127.0.0.1/32 scram-sha-256"
    assert f"then SELECT pg_reload_conf(): {line}\n" in ended.stdout
    hba.write_text(f"local all all trust\n{line.replace('scram-sha-256', 'trust')}\n")
    server.execute("SELECT pg_reload_conf(), pg_sleep(0.2)")
    assert check().returncode == 0


# Helpers


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def run_as_superuser(server, sql: str) -> str:
    """What psql says of it, but notices."""
    place = ["-h", str(server.folder), "-p", str(server.port), "-U", "postgres", "-d", "postgres"]
    ran = subprocess.run(
        ["psql", "-qX", "-v", "ON_ERROR_STOP=1", *place], input=sql, capture_output=True, text=True
    )
    return "".join(line for line in ran.stderr.splitlines() if not line.startswith("NOTICE"))
