"""What probes say of recall, misses and latency, compared with what is true."""

import itertools
import math
import time
from collections.abc import Callable

import numpy as np
import pytest

from daemon import Daemon
from vectors import Embeddings, recall, text_of, uniform, whole_numbered, write_queries
from postgres import PostgresServer
from search_probe import settings

VERSIONS = (16, 18)
_numbers = itertools.count(1)


@pytest.fixture(params=VERSIONS)
def server(request, postgres_of: Callable[[int], PostgresServer]) -> PostgresServer:
    return postgres_of(request.param)


def found_by(docs: Embeddings, query: np.ndarray, k: int, ef_search: int) -> list[int]:
    """What the same search finds by the index, asked by another program."""
    with docs.connect() as connection:
        connection.execute(f"SET enable_seqscan = off; SET hnsw.ef_search = {ef_search}")
        rows = connection.execute(
            f"SELECT id FROM {docs.name} ORDER BY embedding <-> '{text_of(query)}' LIMIT {k}"
        ).fetchall()
    return [id for (id,) in rows]


def test_recall_is_what_brute_force_says_to_the_last_digit_ties_included(
    server, database, daemon: Callable[..., Daemon], processes
):
    docs = Embeddings(server, database, "docs", whole_numbered(2000, 12))
    docs.index("USING hnsw (embedding vector_l2_ops) WITH (m = 4, ef_construction = 8)")
    queries = whole_numbered(12, 12, seed=7)
    file = write_queries(processes.folder / f"truth{next(_numbers)}.jsonl", queries)
    vectors = dict(zip(docs.ids, docs.vectors, strict=True))
    variants = {"default": 40, "low": 10}
    expected = {
        variant: list(
            itertools.accumulate(recall(query, vectors, found_by(docs, query, 10, ef), 10) for query in queries)
        )
        for variant, ef in variants.items()
    }
    assert expected["low"][-1] < len(queries), "a search that finds everything proves nothing"
    # Ties matter: by their ids alone, some right answers would be wrong.
    watched = daemon(
        settings=settings(
            docs,
            {
                "queries": {"source": "file", "file": str(file), "count": len(queries), "order": "round_robin"},
                "variants": [
                    {"name": name, "set": {"enable_seqscan": "off", "hnsw.ef_search": str(ef)}, "every": every}
                    for every, (name, ef) in enumerate(variants.items(), start=1)
                ],
            },
        )
    )
    page = watched.wait_for(
        lambda page: (page.value("pg_probe_recall_ratio_count", variant="low") or 0) >= len(queries),
        within=40,
        what="each query has been checked",
    )
    rounds = {}
    for variant, sums in expected.items():
        labels = {"variant": variant, "source": "exact"}
        count = int(page.value("pg_probe_recall_ratio_count", **labels))
        whole, rest = divmod(count, len(queries))
        wanted = whole * sums[-1] + (sums[rest - 1] if rest else 0)
        assert math.isclose(page.value("pg_probe_recall_ratio_sum", **labels), wanted, rel_tol=1e-12), variant
        rounds[variant] = count
    assert rounds["default"] == rounds["low"]


def test_a_server_that_pauses_costs_the_ticks_that_it_missed(server, database, daemon: Callable[..., Daemon]):
    docs = Embeddings(server, database, "docs", uniform(500, 8))
    docs.index()
    probe = {"schedule": {"interval": "1s", "timeout": "900ms"}, "recall": {"mode": []}, "session": {"cold_every": 0}}
    watched = daemon(settings=settings(docs, probe))
    name = "pg_probe_duration_seconds"
    watched.wait_for(lambda page: (page.value(f"{name}_count") or 0) >= 2, within=20, what="searches")
    before = watched.metrics().exposition()
    began = time.monotonic()
    with server.frozen():
        time.sleep(3)
    count = before.value(f"{name}_count")
    after = watched.wait_for(lambda page: page.value(f"{name}_count") >= count + 6, within=20, what="searches")
    elapsed = time.monotonic() - began
    # No tick is lost: each is an observation, or a failure that came fast.
    ticks = after.value(f"{name}_count") - count
    fast = sum(after.all("pg_probe_failures_total").values()) - sum(before.all("pg_probe_failures_total").values())
    assert elapsed - 2 <= ticks + fast <= 2 * elapsed + 2
    slow = (after.value(f"{name}_count") - count) - (
        after.value(f"{name}_bucket", le="0.5") - before.value(f"{name}_bucket", le="0.5")
    )
    assert 2 <= slow <= 4
    assert after.value(f"{name}_sum") - before.value(f"{name}_sum") >= 2


# A search by the index asks this of few rows, an exact one of all; a divisor of 0 is an error.
SLOW = {"filter": "public.slowly() IS NOT NULL"}
SLOWLY = "CREATE OR REPLACE FUNCTION slowly() RETURNS int LANGUAGE sql AS 'SELECT 1 / {} FROM pg_sleep(0.001)'"
DRAWN = "SELECT embedding FROM public.heavy WHERE (SELECT public.drawing()) IS NOT NULL"
DRAWING = "CREATE OR REPLACE FUNCTION drawing() RETURNS text LANGUAGE sql AS 'SELECT pg_catalog.pg_sleep({})::text'"


@pytest.mark.parametrize("server", [18], indirect=True)
def test_a_search_waits_neither_for_the_truth_nor_for_the_upkeep_of_another_probe(server, database, daemon):
    quick, heavy = (Embeddings(server, database, name, uniform(1500, 8)) for name in ("quick", "heavy"))
    for table in (quick, heavy):
        table.index()
    heavy.execute(DRAWING.format(0))
    heavy.execute(SLOWLY.format(1))
    common = {"session": {"cold_every": 0}, "variants": [{"name": "default", "set": {"enable_seqscan": "off"}}]}
    whole = settings(quick, {"name": "quick", "recall": {"mode": []}, **common})
    of_heavy = {
        "name": "heavy",
        "target": SLOW,
        "queries": {"source": "sql", "sql": DRAWN},
        "recall": {"mode": ["exact"], "exact": {"interval": "5s", "timeout": "4900ms", "max_scan_bytes": "1GiB"}},
    }
    whole["search_probes"] += settings(heavy, of_heavy | common)["search_probes"]
    watched = daemon(settings=whole)

    def scanned(page) -> float:
        return page.value("pg_probe_ground_truth_duration_seconds_count", probe="heavy") or 0

    def put_off(page) -> float:
        return page.value("pg_probe_skipped_total", probe="heavy", reason="upkeep")

    watched.wait_for(
        lambda page: scanned(page) >= 1 and page.value("pg_probe_attempts_total", probe="quick") >= 3,
        within=60,
        what="both probes are at work",
    )
    # Its query vectors have to be drawn anew, and that takes longer than there is time between two ticks.
    heavy.execute(DRAWING.format(5))
    heavy.execute("VACUUM FULL heavy")
    heavy.execute(SLOWLY.format(0))
    failed = {"probe": "heavy", "reason": "query"}
    watched.wait_for(lambda page: page.value("pg_probe_failures_total", **failed), within=30, what="doubts")
    heavy.execute(SLOWLY.format(1))
    before = watched.wait_for(lambda page: put_off(page) >= 1, within=30, what="the first upkeep is put off")
    began = time.monotonic()
    after = watched.wait_for(
        lambda page: put_off(page) >= put_off(before) + 5 and scanned(page) >= scanned(before) + 2,
        within=60,
        what="more is put off, and two truths are found",
    )
    elapsed = time.monotonic() - began

    def come(name: str, **labels: str) -> float:
        found = [sum(page.all(name, probe="quick", **labels).values()) for page in (before, after)]
        return found[1] - found[0]

    searches = come("pg_probe_attempts_total")
    assert elapsed - 2 <= searches <= elapsed + 2
    assert come("pg_probe_duration_seconds_bucket", le="0.5") == come("pg_probe_duration_seconds_count") == searches
    assert come("pg_probe_skipped_total") == come("pg_probe_failures_total") == 0
    # For so long somebody would have waited.
    scans = [page.value("pg_probe_ground_truth_duration_seconds_sum", probe="heavy") for page in (before, after)]
    assert scans[1] - scans[0] >= 1.5 * (scanned(after) - scanned(before))


def test_while_the_server_is_down_what_was_seen_is_gone_and_what_was_counted_stays(
    new_postgres: Callable[..., PostgresServer], installation_of, daemon: Callable[..., Daemon]
):
    server = new_postgres(installation_of(18))
    server.start()
    try:
        server.create_role()
        server.execute("CREATE EXTENSION vector")
        docs = Embeddings(server, "postgres", "docs", uniform(500, 8))
        docs.index()
        watched = daemon(settings=settings(docs, {"recall": {"mode": []}}))
        seen = {"pg_probe_plan", "pg_probe_success", "pg_probe_setting_value", "pg_probe_index_candidates"}

        def shown(page) -> set[str]:
            return {name for name, _ in page.samples if name in seen}

        before = watched.wait_for(lambda page: shown(page) == seen, within=20, what="all is seen")
        server.stop()
        down = watched.wait_for(lambda page: page.value("pg_up") == 0, within=10, what="it is down")
        assert shown(down) == set()
        name = "pg_probe_attempts_total"
        assert down.value(name, variant="default") >= before.value(name, variant="default") > 0
        server.start()
        watched.wait_for(lambda page: shown(page) == seen, within=20, what="all is seen again")
    finally:
        server.stop()
