"""Search probes where the server is not an ordinary primary of ours alone: standbys, poolers, other roles' settings."""

import itertools
from collections.abc import Callable, Iterator

import pytest

from daemon import Daemon
from transaction_pooler import TransactionPooler
from postgres import PostgresServer
from processes import Processes, wait_until
from search_probe import TRIES, Moved, attempts, paths, scores, settings, ticks, watch
from vectors import Embeddings, clustered, write_queries

VERSIONS = (16, 18)
ROWS, DIMENSIONS = 2000, 16
AS_IF_LARGE = {"name": "default", "set": {"enable_seqscan": "off"}}

_numbers = itertools.count(1)


@pytest.fixture(params=VERSIONS)
def version(request) -> int:
    return request.param


def documents(server: PostgresServer, database: str) -> Embeddings:
    """A table with an index, in a database of its own."""
    server.execute(f"CREATE DATABASE {database}")
    server.execute("CREATE EXTENSION vector", database=database)
    docs = Embeddings(server, database, "docs", clustered(ROWS, DIMENSIONS))
    docs.index()
    return docs


# On a standby


@pytest.fixture
def standby(postgres, installation_of, version) -> Iterator[tuple[Embeddings, PostgresServer]]:
    """Documents on a primary, and a standby that has them, for one test."""
    primary = postgres(installation_of(version), settings={"autovacuum": "off"})
    docs = documents(primary, "library")
    # Replay waits for nobody: what is in its way is cancelled at once.
    standby = primary.standby(
        primary.folder.with_name(f"{primary.folder.name}-standby"), settings={"max_standby_streaming_delay": "0"}
    )
    standby.start()
    standby.follow(primary)
    yield docs, standby
    standby.stop()


def probe_of(docs: Embeddings, server: PostgresServer, probe: dict) -> dict:
    """As the tests of one server have it, but asked of that one."""
    written = settings(docs, {"variants": [AS_IF_LARGE], **probe})
    written["servers"][0]["conninfo"] = server.conninfo(database=docs.database)
    return written


def test_on_a_standby_searches_and_truths_are_as_on_a_primary(standby, daemon: Callable[..., Daemon]):
    docs, server = standby
    only_here = {"run_on": "standby", "recall": {"exact": {"interval": "1s", "run_on": "standby"}}}
    healthy = watch(daemon(settings=probe_of(docs, server, only_here)))
    assert healthy.symptoms == set()
    assert healthy.recall == 1
    # The size of a table is no reason to leave the truth out there, nor is a counter of changes that stands still.
    assert healthy.by("pg_probe_ground_truth_skipped_total") == 0


def test_a_probe_of_primaries_stands_back_on_a_standby(standby, daemon: Callable[..., Daemon]):
    docs, server = standby
    elsewhere = {"run_on": "primary", "recall": {"exact": {"interval": "1s", "run_on": "primary"}}}
    watched = daemon(settings=probe_of(docs, server, elsewhere))
    page = watched.wait_for(lambda page: ticks(page) >= 3, within=20, what="ticks pass")
    assert page.value("pg_probe_skipped_total", reason="role") == ticks(page)
    assert attempts(page) == 0


def test_what_replay_cancels_is_a_failure_with_that_reason_and_the_probe_goes_on(
    standby, processes: Processes, daemon: Callable[..., Daemon]
):
    docs, server = standby
    queries = write_queries(processes.folder / f"roles{next(_numbers)}.jsonl", clustered(50, DIMENSIONS, seed=2))
    # Each row takes a millisecond, to which the server rounds up: searches take less than a tenth of a second,
    # truths two seconds.
    slow = {
        "target": {"filter": "pg_catalog.pg_sleep(0.0005) IS NOT NULL"},
        "queries": {"source": "file", "file": str(queries), "count": 50},
        "explain": {"every": 0},
        "recall": {"mode": ["exact"], "exact": {"interval": "6s", "timeout": "5s"}},
        "session": {"cold_every": 0},
        "limits": {"db_seconds_per_hour": 3600},
    }
    watched = daemon(settings=probe_of(docs, server, slow))
    name = "pg_probe_ground_truth_failures_total"
    before = watched.wait_for(lambda page: scores(page) >= 1, within=40, what="a truth")
    busy = """SELECT count(*) FROM pg_stat_activity
              WHERE query LIKE '%variant=exact%' AND state = 'active' AND pid <> pg_backend_pid()"""

    def conflict() -> bool:
        """A lock on the primary, which replay wants too, while a scan of the standby has another."""
        if server.execute(busy)[0][0]:
            with docs.connect() as owner, owner.transaction():
                owner.execute("LOCK TABLE docs IN ACCESS EXCLUSIVE MODE")
        return watched.metrics().exposition().value(name, reason="cancelled") > 0

    wait_until(conflict, within=40, what="replay cancels a scan")
    cancelled = watched.metrics().exposition()
    moved = Moved(before, cancelled)
    # Whatever replay got hold of, truth or search, was cancelled, and nothing else went wrong.
    assert moved.by(name, reason="cancelled") == moved.by(name)
    failures = "pg_probe_failures_total"
    assert moved.by(failures, reason="cancelled") == moved.by(failures)
    assert cancelled.value("pg_up") == 1
    # Both go on by themselves.
    count = attempts(cancelled), scores(cancelled)
    after = watched.wait_for(
        lambda page: attempts(page) > count[0] and scores(page) > count[1], within=30, what="a search and a truth"
    )
    assert after.value("pg_probe_success", variant="default") == 1
    assert after.value(name, reason="yield") == 0


def test_a_standby_that_is_too_far_behind_is_searched_and_its_truth_is_not_asked_for(
    standby, daemon: Callable[..., Daemon]
):
    docs, server = standby
    near = {"limits": {"db_seconds_per_hour": 3600, "max_replay_lag": "1s"}}
    watched = daemon(settings=probe_of(docs, server, near))
    watch(watched, runs=2)
    server.execute("SELECT pg_wal_replay_pause()")
    try:
        docs.execute("INSERT INTO docs SELECT id + 100000, category, embedding FROM docs LIMIT 1")
        name = "pg_probe_ground_truth_skipped_total"
        before = watched.wait_for(lambda page: page.value(name, reason="lag") >= 1, within=20, what="a truth left out")
        wanted = before.value(name, reason="lag") + 3
        after = watched.wait_for(lambda page: page.value(name, reason="lag") >= wanted, within=20, what="some more")
    finally:
        server.execute("SELECT pg_wal_replay_resume()")
    behind = Moved(before, after)
    assert behind.symptoms == {"truth skipped: lag"}
    assert scores(after) == scores(before)
    assert behind.by("pg_probe_attempts_total") > 0
    server.follow(docs.server)
    assert watch(watched).symptoms == set()


# On a primary


@pytest.fixture
def docs(postgres_of: Callable[[int], PostgresServer], version) -> Iterator[Embeddings]:
    """Documents on a server that tests share."""
    server = postgres_of(version)
    name = f"roles_{next(_numbers)}"
    yield documents(server, name)
    server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_truth_that_is_for_standbys_is_left_out_on_a_primary_and_searches_go_on(docs, daemon: Callable[..., Daemon]):
    elsewhere = {"variants": [AS_IF_LARGE], "recall": {"exact": {"interval": "1s", "run_on": "standby"}}}
    moved = watch(daemon(settings=settings(docs, elsewhere)), of=TRIES)
    assert moved.symptoms == {"truth skipped: role"}
    assert moved.by("pg_probe_attempts_total") > 0
    assert scores(moved.after) == 0


# Behind a pooler


@pytest.fixture
def pooler(processes: Processes, docs: Embeddings) -> Iterator[TransactionPooler]:
    one = TransactionPooler(processes, processes.folder / f"pgbouncer{next(_numbers)}", docs.server).start()
    yield one
    one.stop()


# All that a probe sets: of its variant, for its truth, and for its own protection.
POOLED = {
    "variants": [{"name": "default", "set": {"enable_seqscan": "off", "hnsw.ef_search": "77"}}],
    "session": {"cold_every": 3},
}


def pooled(docs: Embeddings, conninfo: str) -> dict:
    written = settings(docs, POOLED)
    written["servers"][0] |= {"conninfo": conninfo, "pooled": True}
    return written


def as_without_a_pooler(moved: Moved) -> None:
    assert moved.symptoms == set()
    assert moved.recall == 1
    assert paths(moved.after) == {"ann_index"}
    value = "pg_probe_setting_value"
    assert moved.after.value(value, variant="default", setting="hnsw.ef_search") == 77
    assert moved.by("pg_probe_explain_samples_total") > 0
    assert moved.by("pg_probe_attempts_total", variant="cold") > 0


def test_a_probe_of_a_pooled_server_needs_no_pooler(docs, daemon: Callable[..., Daemon]):
    watched = daemon(settings=pooled(docs, docs.server.conninfo(database=docs.database)))
    as_without_a_pooler(watch(watched, runs=6))


def test_through_a_pooler_of_transactions_probes_work_and_leave_nothing_in_the_applications_sessions(
    docs, pooler, daemon: Callable[..., Daemon]
):
    # The same role, so that the application shares the one connection that there is.
    watched = daemon(settings=pooled(docs, pooler.conninfo(docs.database)))
    as_without_a_pooler(watch(watched, runs=6))
    with pooler.connect(docs.database) as application:
        seen = application.execute(
            """SELECT pg_backend_pid(),
                      current_setting('hnsw.ef_search'),
                      current_setting('enable_seqscan'),
                      current_setting('statement_timeout'),
                      current_setting('transaction_read_only'),
                      (SELECT count(*) FROM pg_prepared_statements)"""
        ).fetchone()
    ours = "SELECT pid FROM pg_stat_activity WHERE usename = 'pgvigil' AND datname = '{}'"
    assert docs.server.execute(ours.format(docs.database)) == [(seen[0],)]
    assert seen[1:] == ("40", "on", "0", "off", 0)


# With the settings of another role


def test_a_probe_searches_with_the_settings_of_the_role_that_it_names(
    docs, processes: Processes, daemon: Callable[..., Daemon]
):
    role = f"searcher_{docs.database}"
    docs.execute(f"CREATE ROLE {role}")
    docs.execute(f"ALTER ROLE {role} SET enable_seqscan = off")
    docs.execute(f"ALTER ROLE {role} SET hnsw.ef_search = 123")
    # What holds in this database goes first, and what protects the server is not copied.
    docs.execute(f"ALTER ROLE {role} IN DATABASE {docs.database} SET hnsw.ef_search = 77")
    docs.execute(f"ALTER ROLE {role} SET statement_timeout = '1ms'")
    queries = write_queries(processes.folder / f"{role}.jsonl", clustered(50, DIMENSIONS, seed=2))
    try:
        probe = {
            "target": {"k": 60},
            "queries": {"source": "file", "file": str(queries), "count": 50},
            "session": {"settings_from_role": role, "cold_every": 0},
            "variants": [{"name": "default"}, {"name": "low", "set": {"hnsw.ef_search": "20"}}],
        }
        moved = watch(daemon(settings=settings(docs, probe)), runs=6)
        value = "pg_probe_setting_value"
        assert moved.after.value(value, variant="default", setting="hnsw.ef_search") == 77
        assert moved.after.value(value, variant="low", setting="hnsw.ef_search") == 20
        assert moved.by("pg_probe_failures_total") == 0
        assert moved.by("pg_probe_short_results_total", variant="default") == 0
        assert paths(moved.after) == {"ann_index"}
        # Its own variant goes before the role.
        searches = moved.by("pg_probe_attempts_total", variant="low")
        assert moved.by("pg_probe_returned_rows_total", variant="low") == 20 * searches > 0
    finally:
        docs.execute(f"DROP ROLE {role}")
