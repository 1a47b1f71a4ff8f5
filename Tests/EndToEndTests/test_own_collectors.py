"""Collectors that an operator writes: the example of docs/own-collectors.md, and what goes wrong with others."""

import json
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml

from daemon import CHECKOUT, NO_TOURS, Daemon, run_command
from exposition import Exposition
from postgres import PostgresServer
from processes import wait_until
from prometheus import complaints_of_promtool

VERSIONS = (16, 18)
PAGE = (CHECKOUT / "docs/own-collectors.md").read_text()
GOOD, TARGET_FAILED, SETTINGS_REFUSED, USAGE = 0, 1, 2, 64
DATABASE = "own"
EXAMPLE = "searches_by_namespace"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, flags=re.M | re.S)


SCHEMA, ADDITION = blocks("sql")
# What the page says that comes out of it.
SHOWN = {"en": 40, "de": 12}


@pytest.fixture(params=VERSIONS)
def server(request, postgres_of: Callable[[int], PostgresServer]) -> Iterator[PostgresServer]:
    one = postgres_of(request.param)
    one.execute(f"CREATE DATABASE {DATABASE}")
    yield one
    one.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")


class Application:
    """Searches by namespace, and counts them as the page says."""

    def __init__(self, server: PostgresServer):
        self.server = server
        self.execute(SCHEMA)

    def execute(self, statement: str) -> list[tuple]:
        return self.server.execute(statement, database=DATABASE)

    def add(self, namespace: str, searches: int, short_results: int = 0, seconds: float = 0) -> None:
        values = {"namespace": namespace, "searches": searches, "short_results": short_results, "seconds": seconds}
        with self.server.connect(database=DATABASE) as connection:
            connection.execute(ADDITION, values)


@pytest.fixture
def application(server: PostgresServer) -> Application:
    one = Application(server)
    for namespace, searches in SHOWN.items():
        one.add(namespace, searches)
    return one


def settings(server: PostgresServer, *own: dict[str, Any], interval: str = "1s", **more: Any) -> dict:
    main = {"name": "main", "conninfo": server.conninfo(database=DATABASE), "collectors": NO_TOURS}
    return {"interval": interval, "servers": [main | more], "own_collectors": list(own)}


def of_the_page(server: PostgresServer) -> dict:
    """The settings of the example, with the server of the test."""
    written = yaml.safe_load(blocks("yaml")[0])
    written["servers"][0] |= {"conninfo": server.conninfo(database=DATABASE)}
    return {"interval": "1s", **written}


def collector(name: str, sql: str, labels: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    """One with the column `n`, which becomes the gauge `shop_NAME`."""
    metrics = {"n": {"name": f"shop_{name}", "type": "gauge", "help": f"A number, of {name}."}}
    return {"name": name, "sql": sql, "metrics": metrics} | ({"labels": list(labels)} if labels else {}) | more


@pytest.fixture
def settings_file(tmp_path):
    def write(settings: dict) -> str:
        path = tmp_path / "pgvigil.yml"
        path.write_text(yaml.safe_dump(settings, sort_keys=False))
        return str(path)

    return write


def state(page: Exposition, name: str) -> tuple[float | None, str | None]:
    """Whether the latest run succeeded, and why it did not."""
    for labels, value in page.all("pgvigil_collector_success", collector=name).items():
        return value, dict(labels).get("reason")
    return None, None


def runs(page: Exposition) -> float:
    return page.value("pgvigil_polls_total", server="main") or 0


# The example


def test_the_example_shows_what_the_application_counts(application: Application, daemon: Callable[..., Daemon]):
    watched = daemon(settings=of_the_page(application.server))
    before = watched.wait_for(lambda page: page.all("shop_searches_total"), within=10, what="searches are shown")
    assert before.samples.keys() >= {
        ("shop_searches_total", frozenset({("server", "main"), ("namespace", name)})) for name in SHOWN
    }
    assert len(before.all("shop_searches_total")) == 2
    assert {name: before.value("shop_searches_total", namespace=name) for name in SHOWN} == SHOWN
    assert state(before, EXAMPLE) == (1, None)
    assert before.value("pgvigil_collector_rows", collector=EXAMPLE) == 2
    assert before.value("pgvigil_collector_series", collector=EXAMPLE) == 8

    application.add("en", 5, short_results=2, seconds=0.25)
    application.add("fr", 1)
    after = watched.wait_for(
        lambda page: page.value("shop_searches_total", namespace="fr"), within=5, what="the new namespace is shown"
    )
    rise = after.value("shop_searches_total", namespace="en") - before.value("shop_searches_total", namespace="en")
    assert rise == 5
    assert after.value("shop_searches_total", namespace="de") == SHOWN["de"]
    assert after.value("shop_search_short_results_total", namespace="en") == 2
    assert after.value("shop_search_seconds_total", namespace="en") == 0.25
    for name, latest in application.execute("SELECT namespace, extract(epoch FROM latest) FROM search_counts"):
        assert after.value("shop_search_latest_timestamp_seconds", namespace=name) == float(latest)

    complaints = complaints_of_promtool(watched.metrics().body).splitlines()
    assert [line for line in complaints if "shop_" in line] == []
    strictly = watched.metrics("application/openmetrics-text;version=1.0.0").exposition()
    assert strictly.types["shop_searches"] == "counter"
    assert strictly.types["shop_search_latest_timestamp_seconds"] == "gauge"
    assert strictly.value("shop_searches_total", namespace="en") == SHOWN["en"] + 5


def test_the_commands_know_the_example(application: Application, settings_file):
    file = settings_file(of_the_page(application.server))
    checked = run_command("check", "--config", file)
    assert checked.returncode == GOOD, checked.stdout + checked.stderr
    assert re.search(rf"ok +{EXAMPLE} +8 series$", checked.stdout, flags=re.M), checked.stdout

    collected = run_command("collect", "--config", file, "--collector", EXAMPLE)
    assert collected.returncode == GOOD, collected.stderr
    (shown,) = blocks("text")
    lines = [line for line in collected.stdout.splitlines() if line.startswith("shop_searches_total")]
    assert sorted(lines) == shown.splitlines()

    unknown = run_command("collect", "--config", file, "--collector", "searches")
    assert unknown.returncode == USAGE
    assert "There is no collector searches; there are" in unknown.stderr and EXAMPLE in unknown.stderr


def test_the_queries_of_the_page_have_data(postgres18, daemon, prometheus):
    postgres18.execute(f"CREATE DATABASE {DATABASE}")
    try:
        application = Application(postgres18)
        application.add("en", 40, seconds=4)
        application.add("silent", 1)
        application.execute("UPDATE search_counts SET latest = now() - interval '16 min' WHERE namespace = 'silent'")
        watched = daemon(settings=of_the_page(postgres18))
        watcher = prometheus({"main": watched.ports[0]})
        rate, mean, silent = blocks("promql")[0].splitlines()

        def found(query: str) -> dict[str, float]:
            return {dict(labels)["namespace"]: value for labels, value in watcher.query(query).items()}

        wait_until(lambda: found(rate).keys() == {"en", "silent"}, within=20, what="there is a rate")
        wait_until(lambda: found("shop_searches_total").get("en") == 40, within=10, what="it is scraped")
        application.add("en", 10, seconds=5)
        wait_until(lambda: found(rate)["en"] > 0, within=10, what="the rate rises")
        assert found(rate)["silent"] == 0
        assert found(mean)["en"] == pytest.approx(0.5)  # Of the new ones alone.
        assert found(silent).keys() == {"silent"}
    finally:
        watched.stop()
        postgres18.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")


# What goes wrong


def test_each_failure_costs_its_collector_alone(application: Application, daemon: Callable[..., Daemon]):
    application.execute(
        """
        CREATE TABLE canary_locked AS SELECT 1 AS n;
        CREATE TABLE canary_thin AS SELECT 2 AS n;
        CREATE TABLE canary_shut AS SELECT 3 AS n;
        CREATE TABLE canary_slow AS SELECT 0 AS n;
        GRANT SELECT ON canary_locked, canary_thin, canary_shut, canary_slow TO pgvigil;
        """
    )
    sleep = "SELECT n FROM canary_slow, LATERAL pg_sleep(canary_slow.n) AS s"
    watched = daemon(
        settings=settings(
            application.server,
            collector("slow", sleep),
            collector("locked", "SELECT n FROM canary_locked"),
            collector("thin", "SELECT n FROM canary_thin"),
            collector("shut", "SELECT n FROM canary_shut"),
            collector("well", "SELECT searches AS n, namespace FROM search_counts", ("namespace",)),
        )
    )
    broken = ("slow", "locked", "thin", "shut")
    names = (*broken, "well")
    healthy = watched.wait_for(
        lambda page: all(state(page, name) == (1, None) for name in names), within=10, what="all are well"
    )
    assert {name: healthy.value(f"shop_{name}") for name in broken} == {"slow": 0, "locked": 1, "thin": 2, "shut": 3}

    def others_are_well(page: Exposition, *failing: str) -> None:
        assert {name: state(page, name)[0] for name in names if name not in failing} == {
            name: 1 for name in names if name not in failing
        }
        assert page.value("pg_up") == 1
        assert page.value("shop_well", namespace="en") == SHOWN["en"]

    application.execute("UPDATE canary_slow SET n = 30")
    # Its values stay for one poll, and what it left no time for in that one is well in the next.
    page = watched.wait_for(lambda page: page.value("shop_slow") is None, within=10, what="the slow one is gone")
    assert state(page, "slow") == (0, "timeout")
    others_are_well(page, "slow")
    # A third of the interval, and not the second that it may take at most.
    assert 0.33 <= page.value("pgvigil_collector_duration_seconds", collector="slow") < 0.6

    with application.server.connect(database=DATABASE) as other, other.transaction():
        other.execute("LOCK TABLE canary_locked")
        page = watched.wait_for(lambda page: state(page, "locked") == (0, "lock"), within=10, what="it is locked")
        others_are_well(page, "slow", "locked")
        page = watched.wait_for(lambda page: page.value("shop_locked") is None, within=10, what="it is withdrawn")
        others_are_well(page, "slow", "locked")
    watched.wait_for(lambda page: page.value("shop_locked") == 1, within=10, what="it is back")

    application.execute("ALTER TABLE canary_thin RENAME n TO m")
    page = watched.wait_for(lambda page: state(page, "thin") == (0, "missing"), within=10, what="a column is gone")
    assert page.value("shop_thin") is None
    others_are_well(page, "slow", "thin")

    application.execute("REVOKE SELECT ON canary_shut FROM pgvigil")
    page = watched.wait_for(lambda page: state(page, "shut") == (0, "privileges"), within=10, what="it is refused")
    assert page.value("shop_shut") is None
    others_are_well(page, "slow", "thin", "shut")
    # None of it has cost the session.
    before, after = (one.value("pgvigil_connects_total", server="main") for one in (healthy, page))
    assert after - before <= 1  # A visit.
    assert page.value("pgvigil_poll_overruns_total", server="main") == 0

    assert "canary" not in watched.log and "pg_sleep" not in watched.log
    for name, words in {
        "slow": "the statement took longer than it may, or was cancelled (SQLSTATE 57014)",
        "locked": "something that the statement reads is locked (SQLSTATE 55P03)",
        "thin": "a column that the statement reads is not there (SQLSTATE 42703)",
        "shut": "the role may not read something that the statement reads (SQLSTATE 42501)",
    }.items():
        said = [line for line in watched.log_lines("the collector failed") if f"collector={name} " in line]
        assert len(said) == 1 and words in said[0], watched.log


def test_nobody_waits_for_an_own_collector_for_more_than_a_second(
    application: Application, daemon: Callable[..., Daemon]
):
    slow = collector("slow", "SELECT searches AS n, namespace FROM search_counts, pg_sleep(20)", ("namespace",))
    watched = daemon(settings=settings(application.server, slow, interval="6s"), ready_within=None)
    at_work = """
        SELECT 1 FROM pg_stat_activity
        WHERE application_name = 'pgvigil' AND query LIKE '/* pgvigil slow */%' AND state = 'active'
    """
    for _ in range(2):
        wait_until(lambda: application.execute(at_work), within=20, what="it is at work", every=0.01)
        began = time.monotonic()
        application.execute("ALTER TABLE search_counts ALTER latest SET STATISTICS 100; LOCK TABLE search_counts")
        assert 0.3 < time.monotonic() - began < 1.3
        wait_until(lambda: not application.execute(at_work), within=2, what="it is ended")
    assert state(watched.metrics().exposition(), "slow") == (0, "timeout")


def test_many_slow_ones_take_no_more_than_their_poll(application: Application, daemon: Callable[..., Daemon]):
    several = [collector(f"slow_{number}", "SELECT 1 AS n FROM pg_sleep(9)") for number in range(4)]
    well = collector("well", "SELECT 5 AS n")
    watched = daemon(settings=settings(application.server, *several, well, interval="2s"))
    before = watched.wait_for(lambda page: runs(page) >= 1, within=5, what="a poll")
    # It is the last, and has no time left until each of the others has shown how slow it is.
    page = watched.wait_for(lambda page: runs(page) >= runs(before) + 4, within=15, what="four more polls")
    assert (state(page, "well"), page.value("shop_well")) == ((1, None), 5)
    assert {state(page, f"slow_{number}") for number in range(4)} == {(0, "timeout")}
    assert page.value("pgvigil_poll_overruns_total", server="main") == 0
    assert page.value("pgvigil_collector_success", collector="database") == 1
    connects = [one.value("pgvigil_connects_total", server="main") for one in (before, page)]
    assert connects[1] - connects[0] <= 1  # A visit.


# Other databases


def test_databases_that_are_named_are_looked_into_and_missed(
    application: Application, daemon: Callable[..., Daemon], settings_file
):
    server = application.server
    named = {"databases": [DATABASE, "own_second", "own_absent"]}
    counted = collector("counted", "SELECT searches AS n, namespace FROM search_counts", ("namespace",), **named)
    server.execute("CREATE DATABASE own_second")
    try:
        server.execute(SCHEMA, database="own_second")
        server.execute("INSERT INTO search_counts VALUES ('en', 7)", database="own_second")
        # The server's own choice of databases is another.
        written = settings(server, counted, databases="own", conninfo=server.conninfo())
        watched = daemon(settings=written)
        page = watched.wait_for(lambda page: len(page.all("shop_counted")) == 3, within=15, what="both are shown")
        assert page.value("shop_counted", datname="own_second", namespace="en", server="main") == 7
        assert page.value("shop_counted", datname=DATABASE, namespace="en") == SHOWN["en"]
        assert page.value("shop_counted", datname=DATABASE, namespace="de") == SHOWN["de"]
        assert state(page, "counted") == (0, "missing")
        (said,) = watched.log_lines("the collector failed")
        words = "a database that it names is not there, or keeps us out"
        assert "collector=counted database=own_absent" in said and words in said

        checked = run_command("check", "--config", settings_file(written))
        assert checked.returncode == TARGET_FAILED
        assert re.findall(r"(ok|FAIL) +counted +(.*)$", checked.stdout, flags=re.M) == [
            ("FAIL", "database own_absent is not there, or keeps the role out"),
            ("ok", f"2 series in database {DATABASE}"),
            ("ok", "1 series in database own_second"),
        ]
        server.execute("CREATE DATABASE own_absent")
        server.execute("CREATE TABLE search_counts AS SELECT 'it' AS namespace, 9 AS searches", database="own_absent")
        server.execute("GRANT SELECT ON search_counts TO pgvigil", database="own_absent")
        page = watched.wait_for(lambda page: state(page, "counted") == (1, None), within=15, what="all are there")
        assert page.value("shop_counted", datname="own_absent", namespace="it") == 9
        server.execute("DROP DATABASE own_second")  # Nobody of ours is there for long.
        page = watched.wait_for(lambda page: state(page, "counted")[0] == 0, within=15, what="one is gone")
        assert not page.all("shop_counted", datname="own_second")
        watched.stop()
    finally:
        server.execute("DROP DATABASE IF EXISTS own_second")
        server.execute("DROP DATABASE IF EXISTS own_absent")


def test_an_own_collector_runs_where_and_when_it_is_to(application: Application, daemon: Callable[..., Daemon]):
    server = application.server
    written = settings(
        server,
        collector("everywhere", "SELECT 1 AS n"),
        collector("first_only", "SELECT 2 AS n", servers=["main"]),
        collector("standbys", "SELECT 3 AS n", run_on="standby"),
        collector("primaries", "SELECT 4 AS n", run_on="primary"),
        collector("rarely", "SELECT extract(epoch FROM clock_timestamp()) AS n", interval="1h"),
    )
    written["servers"].append({"name": "other", "conninfo": server.conninfo(), "collectors": NO_TOURS})
    watched = daemon(settings=written)
    page = watched.wait_for(lambda page: page.all("shop_primaries", server="other"), within=10, what="all have run")
    page = watched.wait_for(lambda page: page.all("shop_rarely", server="main"), within=10, what="the rare one, too")
    assert {dict(labels)["server"] for labels in page.all("shop_everywhere")} == {"main", "other"}
    assert {dict(labels)["server"] for labels in page.all("shop_first_only")} == {"main"}
    assert not page.all("shop_standbys")
    assert {value for value in page.all("shop_primaries").values()} == {4}
    assert page.value("pgvigil_collector_interval_seconds", server="main", collector="rarely") == 3600
    later = watched.wait_for(lambda later: runs(later) >= runs(page) + 3, within=10, what="three more polls")
    assert later.value("shop_rarely", server="main") == page.value("shop_rarely", server="main")


# Settings


def test_a_reload_takes_a_changed_own_collector(application: Application, daemon: Callable[..., Daemon]):
    server = application.server
    watched = daemon(settings=settings(server, collector("first", "SELECT 1 AS n")))
    watched.wait_for(lambda page: page.value("shop_first") == 1, within=10, what="it is shown")
    watched.write_settings(settings(server, collector("first", "SELECT 2 AS n"), collector("second", "SELECT 3 AS n")))
    watched.reload()
    page = watched.wait_for(lambda page: page.value("shop_second") == 3, within=10, what="the new one is shown")
    assert page.value("shop_first") == 2

    watched.write_settings(settings(server, collector("first", "SELECT 4 AS n; SELECT 5 AS n")))
    watched.reload()
    wait_until(lambda: watched.log_lines("settings refused"), within=5, what="settings refused")
    assert watched.metrics().exposition().value("shop_first") == 2

    watched.write_settings(settings(server))
    watched.reload()
    watched.wait_for(
        lambda page: state(page, "database")[0] == 1 and not page.all("shop_first") and not page.all("shop_second"),
        within=10,
        what="both are gone",
    )
    assert state(watched.metrics().exposition(), "first") == (None, None)


def test_no_name_that_begins_as_ours_do_is_taken(settings_file):
    sections = json.loads(run_command("metrics", "--format", "json").stdout)["sections"]
    ours = sorted({metric["name"].partition("_")[0] for section in sections for metric in section["metrics"]})
    assert len(ours) >= 9
    metrics = {f"n{n}": {"name": f"{word}_n", "type": "gauge", "help": "N."} for n, word in enumerate(ours)}
    own = {"name": "taken", "sql": "SELECT 1 AS n", "metrics": metrics}
    ended = run_command("check", "--config", settings_file({"servers": [{"name": "main"}], "own_collectors": [own]}))
    assert ended.returncode == SETTINGS_REFUSED
    refused = re.findall(r"name: found a name that begins with (\w+)_;", ended.stderr)
    assert sorted(refused) == ours


def test_no_name_of_a_collector_of_ours_is_taken(settings_file):
    listing = run_command("collect", "--collector", "nonsense").stderr
    names = re.search(r"there are (.*)\.$", listing, flags=re.M)[1].split(", ")
    assert "database" in names and "pgbouncer_pools" in names
    own = [collector(name, "SELECT 1 AS n") for name in [*names, "discovery"]]
    ended = run_command("check", "--config", settings_file({"servers": [{"name": "main"}], "own_collectors": own}))
    assert ended.returncode == SETTINGS_REFUSED
    count = ended.stderr.count("name: found the name of a collector of pgvigil's")
    more = re.search(r"^and (\d+) more$", ended.stderr, flags=re.M)
    assert count + int(more[1] if more else 0) == len(own)


# What check says


def test_check_says_what_is_wrong_and_what_mends_it(application: Application, settings_file):
    application.execute("CREATE TABLE canary AS SELECT 1 AS n; CREATE SEQUENCE canary_numbers")
    application.execute("GRANT USAGE ON canary_numbers TO pgvigil")
    psql = "run it in psql as pgvigil, which names it"
    schemas = "names without a schema are looked for in search_path"
    cases = {
        "shut": (
            "SELECT n FROM canary",
            "the role may not read something that the statement reads (SQLSTATE 42501)",
            f"{psql}, then GRANT SELECT ON it, and USAGE ON its SCHEMA",
        ),
        "no_table": (
            "SELECT n FROM canary_absent",
            "a table or view that the statement reads is not there (SQLSTATE 42P01)",
            f"{psql}; {schemas}",
        ),
        "slow": (
            "SELECT 1 AS n FROM pg_sleep(5)",
            "the statement took longer than it may, or was cancelled (SQLSTATE 57014)",
            "read less, or let the application count in a table of few rows: a statement has a second at most",
        ),
        "no_column": (
            "SELECT 'canary' AS m",
            "the statement returned no column n",
            "return it, renamed with AS where it has another name, or leave it out",
        ),
        "text": (
            "SELECT 'canary' AS n",
            "column n returned a text where a number belongs",
            "return a number (of a time, extract(epoch FROM it)), or make the column one of the labels",
        ),
        "writes": (
            "SELECT nextval('canary_numbers') AS n",
            "the statement would change something (SQLSTATE 25006)",
            "only read",
        ),
        "garbled": (
            "SELECT 1 canary canary",
            "the statement is not valid SQL (SQLSTATE 42601)",
            "run it in psql as pgvigil, which says more",
        ),
    }
    own = [collector(name, sql) for name, (sql, _, _) in cases.items()]
    own += [
        collector("well", "SELECT 1 AS n"),
        collector("many", "SELECT n, n AS i FROM generate_series(1, 7) AS n", ("i",), max_rows=5),
        collector("twice", "SELECT n, n % 2 AS i FROM generate_series(1, 4) AS n", ("i",)),
        collector("standby", "SELECT 1 AS n", run_on="standby"),
    ]
    ended = run_command("check", "--config", settings_file(settings(application.server, *own, interval="15s")))
    assert ended.returncode == TARGET_FAILED
    said = re.findall(r"^  (ok|FAIL|note)  +(\w+) +(.*)(?:\n +mend: (.*))?$", ended.stdout, flags=re.M)
    names = {one["name"] for one in own}
    assert [line for line in said if line[1] in names] == [
        *(("FAIL", name, words, remedy) for name, (_, words, remedy) in cases.items()),
        ("ok", "well", "1 series", ""),
        ("ok", "many", "5 series", ""),
        ("note", "many", "left out 1 series", "return fewer rows, or raise max_rows; a counter is never below 0"),
        ("ok", "twice", "2 series", ""),
        (
            "note",
            "twice",
            "2 series came twice, the first of each is shown",
            "GROUP BY the labels, or return what tells such rows apart as one more label",
        ),
        ("ok", "standby", "not run here, is for a standby", ""),
    ]
    assert "canary" not in ended.stdout + ended.stderr
