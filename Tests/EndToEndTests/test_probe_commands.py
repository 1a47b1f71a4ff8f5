"""`pgvigil probe`, `probe sweep` and `explain`: what they show is what is true on real servers."""

import itertools
import json
import os
import pty
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from daemon import binary, environment, run_command
from vectors import Embeddings, recall, text_of, uniform, vector_database, write_queries
from exposition import Exposition
from postgres import PostgresServer
from processes import wait_until
from prometheus import complaints_of_promtool
from search_probe import settings
from terminal import all_written

GOOD, FAILED, USAGE = 0, 1, 64
VERSIONS = (16, 18)
K = 10
# The planner would read a small table whole.
AS_IF_LARGE = {"name": "default", "set": {"enable_seqscan": "off"}}
PATIENT = {"exact": {"interval": "1m", "timeout": "30s", "max_scan_bytes": "1GiB"}}
_numbers = itertools.count(1)


@pytest.fixture(scope="module", params=VERSIONS)
def server(request, postgres_of: Callable[[int], PostgresServer]) -> PostgresServer:
    return postgres_of(request.param)


@pytest.fixture(scope="module")
def database(server: PostgresServer) -> Iterator[str]:
    with vector_database(server) as name:
        yield name


@pytest.fixture(scope="module")
def docs(server: PostgresServer, database: str) -> Embeddings:
    """A table whose index misses a lot."""
    table = Embeddings(server, database, "docs", uniform(2000, 24), categories=4)
    table.index("USING hnsw (embedding vector_l2_ops) WITH (m = 4, ef_construction = 8)")
    table.execute("GRANT UPDATE, DELETE ON docs TO PUBLIC")  # EXPLAIN asks for the rights of what it explains.
    return table


@pytest.fixture(scope="module")
def queries(processes) -> tuple[np.ndarray, str]:
    """Vectors that are not in the table, and a file of them."""
    vectors = uniform(60, 24, seed=7)
    return vectors, str(write_queries(processes.folder / f"commands{next(_numbers)}.jsonl", vectors))


@pytest.fixture
def config(tmp_path: Path) -> Callable[..., list[str]]:
    """Options that name a file with these settings."""

    def write(written: dict) -> list[str]:
        path = tmp_path / "pgvigil.yml"
        path.write_text(json.dumps({"interval": "15s"} | written))  # Which is YAML, too.
        path.chmod(0o600)
        return ["--config", str(path)]

    return write


def probe_of(docs: Embeddings, more: dict | None = None) -> dict:
    return settings(docs, {"variants": [AS_IF_LARGE]} | (more or {}), interval="15s")


def from_file(queries: tuple[np.ndarray, str]) -> dict:
    return {"source": "file", "file": queries[1], "count": len(queries[0]), "order": "round_robin"}


def found_by(docs: Embeddings, query: np.ndarray, setting: str, where: str = "") -> list[int]:
    """What the index finds, asked by another program."""
    with docs.connect() as connection:
        connection.execute(f"SET enable_seqscan = off; SET enable_sort = off; LOAD 'vector'; SET {setting}")
        rows = connection.execute(
            f"SELECT id FROM {docs.name} {where} ORDER BY embedding <-> '{text_of(query)}' LIMIT {K}"
        ).fetchall()
    return [id for (id,) in rows]


def vectors_of(docs: Embeddings, categories: range | None = None) -> dict[int, np.ndarray]:
    rows = zip(docs.ids, docs.vectors, strict=True)
    return {id: vector for id, vector in rows if categories is None or id % docs.categories in categories}


# probe NAME


def test_the_figures_of_a_run_add_up(docs: Embeddings, queries, config):
    low = {"name": "low", "set": {"enable_seqscan": "off", "hnsw.ef_search": "10"}, "every": 2}
    options = config(probe_of(docs, {"variants": [AS_IF_LARGE, low], "queries": from_file(queries)}))
    ended = run_command("probe", "docs", *options, "--count", "12", "--truths", "60", "--json")
    result = json.loads(ended.stdout)

    assert (ended.returncode, ended.stderr) == (GOOD, "")
    assert (result["probe"], result["skips"], result["truth_failures"], result["truth_skips"]) == ("docs", {}, {}, {})
    variants = {variant["name"]: variant for variant in result["variants"]}
    assert {name: variant["searches"] for name, variant in variants.items()} == {"default": 12, "low": 6}
    for name, ef_search in {"default": 40, "low": 10}.items():
        variant = variants[name]
        assert len(variant["latencies_seconds"]) == variant["searches"]
        assert all(0 < seconds < 0.5 for seconds in variant["latencies_seconds"])
        assert variant["requested_rows"] == variant["returned_rows"] == K * variant["searches"]
        assert (variant["failures"], variant["short_results"], variant["plan"]) == ({}, 0, "ann_index")
        wanted = [
            recall(query, vectors_of(docs), found_by(docs, query, f"hnsw.ef_search = {ef_search}"), K)
            for query in queries[0]
        ]
        assert variant["recalled_queries"] == len(queries[0])
        assert variant["recall"] == pytest.approx(np.mean(wanted), rel=1e-12)
        assert variant["recall_lower"] < variant["recall"] < variant["recall_upper"]
    assert variants["low"]["recall"] < variants["default"]["recall"]
    # The sample is drawn behind the first search of all.
    assert variants["default"]["sentinel_checks"] == 11
    spent = sum(sum(variant["latencies_seconds"]) for variant in variants.values())
    assert result["database_seconds"] > spent / 2


def test_a_run_is_shown_as_a_table(docs: Embeddings, config):
    options = config(probe_of(docs))
    began = time.monotonic()
    ended = run_command("probe", "docs", *options, "--count", "5", "--truths", "0", "--pace", "200ms")

    assert (ended.returncode, ended.stderr) == (GOOD, "")
    assert time.monotonic() - began >= 0.8
    header, row = ended.stdout.splitlines()
    assert header.split()[:3] == ["variant", "searches", "failed"]
    assert row.split()[:3] == ["default", "5", "0"]
    assert row.split()[-1] == "ann_index"


def test_a_run_whose_searches_fail_says_why(docs: Embeddings, processes, config):
    wrong = write_queries(processes.folder / f"commands{next(_numbers)}.jsonl", uniform(5, 3))
    options = config(probe_of(docs, {"queries": {"source": "file", "file": str(wrong), "count": 5}}))
    as_table = run_command("probe", "docs", *options, "--count", "3", "--truths", "0")
    as_json = run_command("probe", "docs", *options, "--count", "3", "--truths", "0", "--json")

    assert (as_table.returncode, as_json.returncode) == (FAILED, FAILED)
    assert "default failed: query, 3\n" in as_table.stdout
    assert "SQLSTATE 22000" in as_table.stdout
    (variant,) = json.loads(as_json.stdout)["variants"]
    assert (variant["searches"], variant["failures"], variant["latencies_seconds"]) == (3, {"query": 3}, [])


def test_a_run_takes_more_than_the_probe_may_in_an_hour(docs: Embeddings, queries, config):
    slow = {"filter": "pg_sleep(0.0005)::text = ''"}  # Of each of 2,000 rows.
    probe = {"limits": {"db_seconds_per_hour": 1}, "target": slow, "queries": from_file(queries), "recall": PATIENT}
    options = config(probe_of(docs, probe))
    ended = run_command("probe", "docs", *options, "--count", "2", "--truths", "3", "--json")
    result = json.loads(ended.stdout)

    assert ended.returncode == GOOD
    assert (result["skips"], result["truth_skips"], result["truth_failures"]) == ({}, {}, {})
    assert result["variants"][0]["recalled_queries"] == 3
    assert result["database_seconds"] > 3


def test_a_run_of_something_that_is_missing_says_so(docs: Embeddings, config):
    missing = config(probe_of(docs, {"target": {"table": "nowhere"}}))
    ended = run_command("probe", "docs", *missing, "--count", "2")

    assert ended.returncode == FAILED
    assert "skipped: unresolved, 2\n" in ended.stdout
    assert "there is no table public.nowhere" in ended.stdout


def test_a_probe_has_to_be_named_well(docs: Embeddings, config):
    several = probe_of(docs)
    several["servers"].append(several["servers"][0] | {"name": "other"})
    several["search_probes"] = [
        several["search_probes"][0] | {"server": server} for server in ("main", "other")
    ]
    none = {"servers": [several["servers"][0]]}
    unknown = run_command("probe", "dogs", *config(probe_of(docs)))
    ambiguous = run_command("probe", "docs", *config(several))
    named = run_command("probe", "docs", "--server", "other", *config(several), "--count", "1", "--truths", "0")
    without = run_command("probe", "docs", *config(none))

    assert [ended.returncode for ended in (unknown, ambiguous, named, without)] == [USAGE, USAGE, GOOD, USAGE]
    assert "There is no probe dogs; there are docs." in unknown.stderr
    assert "Several servers have a probe docs: name one with --server." in ambiguous.stderr
    assert "There are no probes." in without.stderr


def test_a_probe_that_was_found_can_be_run(docs: Embeddings, config):
    server = {"name": "main", "conninfo": docs.server.conninfo(database=docs.database), "search": "auto"}
    options = config({"servers": [server | {"databases": [docs.database]}]})
    ended = run_command("probe", docs.name + "_embedding_idx", *options, "--count", "2", "--json")
    unknown = run_command("probe", "dogs", *options)

    assert (ended.returncode, ended.stderr) == (GOOD, "")
    assert json.loads(ended.stdout)["variants"][0]["searches"] == 2
    assert unknown.returncode == USAGE
    assert "there are docs_embedding_idx" in unknown.stderr


# The sentinel


def test_the_sentinel_misses_what_truly_is_missed(server, database, processes, config):
    """Over 1,000 queries that the index fails now and then.

    A sampled row that is nearer than the last found row and was not found is a miss. With the whole table as the
    sample each search is judged as brute force judges it. With a part of it, missed rows divided by the sampled share
    of the table estimate how many rows a search misses, and the share of searches with a miss is what a draw
    without replacement would show: both within their 95 % intervals over queries.

    One sample judges all searches, and some rows are missed by many of them: what an estimate is off by is no
    average over independent draws. So the sample is large; with a third of the table one run in twenty strays.
    """
    rows, sampled, count = 3000, 2400, 1000
    hard = Embeddings(server, database, "hard", uniform(rows, 32, seed=11))
    hard.index("USING hnsw (embedding vector_l2_ops) WITH (m = 6, ef_construction = 32)")
    vectors = uniform(count, 32, seed=12)
    file = str(write_queries(processes.folder / f"commands{next(_numbers)}.jsonl", vectors))
    strict, loose, by_row, expected = missed_rows(hard, vectors, "hnsw.ef_search = 100")
    found = {}
    for size in (rows, sampled):
        probe = {
            "queries": {"source": "file", "file": file, "count": count, "order": "round_robin"},
            "recall": {"mode": ["resident_sample", "exact"], "resident_sample": {"rows": size}},
            # What takes a plan takes the next query, too.
            "explain": {"every": 0},
            "plan_check": {"every": 0},
            "variants": [{"name": "default", "set": {"enable_seqscan": "off", "hnsw.ef_search": "100"}}],
        }
        truths = count if size == sampled else 0
        # The sample is drawn behind the first search, so the last one is the first query again.
        arguments = ["--count", str(count + 1), "--truths", str(truths), "--json"]
        ended = run_command("probe", "docs", *config(probe_of(hard, probe)), *arguments, timeout=100)
        assert (ended.returncode, ended.stderr) == (GOOD, "")
        result = json.loads(ended.stdout)
        (found[size],) = result["variants"]
        assert found[size]["sentinel_checks"] == count
        assert result["sentinel_sample_ratio"] == size / rows

    # What misses always or never would show nothing.
    assert 0.1 < np.mean(loose > 0) < 0.9
    assert np.sum(strict > 0) <= found[rows]["sentinel_misses"] <= np.sum(loose > 0)
    assert np.sum(strict) <= found[rows]["sentinel_missed_rows"] <= np.sum(loose)

    share = sampled / rows
    estimate = found[sampled]["sentinel_missed_rows"] / count / share
    # Of queries, and of the sample beside that.
    spread = np.var(loose) / count + np.var(by_row) * rows**2 * (1 - share) / sampled / count**2
    assert abs(estimate - np.mean(loose)) < 1.96 * np.sqrt(spread)
    chance = np.array([1 - none_of(missed, sampled, rows) for missed in loose])
    low, high = wilson(found[sampled]["sentinel_misses"], count)
    assert low < np.mean(chance) < high
    # And exact truth, by the same searches, is what brute force says.
    assert found[sampled]["recalled_queries"] == count
    assert found[sampled]["recall"] == pytest.approx(np.mean(expected), rel=1e-12)


def missed_rows(
    docs: Embeddings, vectors: np.ndarray, setting: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[float]]:
    """Rows of the table nearer than the last found row that were not found: of each query, by more than rounding and
    by however little; and of each row, how many queries miss it. Then the recall of each query."""
    table = docs.vectors.astype(np.float64)
    counts, recalls, by_row = [], [], np.zeros(len(table))
    with docs.connect() as connection:
        connection.execute(f"SET enable_seqscan = off; LOAD 'vector'; SET {setting}")
        for query in vectors:
            answer = connection.execute(
                f"SELECT id FROM {docs.name} ORDER BY embedding <-> '{text_of(query)}' LIMIT {K}"
            ).fetchall()
            ids = np.array([id for (id,) in answer]) - 1
            distances = np.linalg.norm(table - query.astype(np.float64), axis=1)
            last = distances[ids].max()
            missed = distances < last
            missed[ids] = False
            by_row += missed
            counts.append([np.sum(missed & (distances < last * (1 - 1e-4))), np.sum(missed)])
            recalls.append(np.sum(distances[ids] <= np.sort(distances)[K - 1] * (1 + 1e-6)) / K)
    return *np.array(counts).T, by_row, recalls


def none_of(missed: int, sampled: int, rows: int) -> float:
    """The chance that a sample without replacement has none of the missed rows."""
    return float(np.prod(1 - missed / (rows - np.arange(sampled)))) if missed <= rows - sampled else 0.0


def wilson(hits: int, count: int) -> tuple[float, float]:
    share, z = hits / count, 1.96
    middle = (share + z * z / 2 / count) / (1 + z * z / count)
    reach = z / (1 + z * z / count) * np.sqrt(share * (1 - share) / count + z * z / 4 / count**2)
    return middle - reach, middle + reach


# probe NAME --debug


@pytest.fixture(scope="module")
def secrets(server: PostgresServer, database: str) -> str:
    """A table of which everything in it is easy to recognize."""
    server.execute(
        """CREATE TABLE secrets (id bigint PRIMARY KEY, owner text NOT NULL, embedding vector(3));
        INSERT INTO secrets
        SELECT 739100000000 + row, 'canary' || row % 2, ARRAY[0.918273 + row, 0.918273 - row, 0.918273 * row]::vector
        FROM generate_series(1, 300) AS row;
        CREATE INDEX secrets_index ON secrets USING hnsw (embedding vector_cosine_ops);
        GRANT SELECT ON secrets TO PUBLIC; ANALYZE secrets""",
        database=database,
    )
    return "secrets"


def secret_probe(server: PostgresServer, database: str, **more) -> dict:
    target = {"table": "secrets", "column": "embedding", "operator": "<=>", "k": 5}
    target |= {"filter": "owner = $1", "filter_params": {"values": ["canary0", "canary1"]}}
    probe = {"name": "secrets", "database": database, "target": target, "variants": [AS_IF_LARGE]} | more
    conninfo = server.conninfo(database=database)
    return {"servers": [{"name": "main", "conninfo": conninfo}], "search_probes": [probe]}


def test_a_debug_run_names_each_step_and_tells_nothing_of_rows(server, database, secrets, config):
    ended = run_command("probe", "secrets", "--debug", *config(secret_probe(server, database)))
    steps, _, page = ended.stdout.partition("what would be exported:\n")

    assert (ended.returncode, ended.stderr) == (GOOD, "")
    wanted = [
        f"connected to database {database} ",
        "resolved public.secrets ",
        "searched: vector, 3 dimensions, operator <=>",
        "index secrets_index (hnsw): usable",
        "drew 200 query vectors ",
        "got ready, and searched once ",
        "searched ",
        "looked for the truth ",
        "hnsw.ef_search = 40",
        "plan: ann_index",
        "recall of this query: ",
    ]
    places = [steps.find(step) for step in wanted]
    assert -1 not in places and places == sorted(places), steps
    for word in ("0.918", "918273", "7391", "canary", "SELECT", "ORDER BY", "Limit", "Index Scan", "Seq Scan"):
        assert word not in ended.stdout
    assert complaints_of_promtool(page.encode()) == ""
    exported = Exposition.of_text(page.encode())
    assert exported.value("pg_probe_attempts_total", probe="secrets", variant="default") == 2
    assert exported.value("pg_probe_plan", probe="secrets", variant="default", path="ann_index") == 1
    assert exported.value("pg_probe_recall_ratio_count", probe="secrets", source="exact") == 1


def test_a_debug_run_says_what_mends_it(server, database, secrets, config):
    missing = secret_probe(server, database)
    missing["search_probes"][0]["target"] |= {"column": "nowhere"}
    unindexed = secret_probe(server, database)
    unindexed["search_probes"][0]["target"] |= {"operator": "<->"}
    ended = run_command("probe", "secrets", "--debug", *config(missing))
    shown = run_command("probe", "secrets", "--debug", *config(unindexed))

    assert ended.returncode == FAILED
    assert "cannot resolve it: the table has no column nowhere" in ended.stdout
    assert "mend: check the probe's target.column" in ended.stdout
    mend = 'CREATE INDEX CONCURRENTLY ON "public"."secrets" USING hnsw ("embedding" vector_l2_ops);'
    assert f"index secrets_index sorts by another operator: {mend}" in shown.stdout
    assert "plan: seq_scan" in shown.stdout


def test_a_debug_run_of_a_broken_filter_quotes_nothing(server, database, secrets, config):
    broken = secret_probe(server, database)
    broken["search_probes"][0]["target"] |= {"filter": "owner = $1 AND canary7391 > 0"}
    ended = run_command("probe", "secrets", "--debug", *config(broken))

    assert ended.returncode == FAILED
    assert "canary" not in ended.stdout + ended.stderr


# Custom probes


def custom_probe(server: PostgresServer, database: str, *steps: dict) -> dict:
    whole = secret_probe(server, database)
    whole["custom_probes"] = [{"name": "mixed", "database": database, "steps": list(steps)}]
    return whole


MEASURED = {
    "sql": "SELECT id, owner FROM secrets WHERE owner = $1 ORDER BY embedding <=> $2::vector LIMIT 5",
    "params": ["canary1", {"queries": "secrets"}],
    "measure": True,
    "expect": {"rows_min": 5, "plan": "ann_index", "columns": {"owner": {"matches": "^canary1$"}}},
}


def test_a_custom_probe_can_be_run_by_hand(server, database, secrets, config):
    options = config(custom_probe(server, database, {"set": {"enable_seqscan": "off", "enable_sort": "off"}}, MEASURED))
    ended = run_command("probe", "mixed", *options, "--count", "7", "--json")
    as_table = run_command("probe", "mixed", *options, "--count", "3")
    truths = run_command("probe", "mixed", *options, "--truths", "1")
    sweep = run_command("probe", "sweep", "mixed", *options)

    assert (ended.returncode, ended.stderr) == (GOOD, "")
    result = json.loads(ended.stdout)
    (variant,) = result["variants"]
    assert (result["probe"], result["skips"], variant["name"]) == ("mixed", {}, "default")
    assert (variant["searches"], variant["failures"], variant["plan"]) == (7, {}, "ann_index")
    assert (variant["returned_rows"], variant["requested_rows"], variant["short_results"]) == (35, 35, 0)
    assert len(variant["latencies_seconds"]) == 7 and all(0 < one < 0.5 for one in variant["latencies_seconds"])
    assert (as_table.returncode, as_table.stdout.splitlines()[1].split()[:3]) == (GOOD, ["default", "3", "0"])
    assert (truths.returncode, sweep.returncode) == (USAGE, USAGE)
    assert "mixed is a custom probe, of which there is no truth." in truths.stderr
    assert "mixed is a custom probe: a sweep is of a search probe." in sweep.stderr


def test_a_debug_run_of_a_custom_probe_judges_each_statement(server, database, secrets, config):
    one = {"sql": "SELECT owner FROM secrets LIMIT 1", "expect": {"columns": {"owner": {"matches": "9"}}}}
    free = {"sql": "SELECT 1"}
    setting = {"set": {"enable_seqscan": "off", "enable_sort": "off"}}
    good = run_command("probe", "mixed", "--debug", *config(custom_probe(server, database, setting, MEASURED, free)))
    wrong = run_command("probe", "mixed", "--debug", *config(custom_probe(server, database, one, MEASURED)))
    broken = {"sql": "SELECT canary7391 FROM secrets"}
    failing = run_command("probe", "mixed", "--debug", *config(custom_probe(server, database, MEASURED, broken, free)))
    steps, _, page = good.stdout.partition("what would be exported:\n")

    assert [(ended.returncode, ended.stderr) for ended in (good, wrong, failing)] == [
        (GOOD, ""), (FAILED, ""), (FAILED, "")
    ]
    lines = [re.sub(r" \(\d+\.\d+ ms\)$", " (ms)", line) for line in steps.splitlines() if line]
    assert lines[0] == f"connected to database {database} (ms)"
    assert lines[2:] == [
        "    200 query vectors of secrets",
        "set enable_seqscan = off",
        "set enable_sort = off",
        "statement 1: 5 rows (ms)",
        "    is what the probe measures",
        "    plan: ann_index",
        "    as expected",
        "statement 2: 1 row (ms)",
        "    nothing is expected of it",
    ]
    assert complaints_of_promtool(page.encode()) == ""
    exported = Exposition.of_text(page.encode())
    assert exported.value("pg_probe_attempts_total", probe="mixed", variant="default") == 1

    assert "    not as expected: statement 1: column owner is not as expected\n" in wrong.stdout
    assert "    not as expected: the plan of statement 2 is seq_scan, not ann_index\n" in wrong.stdout
    assert re.search(r"^statement 2: failed \(", failing.stdout, re.MULTILINE)
    assert "statement 3" not in failing.stdout
    assert "latest problem: the server refused the statement (SQLSTATE 42703)" in failing.stdout
    for ended in (good, wrong, failing):
        for word in ("918273", "7391", "canary", "SELECT", "ORDER BY", "Scan"):
            assert word not in ended.stdout


# probe sweep


def rows_of(report: str) -> dict[str, list[str]]:
    """By value: recall, lower, upper, p50, p95, short, plan."""
    lines = itertools.takewhile(str.strip, report.splitlines()[1:])
    rows = [line.replace(" to ", " ").split() for line in lines]
    return {row[1]: row[2:] for row in rows}


def bounds(ratios: list[float]) -> tuple[float, float]:
    """Of the mean over 60 queries, at 95 %: Student's t with 59 degrees of freedom."""
    assert len(ratios) == 60
    if len(set(ratios)) == 1:  # The rule of three: so many of the queries may be of a kind that was not seen.
        return ratios[0] * (1 - 3 / 60), ratios[0] + (1 - ratios[0]) * 3 / 60
    reach = 2.00099538 * np.std(ratios, ddof=1) / np.sqrt(60)
    return max(0.0, np.mean(ratios) - reach), min(1.0, np.mean(ratios) + reach)


def test_a_sweep_shows_what_brute_force_says(docs: Embeddings, queries, config):
    expected = {
        value: [recall(q, vectors_of(docs), found_by(docs, q, f"hnsw.ef_search = {value}"), K) for q in queries[0]]
        for value in (10, 20, 40, 80, 160, 320, 640, 1000)
    }
    lower = {value: bounds(ratios)[0] for value, ratios in expected.items()}
    # Between what two values reach, the higher of them is recommended.
    target = round((lower[40] + lower[80]) / 2, 3)
    options = config(probe_of(docs, {"queries": from_file(queries)}))
    ended = run_command("probe", "sweep", "docs", *options, "--target", str(target), timeout=120)

    assert (ended.returncode, ended.stderr) == (GOOD, "")
    rows = rows_of(ended.stdout)
    assert list(map(int, rows)) == list(expected)
    for value, ratios in expected.items():
        ratio, low, high, p50, p95, short, plan = rows[str(value)]
        assert float(ratio) == pytest.approx(np.mean(ratios), abs=0.00051), value
        assert (float(low), float(high)) == pytest.approx(bounds(ratios), abs=0.00051), value
        assert 0 < float(p50) <= float(p95)
        assert (short, plan) == ("0", "ann_index")
    means = [float(row[0]) for row in rows.values()]
    assert means == sorted(means) and means[0] < means[-1]
    assert lower[40] < target < lower[80]
    assert f"The lowest that reaches {target:.3f} beyond sampling error: hnsw.ef_search = 80\n" in ended.stdout


def test_a_sweep_is_written_for_programs_too(docs: Embeddings, queries, config, tmp_path: Path):
    options = [*config(probe_of(docs, {"queries": from_file(queries)})), "--values", "10,80,1000", "--target", "0.9"]
    file = tmp_path / "sweep.json"
    shown = run_command("probe", "sweep", "docs", *options, "--json", str(file), timeout=120)
    printed = run_command("probe", "sweep", "docs", *options, "--json", "-", timeout=120)

    assert [(ended.returncode, ended.stderr) for ended in (shown, printed)] == [(GOOD, "")] * 2
    written, other = json.loads(file.read_text()), json.loads(printed.stdout)
    assert [point["value"] for point in written["points"]] == list(rows_of(shown.stdout)) == ["10", "80", "1000"]
    assert {key: written[key] for key in ("probe", "setting", "target")} == {
        "probe": "docs", "setting": "hnsw.ef_search", "target": 0.9
    }
    for point, (*_, p50, p95, short, plan) in zip(written["points"], rows_of(shown.stdout).values(), strict=True):
        found = [found_by(docs, query, f"hnsw.ef_search = {point['value']}") for query in queries[0]]
        ratios = [recall(query, vectors_of(docs), ids, K) for query, ids in zip(queries[0], found, strict=True)]
        assert point["recall"] == pytest.approx(np.mean(ratios), rel=1e-12)
        assert (point["recall_lower"], point["recall_upper"]) == pytest.approx(bounds(ratios), rel=1e-6)
        assert (point["searches"], point["recalled_queries"]) == (60, 60)
        assert (point["short_results"], point["plan"]) == (int(short), plan) == (0, "ann_index")
        # Of 60 searches a 99th percentile cannot be told.
        assert list(point["latencies_seconds"]) == ["p50", "p95"]
        in_milliseconds = [1000 * seconds for seconds in point["latencies_seconds"].values()]
        assert in_milliseconds == pytest.approx([float(p50), float(p95)], abs=0.0051)
    enough = [point["value"] for point in written["points"] if point["recall_lower"] >= 0.9]
    assert written["chosen"] == enough[0]
    assert f"hnsw.ef_search = {enough[0]}\n" in shown.stdout
    # What is found is the same at each run; how long it takes is not.
    for point in (*written["points"], *other["points"]):
        del point["latencies_seconds"]
    assert written == other


def test_a_sweep_says_when_no_value_is_enough(docs: Embeddings, queries, config):
    options = config(probe_of(docs, {"queries": from_file(queries), "objective": {"recall": 1}}))
    ended = run_command("probe", "sweep", "docs", *options, "--setting", "hnsw.ef_search", "--values", "10, 20")

    assert ended.returncode == GOOD
    assert list(rows_of(ended.stdout)) == ["10", "20"]
    assert "No value reaches a recall of 1.000 beyond sampling error." in ended.stdout


def test_a_sweep_searches_with_the_filter(docs: Embeddings, queries, config):
    target = {"filter": "category < $1", "filter_params": {"values": ["1"]}}
    expected = [
        recall(q, vectors_of(docs, range(1)), found_by(docs, q, "hnsw.ef_search = 20", "WHERE category < 1"), K)
        for q in queries[0]
    ]
    found = [len(found_by(docs, q, "hnsw.ef_search = 20", "WHERE category < 1")) for q in queries[0]]
    options = config(probe_of(docs, {"queries": from_file(queries), "target": target}))
    ended = run_command("probe", "sweep", "docs", *options, "--setting", "hnsw.ef_search", "--values", "20")

    assert (ended.returncode, ended.stderr) == (GOOD, "")
    row = rows_of(ended.stdout)["20"]
    assert float(row[0]) == pytest.approx(np.mean(expected), abs=0.00051)
    assert int(row[5]) == sum(rows < K for rows in found) > 25


def test_a_sweep_of_lists(server, database, queries, config):
    lists = Embeddings(server, database, "lists", uniform(2000, 24, seed=3))
    lists.index("USING ivfflat (embedding vector_l2_ops) WITH (lists = 10)")
    options = config(probe_of(lists, {"queries": from_file(queries)}))
    ended = run_command("probe", "sweep", "docs", *options)

    assert (ended.returncode, ended.stderr) == (GOOD, "")
    rows = rows_of(ended.stdout)
    assert list(rows) == ["1", "2", "4", "8"]
    for probes, row in rows.items():
        ratios = [recall(q, vectors_of(lists), found_by(lists, q, f"ivfflat.probes = {probes}"), K) for q in queries[0]]
        assert float(row[0]) == pytest.approx(np.mean(ratios), abs=0.00051), probes


def test_a_sweep_without_an_index_says_what_would_help(server, database, config):
    bare = Embeddings(server, database, "bare", uniform(100, 4))
    unindexed = run_command("probe", "sweep", "docs", *config(probe_of(bare)))
    bare.index("USING hnsw (embedding vector_cosine_ops)", "wrong")
    wrong = run_command("probe", "sweep", "docs", *config(probe_of(bare)))

    mend = 'mend: CREATE INDEX CONCURRENTLY ON "public"."bare" USING hnsw ("embedding" vector_l2_ops);\n'
    assert (unindexed.returncode, wrong.returncode) == (FAILED, FAILED)
    assert unindexed.stderr == f"probe sweep: no ANN index is over what is searched\n{mend}"
    assert wrong.stderr == f"probe sweep: index wrong sorts by another operator\n{mend}"
    server.execute(mend.removeprefix("mend: "), database=database)
    mended = run_command("probe", "sweep", "docs", *config(probe_of(bare)), "--queries", "5")
    assert mended.returncode == GOOD, mended.stderr


def test_a_sweep_recommends_nothing_where_the_index_is_not_used(docs: Embeddings, queries, config):
    unused = {"name": "default", "set": {"enable_indexscan": "off"}}
    options = config(probe_of(docs, {"queries": from_file(queries), "variants": [unused]}))
    ended = run_command("probe", "sweep", "docs", *options, "--queries", "5", "--target", "0.5")

    assert ended.returncode == GOOD
    assert {row[-1] for row in rows_of(ended.stdout).values()} == {"seq_scan"}
    assert "The planner uses the index at none of these values" in ended.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (["--setting", "hnsw.ef_search", "--values", "10,99999"], FAILED, "refuses the value 99999"),
        (["--setting", "hnsw.nonsense", "--values", "1"], FAILED, "refuses the value 1"),
        (["--setting", "search_path", "--values", "x"], USAGE, "--setting: allowed is "),
        (["--setting", "hnsw.ef_search"], USAGE, "--setting needs --values."),
        (["--values", ","], USAGE, "--values: allowed are 1 to 52 values"),
        (["--queries", "1"], USAGE, "--queries: allowed is 2 to 10000."),
        (["--target", "2"], USAGE, "--target: allowed is 0.01 to 1."),
        (["--json", "/nowhere/sweep.json"], USAGE, "/nowhere/sweep.json cannot be written."),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_wrong_sweep_is_refused_before_it_begins(docs: Embeddings, config, arguments, code, word):
    ended = run_command("probe", "sweep", "docs", *config(probe_of(docs)), *arguments)

    assert (ended.returncode, ended.stdout) == (code, "")
    assert word in ended.stderr


def test_a_terminal_gets_a_bar(docs: Embeddings, config):
    ours, its = pty.openpty()
    arguments = ["probe", "sweep", "docs", *config(probe_of(docs)), "--queries", "5"]
    process = subprocess.Popen(
        [binary(), *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=its, env=environment()
    )
    os.close(its)
    output = all_written(ours)

    report = process.communicate()[0].decode()
    assert process.returncode == GOOD
    bars = re.findall(r"\r\x1b\[Ksweep +\[#* *\] (\d+)/45  \d+\.\d s", output)
    assert [int(done) for done in bars] == list(range(1, 46))
    assert output.endswith("\r\x1b[K")
    assert len(rows_of(report)) == 8 and "\x1b" not in report


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_sweep_at_the_server_too(docs: Embeddings, config, number: signal.Signals):
    slow = {"filter": "pg_sleep(0.005)::text = ''"}  # Of each row.
    options = config(probe_of(docs, {"target": slow, "recall": PATIENT}))
    arguments = [*options, "--queries", "2", "--setting", "hnsw.ef_search", "--values", "10"]
    process = subprocess.Popen(
        [binary(), "probe", "sweep", "docs", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )

    def scans() -> int:
        running = "query LIKE '/* pgvigil probe=docs variant=exact */%' AND state = 'active'"
        return docs.execute(f"SELECT count(*) FROM pg_stat_activity WHERE {running}")[0][0]

    wait_until(lambda: scans() == 1, within=20, what="the sweep looks for the truth")
    began = time.monotonic()
    process.send_signal(number)
    output, errors = process.communicate(timeout=10)

    assert time.monotonic() - began < 3
    assert (process.returncode, output, errors) == (128 + number, "", "probe sweep: interrupted\n")
    wait_until(lambda: scans() == 0, within=2, what="the server has stopped it")


# explain


@pytest.fixture(scope="module")
def parts(docs: Embeddings) -> str:
    """A partitioned table whose partitions are indexed, and an index on categories of the other."""
    docs.execute("CREATE INDEX docs_category ON docs (category)")
    docs.execute("CREATE TABLE parts (id int, embedding vector(24)) PARTITION BY RANGE (id)")
    docs.execute("CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (1000)")
    docs.execute("CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (1000) TO (2001)")
    docs.execute("INSERT INTO parts SELECT id, embedding FROM docs")
    docs.execute("CREATE INDEX parts_embedding ON parts USING hnsw (embedding vector_l2_ops)")
    docs.execute("ANALYZE docs; ANALYZE parts; GRANT SELECT ON parts TO PUBLIC")
    return "parts"


def explain(docs: Embeddings, sql: str, tmp_path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    file = tmp_path / "queries.sql"
    file.write_text(sql)
    return run_command("explain", str(file), *options, DATA_SOURCE_NAME=docs.server.conninfo(database=docs.database))


VECTOR = "[" + ",".join(["0.1"] * 24) + "]"
NEAREST = f"SELECT id FROM docs ORDER BY embedding <-> '{VECTOR}' LIMIT 10"

PLANS = [
    (NEAREST, "ann_index", "ann_index, index docs_embedding_idx"),
    ("SELECT id FROM docs WHERE id = 3", "index", "other_index, index docs_pkey"),
    ("SELECT count(*) FROM docs WHERE category = 3", "index", "docs_category"),
    ("SELECT embedding FROM docs", "seq_scan", "seq_scan, reads all of docs"),
    ("SELECT 1", "any", "other"),
    (NEAREST.replace("docs", "parts"), "ann_index", "ann_index, index parts_1_embedding_idx, parts_2_embedding_idx"),
    (f"WITH near AS MATERIALIZED ({NEAREST}) SELECT id FROM near ORDER BY id", "ann_index", "docs_embedding_idx"),
    (f"SELECT id FROM ({NEAREST}) AS near WHERE id > 5", "ann_index", "docs_embedding_idx"),
    (f"UPDATE docs SET category = 1 WHERE id IN ({NEAREST})", "ann_index", "docs_embedding_idx"),
]


@pytest.mark.parametrize(("sql", "expected", "found"), PLANS, ids=range(len(PLANS)))
def test_each_path_is_told_apart(docs: Embeddings, parts, tmp_path, sql: str, expected: str, found: str):
    ended = explain(docs, sql, tmp_path, "--expect", expected, "--ignore-costs")

    assert (ended.returncode, ended.stderr) == (GOOD, "")
    line = ended.stdout.rstrip("\n")
    assert line.startswith("  ok    statement 1  ") and found in line


def test_explain_runs_nothing(docs: Embeddings, tmp_path):
    before = docs.execute("SELECT sum(category), count(*) FROM docs")
    sql = "UPDATE docs SET category = 99; DELETE FROM docs; SELECT pg_sleep(20)"
    ended = explain(docs, sql, tmp_path, "--expect", "any")

    assert ended.returncode == GOOD, ended.stdout
    assert docs.execute("SELECT sum(category), count(*) FROM docs") == before


UNSERVED = [
    pytest.param(NEAREST.replace("<->", "<=>"), id="another operator"),
    pytest.param(NEAREST.replace("LIMIT", "DESC LIMIT"), id="descending"),
    pytest.param(f"SELECT id FROM docs ORDER BY 1 - (embedding <-> '{VECTOR}') LIMIT 10", id="an expression"),
    pytest.param("SELECT id FROM docs WHERE category + 1 = 3", id="no index"),
    pytest.param(f"SELECT id FROM docs WHERE id IN ({NEAREST}) OR (SELECT count(*) FROM parts) > 3", id="subquery"),
]


@pytest.mark.parametrize("sql", UNSERVED)
def test_what_no_index_can_serve_fails(docs: Embeddings, parts, tmp_path, sql: str):
    ended = explain(docs, sql, tmp_path, "--ignore-costs")

    assert ended.returncode == FAILED
    assert "FAIL  statement 1  expected index, found seq_scan" in ended.stdout or "reads all of " in ended.stdout
    assert "mend: make an index that can serve its" in ended.stdout


def test_costs_are_ignored_only_where_that_is_asked_for(docs: Embeddings, tmp_path):
    docs.execute("CREATE TABLE IF NOT EXISTS small AS SELECT id, embedding FROM docs LIMIT 20")
    docs.execute("CREATE INDEX IF NOT EXISTS small_index ON small USING hnsw (embedding vector_l2_ops); ANALYZE small")
    docs.execute("GRANT SELECT ON small TO PUBLIC")
    sql = NEAREST.replace("docs", "small")
    by_cost = explain(docs, sql, tmp_path)
    by_need = explain(docs, sql, tmp_path, "--ignore-costs")

    assert (by_cost.returncode, by_need.returncode) == (FAILED, GOOD)
    assert "expected index, found seq_scan, reads all of small" in by_cost.stdout
    assert "mend: a small table is read whole whatever its indexes are: --ignore-costs tells" in by_cost.stdout
    assert "ann_index, index small_index" in by_need.stdout


def test_comments_give_values_and_expectations(docs: Embeddings, tmp_path):
    sql = f"""
    -- expect: seq_scan
    SELECT embedding FROM docs;

    -- Nearest of one kind. expect: nothing of this line.
    -- expect: ann_index
    -- $1 = {VECTOR}
    -- $2 = 10
    SELECT id FROM docs ORDER BY embedding <-> $1::vector LIMIT $2;

    /* No directive: the option holds. */
    SELECT id FROM docs WHERE id = 5 -- $1 = 3; and no end
    """
    ended = explain(docs, sql, tmp_path, "--ignore-costs")
    other = explain(docs, sql.replace("expect: ann_index", "expect: seq_scan"), tmp_path, "--ignore-costs")
    wrong = explain(docs, sql.replace("expect: ann_index", "expect: ann-index"), tmp_path, "--ignore-costs")

    assert ended.returncode == GOOD, ended.stdout
    assert re.findall(r"ok +statement (\d) +(\w+)", ended.stdout) == [
        ("1", "seq_scan"),
        ("2", "ann_index"),
        ("3", "other_index"),
    ]
    assert (other.returncode, wrong.returncode) == (FAILED, FAILED)
    assert "statement 2  expected seq_scan, found ann_index, index docs_embedding_idx" in other.stdout
    complaint = "its comment expects something unknown: allowed are ann_index, index, seq_scan, any"
    assert f"FAIL  statement 2  {complaint}\n" in wrong.stdout


def test_a_statement_without_values_gets_a_plan_for_any(docs: Embeddings, tmp_path):
    sql = "SELECT id FROM docs ORDER BY embedding <-> $1::vector LIMIT 10"
    ended = explain(docs, sql, tmp_path, "--expect", "ann_index", "--ignore-costs")

    assert ended.returncode == GOOD, ended.stdout
    assert "ann_index, index docs_embedding_idx" in ended.stdout


def test_older_servers_need_values(postgres_of, tmp_path):
    file = tmp_path / "queries.sql"
    source = postgres_of(15).conninfo()
    statement = "SELECT oid FROM pg_class WHERE relname = $1 AND relnamespace = 11;"
    file.write_text(statement)
    without = run_command("explain", str(file), DATA_SOURCE_NAME=source)
    file.write_text(f"-- $1 = pg_type\n{statement}")
    given = run_command("explain", str(file), DATA_SOURCE_NAME=source)

    assert (without.returncode, given.returncode) == (FAILED, GOOD)
    assert 'PostgreSQL before 16 plans no statement without values: give them in comments, as in "-- $1 = 42"' in (
        without.stdout
    )
    assert "other_index, index pg_class_relname_nsp_index" in given.stdout


@pytest.mark.parametrize(
    ("sql", "state"),
    [("SELEKT canary7391", "42601"), ("SELECT 'canary7391'::int", "22P02"), ("SET work_mem = 'canary7391'", "42601")],
)
def test_errors_show_nothing_of_the_statement(docs: Embeddings, tmp_path, sql: str, state: str):
    ended = explain(docs, f"SELECT 1; {sql};", tmp_path, "--expect", "any")

    assert ended.returncode == FAILED
    assert f"SQLSTATE {state}" in ended.stdout
    assert "canary" not in ended.stdout + ended.stderr
    assert "ok    statement 1" in ended.stdout


def test_names_without_a_schema_are_looked_for_where_it_is_said(docs: Embeddings, tmp_path):
    docs.execute("CREATE SCHEMA IF NOT EXISTS shop; CREATE TABLE IF NOT EXISTS shop.goods (id int PRIMARY KEY)")
    docs.execute("GRANT USAGE ON SCHEMA shop TO PUBLIC; GRANT SELECT ON shop.goods TO PUBLIC")
    sql = "SELECT id FROM goods WHERE id = 1"
    unknown = explain(docs, sql, tmp_path)
    known = explain(docs, sql, tmp_path, "--search-path", "shop", "--search-path", "public", "--ignore-costs")

    assert (unknown.returncode, known.returncode) == (FAILED, GOOD)
    assert 'relation "goods" does not exist' in unknown.stdout


def test_standard_input_is_read(docs: Embeddings):
    ended = subprocess.run(
        [binary(), "explain", "-", "--ignore-costs"],
        input=f"{NEAREST};\n{NEAREST.replace('<->', '<=>')};\n",
        capture_output=True,
        text=True,
        timeout=30,
        env=environment(DATA_SOURCE_NAME=docs.server.conninfo(database=docs.database)),
    )

    assert (ended.returncode, ended.stderr) == (FAILED, "")
    assert re.findall(r"(ok|FAIL) +statement (\d)", ended.stdout) == [("ok", "1"), ("FAIL", "2")]


def test_wrong_usage_of_explain_is_refused(docs: Embeddings, tmp_path, free_port: int):
    nothing = explain(docs, "-- Nothing.\n;;\n", tmp_path)
    missing = run_command("explain", str(tmp_path / "nowhere.sql"), DATA_SOURCE_NAME="host=127.0.0.1")
    unknown = explain(docs, "SELECT 1", tmp_path, "--expect", "magic")
    down = run_command(
        "explain", str(tmp_path / "queries.sql"), DATA_SOURCE_NAME=f"host=127.0.0.1 port={free_port} user=pgvigil"
    )

    assert [ended.returncode for ended in (nothing, missing, unknown, down)] == [USAGE, USAGE, USAGE, FAILED]
    assert "There is no statement in " in nothing.stderr
    assert "cannot be read" in missing.stderr
    assert "mend: check host and port" in down.stdout


# check


def checked(lines: str) -> dict[str, tuple[str, str, str]]:
    """By what a line is about: ok, FAIL or note, its text, and what mends it."""
    found, last = {}, ""
    for line in lines.splitlines():
        if match := re.match(r"  (ok  |FAIL|note)  (\S+(?: \S+)*?)  +(.*)", line):
            last = match[2]
            found[last] = (match[1].strip(), match[3], "")
        elif "mend: " in line:
            found[last] = (*found[last][:2], line.partition("mend: ")[2])
    return found


@pytest.fixture(scope="module")
def shop(server: PostgresServer) -> Iterator[Embeddings]:
    """A database of its own, in which the role may read one table of three."""
    name = f"shop_{next(_numbers)}"
    server.execute(f"CREATE DATABASE {name}")
    server.execute("CREATE EXTENSION vector", database=name)
    table = Embeddings(server, name, "goods", uniform(100, 4))
    table.index("USING hnsw (embedding vector_cosine_ops)", "goods_cosine")
    table.execute("CREATE SCHEMA hidden; CREATE TABLE hidden.goods AS SELECT * FROM goods")
    table.execute("CREATE TABLE private AS SELECT * FROM goods")
    table.execute("CREATE TABLE bits (id int PRIMARY KEY, code bit(64)); GRANT SELECT ON bits TO PUBLIC")
    yield table
    server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def shop_probe(shop: Embeddings, **target) -> dict:
    target = {"table": "goods", "column": "embedding", "operator": "<=>"} | target
    probe = {"name": "goods", "database": shop.database, "target": target}
    server = {"name": "main", "conninfo": shop.server.conninfo(), "databases": [shop.database]}
    return {"servers": [server], "search_probes": [probe]}


def test_check_names_the_index_of_a_probe(shop: Embeddings, config):
    ended = run_command("check", *config(shop_probe(shop)))

    assert ended.returncode == GOOD, ended.stdout
    assert checked(ended.stdout)["goods"] == ("ok", "index goods_cosine (hnsw), expected plan ann_index", "")
    assert "no probe" not in ended.stdout


def index_on(table: str, definition: str) -> str:
    return f'CREATE INDEX CONCURRENTLY ON "public"."{table}" USING hnsw ({definition});'


BROKEN = [
    ({"table": "nowhere"}, "there is no table public.nowhere", "check the probe's database, target.schema and"),
    ({"column": "nowhere"}, "the table has no column nowhere", "check the probe's target.column, target.key and"),
    ({"column": "category"}, "is of type int4, which is none of vectors", "search a column of vector, halfvec,"),
    ({"operator": "<~>"}, "there is no operator <~> for two values of", "check the probe's target.operator"),
    ({"table": "private"}, "may not read public.private.", 'GRANT SELECT ON "public"."private" TO "pgvigil";'),
    ({"schema": "hidden"}, "may not read hidden", 'GRANT USAGE ON SCHEMA "hidden" TO "pgvigil";'),
    (
        {"operator": "<->"},
        "index goods_cosine sorts by another operator; expected plan ann_index",
        index_on("goods", '"embedding" vector_l2_ops'),
    ),
    (
        {"operator": "<#>", "column": None, "expression": "embedding::halfvec(4)"},
        "index goods_cosine ",
        index_on("goods", "(embedding::halfvec(4)) halfvec_ip_ops"),
    ),
    (
        {"table": "bits", "column": "code", "operator": "<~>"},
        "no ANN index is over what is searched; expected plan ann_index",
        index_on("bits", '"code" bit_hamming_ops'),
    ),
    (
        {"table": "bits", "column": "code", "operator": "<%>"},
        "no ANN index is over what is searched",
        index_on("bits", '"code" bit_jaccard_ops'),
    ),
    ({"expect_index": "other"}, "there is no ANN index other over what is searched", "CREATE INDEX CONCURRENTLY ON"),
]


@pytest.mark.parametrize(("target", "reason", "remedy"), BROKEN, ids=range(len(BROKEN)))
def test_check_says_what_a_probe_lacks(shop: Embeddings, config, target: dict, reason: str, remedy: str):
    broken = shop_probe(shop, **target)
    whole = broken["search_probes"][0]["target"]
    broken["search_probes"][0]["target"] = {key: value for key, value in whole.items() if value is not None}
    ended = run_command("check", *config(broken))

    state, text, mend = checked(ended.stdout)["goods"]
    assert (ended.returncode, state) == (FAILED, "FAIL")
    assert reason in text
    assert mend.startswith(remedy)


def test_what_check_proposes_mends_it(shop: Embeddings, config):
    """The index, the rights, the extension, and an index that is invalid."""
    wanting = config(shop_probe(shop, operator="<+>"))
    before = checked(run_command("check", *wanting).stdout)["goods"]
    shop.execute(before[2])
    assert checked(run_command("check", *wanting).stdout)["goods"][0] == "ok"

    index = "goods_embedding_idx"
    shop.execute(f"UPDATE pg_index SET indisvalid = false WHERE indexrelid = '{index}'::regclass")
    _, text, remedy = checked(run_command("check", *wanting).stdout)["goods"]
    assert remedy == f'REINDEX INDEX CONCURRENTLY "public"."{index}";'
    shop.execute(remedy)
    assert checked(run_command("check", *wanting).stdout)["goods"][0] == "ok"
    shop.execute(f"DROP INDEX {index}")

    denied = config(shop_probe(shop, table="private", operator="<->"))
    for _ in range(2):  # The right to read, then an index.
        _, _, remedy = checked(run_command("check", *denied).stdout)["goods"]
        shop.execute(remedy)
    assert checked(run_command("check", *denied).stdout)["goods"][0] == "ok"
    shop.execute("DROP TABLE private; CREATE TABLE private AS SELECT * FROM goods")

    shop.server.execute("CREATE DATABASE bare_shop")
    try:
        bare = shop_probe(shop)
        bare["search_probes"][0]["database"] = "bare_shop"
        _, text, remedy = checked(run_command("check", *config(bare)).stdout)["goods"]
        assert remedy == "as a superuser, in this database: CREATE EXTENSION vector;"
    finally:
        shop.server.execute("DROP DATABASE bare_shop WITH (FORCE)")


def test_check_names_indexes_that_nothing_probes(shop: Embeddings, config):
    unprobed = shop_probe(shop)
    del unprobed["search_probes"]
    ended = run_command("check", *config(unprobed))
    unprobed["servers"][0]["search"] = "auto"
    found = run_command("check", *config(unprobed))

    assert (ended.returncode, found.returncode) == (GOOD, GOOD)
    assert checked(ended.stdout)["no probe"] == (
        "note",
        f"searches index goods_cosine on public.goods of {shop.database}",
        "search: auto on the server, or an entry of search_probes",
    )
    assert checked(found.stdout)["goods_cosine"] == ("ok", "found by search: auto on public.goods, <=>", "")
    assert "no probe" not in found.stdout


@pytest.mark.parametrize(
    ("schema", "grants"),
    [
        ("public", ['GRANT SELECT ON "public"."locked" TO "pgvigil";']),
        ("vault", ['GRANT USAGE ON SCHEMA "vault" TO "pgvigil";', 'GRANT SELECT ON "vault"."locked" TO "pgvigil";']),
    ],
)
def test_check_names_the_grants_without_which_search_auto_passes_an_index_by(shop: Embeddings, config, schema, grants):
    auto = shop_probe(shop)
    auto["servers"][0]["search"] = "auto"
    shop.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}; CREATE TABLE {schema}.locked AS SELECT * FROM goods")
    try:
        shop.execute(f"CREATE INDEX locked_l2 ON {schema}.locked USING hnsw (embedding vector_l2_ops)")
        before = run_command("check", *config(auto))
        for grant in grants:
            shop.execute(grant)
        after = run_command("check", *config(auto))
    finally:
        shop.execute(f"DROP TABLE {schema}.locked; DROP SCHEMA IF EXISTS vault")

    assert (before.returncode, after.returncode) == (GOOD, GOOD)
    assert checked(before.stdout)["no probe"] == (
        "note",
        f"searches index locked_l2: the role may not read {schema}.locked of {shop.database}",
        " ".join(grants),
    )
    assert checked(after.stdout)["locked_l2"] == ("ok", f"found by search: auto on {schema}.locked, <->", "")
    assert "no probe" not in after.stdout


def test_check_plans_the_statements_of_custom_probes(shop: Embeddings, config):
    nearest = "SELECT id FROM goods ORDER BY embedding {} '[1,0,0,0]'::vector LIMIT 5"

    def check(operator: str, *more: dict) -> tuple[str, str, str]:
        measured = {"sql": nearest.format(operator), "measure": True, "expect": {"plan": "ann_index"}}
        steps = [{"set": {"enable_seqscan": "off"}}, *more, measured]
        custom = shop_probe(shop)
        custom["custom_probes"] = [{"name": "near", "database": shop.database, "steps": steps}]
        ended = run_command("check", *config(custom))
        found = checked(ended.stdout)["near"]
        assert ended.returncode == (GOOD if found[0] == "ok" else FAILED)
        return found

    assert check("<=>", {"sql": "SELECT id FROM goods WHERE id = $1", "params": [3]}) == (
        "ok",
        "2 statements",
        "",
    )
    assert check("<->")[:2] == ("FAIL", "statement 1: expected ann_index, found seq_scan, reads all of goods")
    broken = check("<=>", {"sql": "SELECT canary7391 FROM goods WHERE id = 'canary'"})
    assert broken[0] == "FAIL" and broken[1].startswith("statement 1: ")


def test_check_compiles_what_columns_have_to_match(shop: Embeddings, config):
    def check(pattern: str) -> tuple[str, str, str]:
        measured = {"sql": "SELECT 'canary7391' AS word", "measure": True, "expect": {"columns": {"word": {}}}}
        measured["expect"]["columns"]["word"] = {"matches": pattern}
        custom = shop_probe(shop)
        custom["custom_probes"] = [{"name": "word", "database": shop.database, "steps": [measured]}]
        ended = run_command("check", *config(custom))
        found = checked(ended.stdout)["word"]
        assert ended.returncode == (GOOD if found[0] == "ok" else FAILED)
        assert "canary7391" not in ended.stdout + ended.stderr
        return found

    assert check("^[[:alpha:]]+") == ("ok", "1 statement", "")
    assert check("canary7391(") == (
        "FAIL",
        "statement 1: matches of column word is no regular expression",
        "try it in psql: SELECT '' ~ 'expression';",
    )


AWRY = [
    ({"database": "nowhere"}, 'database "nowhere" does not exist', "name a database that exists with dbname"),
    ({"table": "nowhere"}, "there is no table public.nowhere of database {}", "check database, schema and table in"),
    ({"column": "nowhere"}, "public.goods of database {} has no column nowhere", "check column in vector_columns"),
    ({"created_at": "nowhere"}, "public.goods of database {} has no column nowhere", "check created_at in vector_col"),
    ({"created_at": "id"}, "public.goods.id of database {} is no timestamp or date", "name another column with"),
    (
        {"table": "private"},
        "may not read public.private.embedding of database {}",
        'GRANT SELECT ("embedding") ON "public"."private" TO "pgvigil";',
    ),
    (
        {"schema": "hidden"},
        "may not read in schema hidden of database {}",
        'GRANT USAGE ON SCHEMA "hidden" TO "pgvigil";',
    ),
]


@pytest.mark.parametrize(("column", "reason", "remedy"), AWRY, ids=range(len(AWRY)))
def test_check_names_columns_that_cannot_be_looked_at(
    shop: Embeddings, config, column: dict, reason: str, remedy: str
):
    named = {"database": shop.database, "table": "goods", "column": "embedding"} | column
    watched = shop_probe(shop)
    watched["servers"][0]["vector_columns"] = [named]
    ended = run_command("check", *config(watched))

    state, text, mend = checked(ended.stdout)[f"{named['table']}.{named['column']}"]
    assert (ended.returncode, state) == (FAILED, "FAIL")
    assert reason.format(shop.database) in text
    assert mend.startswith(remedy)


def test_what_check_proposes_makes_a_column_readable(shop: Embeddings, config):
    watched = shop_probe(shop)
    watched["servers"][0]["vector_columns"] = [
        {"database": shop.database, "schema": "hidden", "table": "goods", "column": "embedding"}
    ]
    for _ in range(2):  # The schema, then the column.
        shop.execute(checked(run_command("check", *config(watched)).stdout)["goods.embedding"][2])
    ended = run_command("check", *config(watched))
    shop.execute("REVOKE USAGE ON SCHEMA hidden FROM pgvigil; REVOKE SELECT (embedding) ON hidden.goods FROM pgvigil")

    assert ended.returncode == GOOD
    assert checked(ended.stdout)["goods.embedding"] == (
        "ok", f"is there to be filled, in database {shop.database}", ""
    )


def test_check_says_what_so_few_connections_leave_out(shop: Embeddings, config):
    def check(connections: int, databases: list[str]) -> tuple[str, str, str] | None:
        server = {"name": "main", "conninfo": shop.server.conninfo(), "max_connections": connections}
        ended = run_command("check", *config({"servers": [server | {"databases": databases}]}))
        assert ended.returncode == GOOD, ended.stdout
        return checked(ended.stdout).get("max_connections")

    both = ["postgres", shop.database]
    mend = "max_connections: 3 in this server's settings"
    assert check(1, both) == (
        "note",
        "is 1, which polls keep: there are no looks into 2 databases, and no tries of a new one (pg_connect_success)",
        mend,
    )
    assert check(2, both) == (
        "note",
        "is 2, and polls keep one: looks into 2 databases and tries of a new one (pg_connect_success) "
        "leave each other out",
        mend,
    )
    assert check(1, both[:1])[:2] == (
        "note",
        "is 1, which polls keep: there are no looks into its database, and no tries of a new one (pg_connect_success)",
    )
    assert (check(2, both[:1]), check(3, both)) == (None, None)


# The landing page


def test_the_landing_page_shows_how_probes_fare(shop: Embeddings, daemon):
    fine = shop_probe(shop)
    good = fine["search_probes"][0] | {"schedule": {"interval": "1s", "timeout": "900ms"}}
    missing = good | {"name": "missing", "target": good["target"] | {"table": "nowhere"}}
    failing = good | {"name": "failing", "target": good["target"] | {"filter": "nonsense > 0"}}
    # No index sorts by this operator, so that the whole table is read.
    unindexed = good | {"name": "unindexed", "target": good["target"] | {"operator": "<+>"}}
    indexed = good | {"variants": [AS_IF_LARGE]}
    whole = fine | {"interval": "1s", "search_probes": [indexed, missing, failing, unindexed]}
    one = daemon(settings=json.loads(json.dumps(whole)))  # Without a part that is in two places.

    def rows() -> dict[str, list[str]]:
        row = r"<tr><td>main</td><td>(\w+)</td><td>(.*?)</td><td.*?>(.*?)</td><td.*?>(.*?)</td>"
        cells = re.findall(row, one.get("/").text)
        return {name: [re.sub("<.*?>", "", state), *more] for name, state, *more in cells}

    wanted = {"goods": "ok", "missing": "not resolved", "failing": "failing: query", "unindexed": "unexpected plan"}

    def states() -> dict[str, str]:
        return {name: row[0] for name, row in rows().items()}

    def have_run() -> bool:
        """At the start visits and looks into the database may have all connections, so that a tick is skipped."""
        return not any(state.startswith(("not run yet", "skipped")) for state in states().values())

    wait_until(have_run, within=20, what="each of the probes has run")
    wait_until(lambda: states()["unindexed"] != "ok", within=20, what="the plan has been looked at")
    assert states() == wanted
    assert re.fullmatch(r"\d+\.\d ms", rows()["goods"][1])
    assert "nonsense" not in one.get("/").text


# Help


@pytest.mark.parametrize(
    "command", [["probe"], ["probe", "run"], ["probe", "sweep"], ["explain"], ["check"]], ids=lambda words: words[-1]
)
def test_help_fits_a_terminal(command: list[str]):
    ended = run_command(*command, "--help", COLUMNS="80")

    assert ended.returncode == GOOD
    assert [line for line in ended.stdout.splitlines() if len(line) > 80 and not line.startswith("USAGE")] == []
