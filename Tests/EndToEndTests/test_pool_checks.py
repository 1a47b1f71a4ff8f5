"""What `check` says to write where a pool, or what was taken for one, is not where the settings say."""

from pathlib import Path

import pytest
import yaml

from daemon import run_command
from document_server import DocumentServer
from processes import wait_until

pytestmark = pytest.mark.timeout(300)  # What is fetched for the first time takes its time.

TARGET_FAILED = 1


@pytest.fixture
def failing(tmp_path):
    """What a check that fails says of one target, in one line: `failing("servers", conninfo=…)`."""

    def check(area: str, **target: object) -> str:
        settings = tmp_path / "pgvigil.yml"
        settings.write_text(yaml.safe_dump({area: [{"name": "it", **target}]}))
        ended = run_command("check", "--config", str(settings))
        assert ended.returncode == TARGET_FAILED, ended.stdout + ended.stderr
        return " ".join(ended.stdout.split())

    return check


@pytest.mark.parametrize(("version", "pooled"), [("1.18", False), ("1.24", False), ("1.24", True)])
def test_a_console_among_servers_is_told_to_belong_under_pools(failing, pgbouncer, postgres18, version, pooled):
    said = failing("servers", conninfo=pgbouncer(postgres18, version).console(), pooled=pooled)
    assert said.endswith(
        "FAIL connection connection lost: FATAL: failure mend: what answers there is the console of PgBouncer, "
        "which is no server: move it from servers to pools, with kind: pgbouncer"
    )


@pytest.mark.parametrize("version", ["1.18", "1.24"])
def test_a_database_in_place_of_the_console_is_told_from_it(failing, pgbouncer, postgres18, version):
    said = failing("pools", kind="pgbouncer", conninfo=pgbouncer(postgres18, version).conninfo("app", "stats"))
    assert 'role "stats" does not exist' in said
    assert said.endswith("mend: conninfo leads to a database and not to the console: dbname=pgbouncer")


@pytest.mark.parametrize(
    ("user", "refusal"),
    [("pgvigil", 'database "pgbouncer" does not exist'), ("stats", 'role "stats" does not exist')],
)
def test_postgresql_in_place_of_its_pooler_is_told_from_it(failing, postgres18, user, refusal):
    said = failing("pools", kind="pgbouncer", conninfo=postgres18.conninfo(user, "pgbouncer"))
    assert refusal in said
    assert said.endswith(
        "mend: what answers there is PostgreSQL itself: check host and port, which are to be PgBouncer's"
    )


@pytest.mark.parametrize("version", ["1.18", "1.24"])
def test_options_that_a_console_refuses_are_named(failing, pgbouncer, postgres18, version):
    conninfo = pgbouncer(postgres18, version).console(options="-c statement_timeout=1s")
    said = failing("pools", kind="pgbouncer", conninfo=conninfo)
    assert said.endswith("mend: remove options from conninfo: a console has no settings")


@pytest.mark.parametrize("kind", ["scram-sha-256", "md5"])
def test_a_wrong_password_is_to_be_checked_at_both_ends(failing, pgbouncer, postgres18, tmp_path, kind):
    bouncer = pgbouncer(postgres18, settings={"auth_type": kind}, users={"stats": "right"})
    password = tmp_path / "password"
    password.write_text("canary7391\n")
    conninfo = f"host=127.0.0.1 port={bouncer.port} user=stats dbname=pgbouncer"
    said = failing("pools", kind="pgbouncer", conninfo=conninfo, password_file=str(password))
    assert said.endswith(
        "mend: check password_file (or where else the password comes from) and the user's line in auth_file "
        "(userlist.txt); auth_query knows no user of the console"
    )
    assert "canary7391" not in said


WRONG = {
    "health": (
        "/document",
        "FAIL document no figure of a pool is in the document; looked for /connection_pool/active,",
        "mend: the document has /pool_available, /pool_max, /pool_min, /pool_size, /requests_waiting; "
        "write the format that it is, or name what is meant with root or fields",
    ),
    "prometheus": (
        "/process",
        "FAIL document no figure of a pool is on the page: looked for hikaricp_*,",
        "mend: the page has process_cpu_seconds_total; check that url leads to the page with the pools, "
        "and that they are measured",
    ),
    "psycopg_pool": (
        "/type",
        "FAIL document the answer is text/html, not JSON: application/json",
        "a JSON document has Content-Type: application/json",
    ),
}


@pytest.mark.parametrize("format", WRONG)
def test_a_document_that_says_nothing_of_a_pool_fails_with_what_is_there(failing, format):
    path, fault, mend = WRONG[format]
    with DocumentServer() as server:
        said = failing("application_pools", url=server.url(path), format=format)
    assert fault in said
    assert said.endswith(mend)


def test_a_document_that_says_nothing_of_a_pool_is_counted_as_no_fit(daemon):
    with DocumentServer() as server:
        formats = {"health": "/document", "prometheus": "/process"}
        pools = [{"name": name, "url": server.url(path), "format": name} for name, path in formats.items()]
        watched = daemon(settings={"interval": "1s", "application_pools": pools})
        for name in formats:
            wait_until(
                lambda: watched.metrics().exposition().value(
                    "dbpool_scrape_failures_total", server=name, reason="mapping"
                ) == 2,
                within=10,
                what=f"two scrapes of {name} have failed",
            )
        page = watched.metrics().exposition()
    assert {name: page.value("dbpool_scrape_success", server=name) for name in formats} == dict.fromkeys(formats, 0)


def test_encryption_where_there_is_none_is_told_to_go(failing):
    with DocumentServer() as server:
        url = server.url("/document").replace("http://", "https://")
        said = failing("application_pools", url=url, format="psycopg_pool")
    assert said.endswith("mend: what answers there speaks no TLS: write http:// in url")


def test_a_password_beside_conninfo_is_named_and_not_quoted(tmp_path):
    settings: Path = tmp_path / "pgvigil.yml"
    pool = {"name": "it", "kind": "pgbouncer", "conninfo": "dbname=pgbouncer", "password": "canary7391"}
    settings.write_text(yaml.safe_dump({"pools": [pool]}))
    ended = run_command("check", "--config", str(settings))
    assert "conninfo: found beside password; allowed is conninfo or single connection settings" in ended.stderr
    assert "canary7391" not in ended.stdout + ended.stderr
