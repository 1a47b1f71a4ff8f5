"""The names of other exporters, held against the exporters themselves, both in front of one pooler."""

import re
from collections.abc import Callable
from contextlib import closing

import psycopg
import pytest

from cache import Unavailable
from console_replay import ConsoleReplay
from daemon import CHECKOUT, Daemon
from exposition import Exposition, Labels
from interesting import HOSTILE
from interesting_poolers import InterestingPgBouncer
from pgbouncer import PgBouncer
from pgbouncer_exporter import PgBouncerExporter
from processes import Processes, wait_until
from prometheus import complaints_of_promtool

pytestmark = pytest.mark.timeout(300)  # What is fetched for the first time takes its time.

PAGE = "/compat/pgbouncer_exporter"
DOCUMENT = CHECKOUT / "docs/compatibility.md"

# A line about the exporter's own program.
OWN = re.compile(r"^(# (HELP|TYPE) )?(go_|process_|promhttp_|pgbouncer_exporter_build_info\b)")
MAXWAIT = "pgbouncer_pools_client_maxwait_seconds"
# Labels that our collectors do not have.
MISSING = {"pgbouncer_client_connections": {"application_name"}}

Samples = dict[tuple[str, Labels], float]


@pytest.fixture
def exporter_of(processes: Processes) -> Callable[[PgBouncer], PgBouncerExporter]:
    """Not started; the pooler is told to put up with it."""

    def make(pooler: PgBouncer) -> PgBouncerExporter:
        try:
            exporter = PgBouncerExporter(processes, pooler)
        except Unavailable as reason:
            pytest.skip(str(reason))
        pooler.settings["ignore_startup_parameters"] = "extra_float_digits"
        pooler.reload()
        return exporter

    return make


def settings_for(pooler: PgBouncer, **more) -> dict:
    conninfo = pooler.socket()
    pool = {"name": "bouncer", "kind": "pgbouncer", "conninfo": conninfo, "collectors": {"pgbouncer_clients": "1s"}}
    return {"interval": "1s", "compatibility": ["pgbouncer_exporter"], "pools": [{**pool, **more}]}


def theirs(exporter: PgBouncerExporter) -> tuple[Samples, dict[str, str]]:
    """What the exporter says, without what docs/compatibility.md leaves out; and the types of it."""
    lines = [line for line in exporter.page().splitlines(keepends=True) if not OWN.match(line.decode())]
    page = Exposition.of_text(b"".join(lines))
    samples: Samples = {}
    for (name, labels), value in page.samples.items():
        # An empty label is none.
        kept = {(label, text) for label, text in labels if text and label not in MISSING.get(name, ())}
        if ("database", "pgbouncer") in kept:
            continue
        key = (name, frozenset(kept))
        samples[key] = samples.get(key, 0) + value
    return samples, page.types


def ours(daemon: Daemon, target: str = PAGE) -> tuple[Samples, dict[str, str]]:
    """The same of our page, without the label `server`."""
    page = daemon.get(target).exposition()
    samples = {(name, labels - {("server", "bouncer")}): value for (name, labels), value in page.samples.items()}
    assert len(samples) == len(page.samples)
    return samples, page.types


def is_counter(key: tuple[str, Labels]) -> bool:
    return key[0].endswith("_total")


@pytest.mark.parametrize("version", ["1.18", "1.24", "1.26"])
def test_what_pgbouncer_exporter_says_our_page_says_too(version, processes, pooler_of, server, exporter_of, daemon):
    with InterestingPgBouncer(processes, pooler_of("pgbouncer", version), server) as interesting:
        pooler = interesting.process
        with exporter_of(pooler) as exporter:
            before, types = theirs(exporter)  # While we are not connected, each of us is the only one that asks.
            assert len({name for name, _ in before}) == {"1.18": 41}.get(version, 44)
            watching = daemon(settings=settings_for(pooler))

            waits = [key for key in before if key[0] == MAXWAIT]
            assert len(waits) == 6

            def is_whole() -> bool:
                samples, _ = ours(watching)
                return before.keys() <= samples.keys() and max(samples[key] for key in waits) >= 1

            wait_until(is_whole, within=30, what="every sample of pgbouncer_exporter's page is on ours")
            shown, our_types = ours(watching)
            after, _ = theirs(exporter)
            assert types.items() <= our_types.items()
            gauges = {key: value for key, value in before.items() if not is_counter(key) and key[0] != MAXWAIT}
            assert len(gauges) > 100
            assert {key: shown[key] for key in gauges} == gauges
            for key in waits:
                assert before[key] <= shown[key] <= after[key] and shown[key] % 1 == 0, key
            # What is beyond theirs, but for the one that a version has renamed.
            beyond = {name for name, _ in shown} - {name for name, _ in before}
            assert beyond <= {"pgbouncer_databases_reserve_pool"}
            queries = traffic(pooler)
            counters = same_increases(watching, exporter, shown, after)
            pooled = {
                dict(labels)["database"]: value
                for (name, labels), value in counters.items()
                if name == "pgbouncer_stats_totals_queries_pooled_total"
            }
            assert pooled == {"app": 0, "orders": 0, "paused": 0, "closed": 0, "far": 0, **queries}


def traffic(pooler: PgBouncer) -> dict[str, int]:
    """Of a pool that is there and of one that is not yet, neither held up; how many queries each gets."""
    is_prepared = pooler.pooler.number >= (1, 21)
    databases = {HOSTILE: 5, "fresh": 3}
    for database, times in databases.items():
        with closing(psycopg.connect(pooler.socket(database, "app"), autocommit=True)) as client:
            for _ in range(times):
                client.execute("SELECT 1", prepare=is_prepared)
    # Preparing counts as one.
    return {database: times + is_prepared for database, times in databases.items()}


def same_increases(watching: Daemon, exporter: PgBouncerExporter, our_start: Samples, their_start: Samples) -> Samples:
    """By what all counters have increased since, once both pages say the same."""
    counters: Samples = {}

    def are_same() -> bool:
        found, shown = theirs(exporter)[0], ours(watching)[0]
        counters.clear()
        counters.update({key: value - their_start.get(key, 0) for key, value in found.items() if is_counter(key)})
        return counters == pytest.approx({key: shown.get(key, -1) - our_start.get(key, 0) for key in counters})

    wait_until(are_same, within=20, what="all counters have increased by the same")
    return counters


def test_a_pooler_that_is_down_says_so_and_nothing_else(pgbouncer, server, daemon):
    pooler = pgbouncer(server)
    watching = daemon(settings=settings_for(pooler, pg_cluster="orders", labels={"env": "test"}))
    labels = 'server="bouncer",pg_cluster="orders",env="test"'
    up = f"pgbouncer_up{{{labels}}} 1"
    wait_until(lambda: up in watching.get(PAGE).text.splitlines(), within=10, what="the pooler is up")
    samples = [line for line in watching.get(PAGE).text.splitlines() if not line.startswith("#")]
    assert len(samples) > 10
    assert all(f"{{{labels}" in line for line in samples)
    pooler.kill()

    def samples_now() -> list[str]:
        return [line for line in watching.get(PAGE).text.splitlines() if not line.startswith("#")]

    wait_until(lambda: samples_now() == [f"pgbouncer_up{{{labels}}} 0"], within=10, what="only that it is down")
    pooler.start()
    wait_until(lambda: up in samples_now() and len(samples_now()) > 10, within=10, what="everything is back")


def test_what_is_withdrawn_leaves_this_page_too(daemon):
    # A real one refuses no command that it has answered before.
    with ConsoleReplay("pgcat") as console:
        console.record["databases"] = ["pgbouncer"]
        commands = {
            "SHOW VERSION": {"columns": "version text", "rounds": [[["PgBouncer 1.24.1"]]]},
            "SHOW LISTS": {"columns": "list text, items int4", "rounds": [[["used_clients", 4], ["pools", 2]]]},
            "SHOW STATS": {"columns": "database text, total_xact_count numeric", "rounds": [[["app", 5]]]},
        }
        console.record["commands"] = commands
        pool = {"name": "bouncer", "kind": "pgbouncer", "conninfo": console.conninfo()}
        watching = daemon(settings={"interval": "1s", "compatibility": ["pgbouncer_exporter"], "pools": [pool]})
        counted = "pgbouncer_stats_totals_sql_transactions_pooled_total"
        up = {"pgbouncer_up", "pgbouncer_version_info"}

        def names() -> set[str]:
            return watching.get(PAGE).exposition().names

        lists = {"pgbouncer_used_clients", "pgbouncer_pools"}
        wait_until(lambda: names() == up | lists | {counted}, within=10, what="two collectors have something to say")
        assert watching.get(PAGE).exposition().value("pgbouncer_used_clients", server="bouncer") == 4
        console.record["commands"] = {name: answer for name, answer in commands.items() if name != "SHOW LISTS"}
        wait_until(lambda: names() == up | {counted}, within=10, what="one of them has nothing to say any more")
        gone = lambda: "pgbouncer_clients" not in watching.metrics().exposition().names
        wait_until(gone, within=5, what="it has left our own page too")


def test_the_page_is_text_whatever_is_asked_for_and_promtool_can_read_it(pgbouncer, server, daemon):
    pooler = pgbouncer(server)
    settings = settings_for(pooler)
    settings["pools"].append({**settings["pools"][0], "name": "again"})
    watching = daemon(settings=settings)
    openmetrics = "application/openmetrics-text; version=1.0.0"
    page = watching.get(PAGE, {"Accept": openmetrics, "Accept-Encoding": "gzip"})
    assert page.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert "content-encoding" not in page.headers
    assert {dict(labels)["server"] for _, labels in page.exposition().samples} == {"bouncer", "again"}
    one = watching.get(f"{PAGE}?server=again").exposition()
    assert {dict(labels)["server"] for _, labels in one.samples} == {"again"}
    scraped = watching.metrics().exposition()
    assert scraped.value("pgvigil_scrapes_total", format="text", encoding="identity") == 3
    assert complaints_of_promtool(page.body) == ""


def test_the_page_is_there_where_the_settings_say_so(pgbouncer, server, daemon):
    settings = settings_for(pgbouncer(server))
    without = {key: value for key, value in settings.items() if key != "compatibility"}
    watching = daemon(settings=without)
    missing = watching.get(PAGE)
    assert missing.status == 404
    assert missing.text == (
        "This page is off; the setting compatibility: [pgbouncer_exporter] has it served.\n"
    )
    assert f'href="{PAGE}"' not in watching.get("/").text
    nowhere = "There is no such page. The metrics are at /metrics.\n"
    assert watching.get("/compat/mysqld_exporter").text == nowhere
    assert watching.get("/compat/").text == nowhere

    watching.write_settings(settings)
    watching.reload()
    wait_until(lambda: watching.get(PAGE).status == 200, within=10, what="the page is served after a reload")
    assert f'<a href="{PAGE}">{PAGE}</a>' in watching.get("/").text
    assert watching.get(f"{PAGE}?server=nobody").status == 404
    assert watching.get(f"{PAGE}?server=bouncer&server=bouncer").status == 400

    watching.write_settings(without)
    watching.reload()
    wait_until(lambda: watching.get(PAGE).status == 404, within=10, what="the page is gone after a reload")


def test_the_document_names_every_metric_and_no_other(processes, pooler_of, server, daemon):
    rows = re.findall(r"^\| `(pgbouncer_\w+)` \|", DOCUMENT.read_text(), re.MULTILINE)
    assert len(rows) == len(set(rows))
    with InterestingPgBouncer(processes, pooler_of("pgbouncer", "1.24"), server) as interesting:
        watching = daemon(settings=settings_for(interesting.process))
        wait_until(
            lambda: watching.get(PAGE).exposition().names == set(rows), within=30, what="the page has just these names"
        )
