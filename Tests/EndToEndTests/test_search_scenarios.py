"""What may go wrong with vector search, each on a real server: exactly the metrics that should move do."""

import itertools
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from daemon import Daemon
from vectors import Embeddings, Matrix, clustered, uniform, write_queries
from postgres import PostgresServer
from processes import wait_until
from search_probe import FILTERED_WORK, TRIES, Moved, candidates, paths, settings, watch

VERSIONS = (16, 18)
ROWS, DIMENSIONS = 3000, 32
# The planner's choice would change with the size of the table, which is small here.
AS_IF_LARGE = {"name": "default", "set": {"enable_seqscan": "off"}}

_numbers = itertools.count(1)


@pytest.fixture(params=VERSIONS)
def server(request, postgres_of: Callable[[int], PostgresServer]) -> PostgresServer:
    return postgres_of(request.param)


@pytest.fixture
def table(server: PostgresServer, database: str) -> Callable[..., Embeddings]:
    def make(vectors: Matrix | None = None, **options) -> Embeddings:
        return Embeddings(
            server, database, "docs", clustered(ROWS, DIMENSIONS) if vectors is None else vectors, **options
        )

    return make


@pytest.fixture
def queries(processes) -> Callable[[Matrix], dict]:
    """A probe's `queries`, from a file."""

    def write(vectors: Matrix) -> dict:
        path = write_queries(processes.folder / f"queries{next(_numbers)}.jsonl", vectors)
        return {"source": "file", "file": str(path), "count": len(vectors)}

    return write


@pytest.fixture
def probing(daemon: Callable[..., Daemon]) -> Callable[..., Daemon]:
    def start(table: Embeddings, **probe) -> Daemon:
        return daemon(settings=settings(table, {"variants": [AS_IF_LARGE], **probe}))

    return start


def test_in_health_nothing_moves(table, probing):
    docs = table()
    docs.index()
    healthy = watch(probing(docs))
    assert healthy.symptoms == set()
    assert healthy.by("pg_probe_duration_seconds_count") == healthy.by("pg_probe_attempts_total") > 0
    assert healthy.by("pg_probe_returned_rows_total") == healthy.by("pg_probe_requested_rows_total")
    assert healthy.by("pg_probe_sentinel_checks_total") > 0
    assert healthy.by("pg_probe_explain_samples_total") > 0
    assert healthy.by("pg_probe_shared_hit_blocks_total") > 0


def test_a_migration_that_waits_behind_an_exact_scan_is_let_through(table, probing, queries):
    docs = table()
    docs.index()
    # A condition that takes a millisecond for each row: an exact scan of three seconds.
    slow = {"filter": "pg_catalog.pg_sleep(0.001) IS NOT NULL"}
    watched = probing(
        docs,
        target=slow,
        queries=queries(clustered(10, DIMENSIONS)),
        schedule={"interval": "2s", "timeout": "1s"},
        recall={"mode": ["exact"], "exact": {"interval": "6s", "timeout": "5s", "max_scan_bytes": "1GiB"}},
    )
    scanning = """
        SELECT count(*) FROM pg_stat_activity
        WHERE query LIKE '/* pgvigil probe=docs variant=exact */%' AND state = 'active' AND pid <> pg_backend_pid()
    """
    waits: list[float] = []

    def migrate() -> None:
        wait_until(lambda: docs.execute(scanning)[0][0], within=20, what="an exact scan runs", every=0.01)
        began = time.monotonic()
        docs.execute("ALTER TABLE docs ADD COLUMN IF NOT EXISTS more int")
        waits.append(time.monotonic() - began)

    before = watched.metrics().exposition()
    migrate()
    name, labels = "pg_probe_ground_truth_failures_total", {"reason": "yield"}
    after = watched.wait_for(lambda page: page.value(name, **labels), within=10, what="the scan has yielded")
    moved = Moved(before, after)
    assert max(waits) < 1
    failures = {"truth failures: yield"}
    assert {symptom for symptom in moved.symptoms if symptom.startswith("truth failures")} == failures
    assert moved.by("pg_probe_failures_total") == 0


def test_an_ef_search_that_is_too_low_costs_recall(table, probing, queries):
    docs = table(uniform(ROWS, 64))
    docs.index("USING hnsw (embedding vector_l2_ops) WITH (m = 4, ef_construction = 8)")
    low = {"name": "default", "set": {"enable_seqscan": "off", "hnsw.ef_search": "10"}}
    moved = watch(probing(docs, variants=[low], queries=queries(uniform(100, 64, seed=2))), runs=15)
    assert moved.symptoms == {"recall", "sentinel misses"}
    assert moved.after.value("pg_probe_setting_value", variant="default", setting="hnsw.ef_search") == 10


def test_a_dropped_index_shows_in_the_plan(table, probing):
    docs = table()
    index = docs.index()
    watched = probing(docs, variants=[{"name": "default"}])
    wait_until(lambda: paths(watched.metrics().exposition()), within=10, what="a plan is seen")
    moved = watch(watched, lambda: docs.execute(f"DROP INDEX {index}"))
    assert moved.symptoms == {"plan: seq_scan", "no usable index"}
    assert candidates(moved.after) == set()
    assert moved.recall == 1


def test_an_invalid_index_is_named_as_such(table, probing):
    docs = table()
    index = docs.index()
    invalidate = f"UPDATE pg_index SET indisvalid = false WHERE indexrelid = '{index}'::regclass"
    moved = watch(probing(docs, variants=[{"name": "default"}]), lambda: docs.execute(invalidate))
    assert moved.symptoms == {"plan: seq_scan", "no usable index", "candidate: invalid"}


def test_an_index_of_another_operator_class_is_no_use(table, probing):
    docs = table()
    docs.index("USING hnsw (embedding vector_cosine_ops)")
    moved = watch(probing(docs, variants=[{"name": "default"}]))
    assert moved.symptoms == {"plan: seq_scan", "no usable index", "candidate: operator"}


def test_a_selective_filter_without_iterative_scan_finds_too_few(table, probing):
    docs = table()
    docs.index()
    few = {"filter": "category = $1", "filter_params": {"values": [["1"], ["2"]]}}
    moved = watch(probing(docs, target=few), of=FILTERED_WORK)
    assert moved.symptoms == {"short results", "recall"}
    assert moved.by("pg_probe_filtered_rows_total") > 0


def test_deleted_rows_that_no_vacuum_has_removed_shorten_results(table, probing):
    docs = table()
    docs.index()
    watched = probing(docs)
    watch(watched)
    # Nine of ten in each cluster.
    moved = watch(watched, lambda: docs.execute("DELETE FROM docs WHERE id / 20 % 10 <> 0"))
    # The nearest rows of the sample may have been deleted, and then were not missed.
    assert moved.symptoms - {"sentinel misses"} == {"short results", "recall"}
    assert moved.by("pg_probe_returned_rows_total") < moved.by("pg_probe_requested_rows_total")


def test_an_ivfflat_index_loses_recall_when_the_data_drifts_away(table, probing, queries):
    # The lists know the first half of the dimensions; what comes later differs mostly in the second.
    half = DIMENSIONS // 2
    near = np.hstack([uniform(ROWS, half), np.zeros((ROWS, half), "float32")])
    docs = table(near)
    docs.index("USING ivfflat (embedding vector_l2_ops) WITH (lists = 50)")

    def later(rows: int, seed: int) -> Matrix:
        return np.hstack([uniform(rows, half, seed), 10 * uniform(rows, half, seed + 1)])

    watched = probing(docs, queries=queries(later(100, seed=5)))

    def drift() -> None:
        docs.add(range(ROWS + 1, 2 * ROWS + 1), later(ROWS, seed=3))
        docs.execute("ANALYZE docs")

    moved = watch(watched, drift, runs=15)
    assert moved.symptoms - {"sentinel misses"} == {"recall"}
    assert moved.recall < 0.2


def test_ties_of_a_quantized_index_count_as_right(table, probing, queries):
    docs = table(uniform(ROWS, DIMENSIONS))
    expression = f"binary_quantize(embedding)::bit({DIMENSIONS})"
    docs.index(f"USING hnsw (({expression}) bit_hamming_ops)")
    quantized = {"expression": expression, "operator": "<~>"}
    bits = queries(uniform(50, DIMENSIONS, seed=5))
    text = Path(bits["file"]).with_suffix(".txt")
    text.write_text("".join("".join("01"[int(x > 0)] for x in row) + "\n" for row in uniform(50, DIMENSIONS, seed=5)))
    text.chmod(0o644)
    wide = {"name": "default", "set": {"enable_seqscan": "off", "hnsw.ef_search": "400"}}
    watched = probing(docs, target=quantized, queries={**bits, "file": str(text)}, variants=[wide])
    assert watch(watched, runs=10).symptoms == set()


def test_a_limit_above_ef_search_returns_ef_search_rows(table, probing, queries):
    docs = table()
    docs.index()
    moved = watch(probing(docs, target={"k": 100}, queries=queries(clustered(50, DIMENSIONS, seed=6))))
    assert moved.symptoms == {"short results", "recall", "sentinel misses"}
    searches = moved.by("pg_probe_attempts_total")
    assert moved.by("pg_probe_requested_rows_total") == 100 * searches
    assert moved.by("pg_probe_returned_rows_total") == 40 * searches


def test_a_timeout_is_an_observation_and_a_failure(table, probing, queries):
    docs = table()
    docs.index()
    slow = {"filter": "pg_catalog.pg_sleep(0.1) IS NOT NULL"}
    watched = probing(
        docs, target=slow, recall={"mode": []}, queries=queries(clustered(10, DIMENSIONS)), session={"cold_every": 0}
    )
    before = watched.metrics().exposition()
    name = "pg_probe_failures_total"
    after = watched.wait_for(lambda page: page.value(name, reason="timeout", variant="default") >= 4, within=20,
                             what="timeouts")
    moved = Moved(before, after)
    failed = moved.by(name, reason="timeout")
    assert moved.by(name) == failed
    assert moved.by("pg_probe_duration_seconds_count") == failed
    assert moved.by("pg_probe_duration_seconds_sum") >= 0.5 * failed
    assert moved.by("pg_probe_duration_seconds_bucket", le="0.25") == 0


def test_without_the_extension_nothing_is_asked(table, probing):
    docs = table()
    docs.index()
    watched = probing(docs)
    moved = watch(watched, lambda: docs.execute("DROP EXTENSION vector CASCADE"), of=TRIES)
    assert {"skipped: unresolved", "truth skipped: unresolved"} <= moved.symptoms
    assert moved.by("pg_probe_failures_total") == 0


def test_a_locked_table_fails_searches_and_nothing_waits_longer_than_the_timeout(table, probing):
    docs = table()
    docs.index()
    watched = probing(docs)
    watch(watched)
    with docs.connect() as holder:
        holder.execute("BEGIN")
        holder.execute("LOCK TABLE docs IN ACCESS EXCLUSIVE MODE")
        moved = watch(watched, settle=1, of=TRIES)
        holder.execute("ROLLBACK")
    kinds = {symptom.split(":")[0] for symptom in moved.symptoms}
    assert kinds == {"failures", "truth failures"}
    assert moved.by("pg_probe_failures_total", reason="query") == 0
    assert watch(watched, settle=3).symptoms == set()


def test_vectors_of_other_dimensions_fail_as_queries_that_fail(table, probing, queries):
    docs = table(type="vector")
    watched = probing(
        docs, variants=[{"name": "default"}], queries=queries(uniform(10, DIMENSIONS + 1)), recall={"mode": []}
    )
    name = "pg_probe_failures_total"
    page = watched.wait_for(lambda page: page.value(name, reason="query", variant="default") >= 3, within=20,
                            what="failures")
    assert sum(page.all(name, variant="default").values()) == page.value(name, reason="query", variant="default")
    assert page.value("pg_probe_success", variant="default") == 0
