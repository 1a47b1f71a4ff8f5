"""The custom probes of docs/search-probes.md: each is read from the page and run as it stands there."""

import re
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import yaml

from daemon import CHECKOUT, Daemon
from exposition import Exposition
from postgres import PostgresServer
from search_probe import Moved
from vectors import Matrix, clustered, text_of

VERSIONS = (16, 18)
ROWS, DIMENSIONS, TENANTS = 3000, 384, 5
PAGE = CHECKOUT / "docs/search-probes.md"
# What a step asks of the planner holds for large tables; these are small.
AS_IF_LARGE = {"set": {"enable_seqscan": "off", "enable_bitmapscan": "off"}}


def settings_of_the_page() -> dict:
    """The one block of settings with custom probes."""
    blocks = re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text(), flags=re.M | re.S)
    (block,) = [block for block in blocks if re.search(r"^custom_probes:$", block, flags=re.M)]
    return yaml.safe_load(block)


EXAMPLES = {probe["name"]: probe for probe in settings_of_the_page()["custom_probes"]}


def test_the_page_shows_a_custom_probe_of_each_kind():
    assert set(EXAMPLES) == {"hybrid", "filtered", "reranked", "across_shards"}


@pytest.fixture(scope="module", params=VERSIONS)
def library(request, postgres_of: Callable[[int], PostgresServer]) -> Iterator[tuple[PostgresServer, str]]:
    """The tables of the page: documents with words, tenants and vectors, and their indexes."""
    server, name = postgres_of(request.param), "search_examples"
    server.execute(f"CREATE DATABASE {name}")
    with server.connect(database=name) as owner:
        owner.execute("CREATE EXTENSION vector")
        owner.execute(
            f"""CREATE TABLE docs (
                id int PRIMARY KEY,
                tenant text NOT NULL,
                words tsvector NOT NULL,
                embedding vector({DIMENSIONS}) NOT NULL
            )"""
        )
        texts = ("a disk failure at night", "a slow query and its plan", "an upgrade without downtime")
        with owner.cursor().copy("COPY docs (id, tenant, words, embedding) FROM STDIN") as copy:
            for id, vector in enumerate(vectors(), start=1):
                words = " ".join(f"'{word}'" for word in texts[id % 3].split())
                copy.write_row((id, f"tenant {id % TENANTS}", words, text_of(vector)))
        # As an application makes it; the words above were only to have rows.
        owner.execute("UPDATE docs SET words = to_tsvector('english', array_to_string(tsvector_to_array(words), ' '))")
        owner.execute("CREATE TABLE tenants AS SELECT DISTINCT tenant FROM docs")
        owner.execute("CREATE INDEX docs_words ON docs USING gin (words)")
        owner.execute("CREATE INDEX docs_vectors ON docs USING hnsw (embedding vector_cosine_ops)")
        bits = f"(binary_quantize(embedding)::bit({DIMENSIONS}))"
        owner.execute(f"CREATE INDEX docs_bits ON docs USING hnsw ({bits} bit_hamming_ops)")
        owner.execute("GRANT SELECT ON docs, tenants TO pgvigil")
        owner.execute("VACUUM ANALYZE")
    yield server, name
    server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def vectors() -> Matrix:
    return clustered(ROWS, DIMENSIONS, clusters=40).astype(np.float32)


@pytest.fixture
def probing(daemon: Callable[..., Daemon], library) -> Callable[..., Daemon]:
    """All of the page's probes, each second."""

    def start(**changes: dict) -> Daemon:
        """`changes` take the place of a probe of that name."""
        server, database = library
        written = settings_of_the_page()
        written["interval"] = "1s"
        written["servers"][0] |= {"conninfo": server.conninfo(database=database), "max_connections": 3}
        written["search_probes"][0] |= {"recall": {"mode": []}}
        for probe in [*written["search_probes"], *written["custom_probes"]]:
            probe["schedule"] = {"interval": "1s", "timeout": "900ms"}
            probe["limits"] = {"db_seconds_per_hour": 3600}
        for probe in written["custom_probes"]:
            probe["steps"] = [AS_IF_LARGE, *changes.get(probe["name"], probe)["steps"]]
        return daemon(settings=written)

    return start


def attempts(page: Exposition, probe: str) -> float:
    return sum(page.all("pg_probe_attempts_total", probe=probe, variant="default").values())


def some_runs(watched: Daemon, runs: int = 4) -> Moved:
    """What so many runs of each probe show."""
    before = watched.metrics().exposition()
    after = watched.wait_for(
        lambda page: all(attempts(page, name) >= attempts(before, name) + runs for name in EXAMPLES),
        within=40,
        what=f"{runs} runs of each probe; the log:\n{watched.log}",
    )
    return Moved(before, after)


def failures(moved: Moved) -> dict[str, set[str]]:
    """The reasons why runs failed, by probe."""
    found: dict[str, set[str]] = {}
    for labels in moved.after.all("pg_probe_failures_total"):
        own = dict(labels)
        if own["probe"] in EXAMPLES and moved.by("pg_probe_failures_total", **own) > 0:
            found.setdefault(own["probe"], set()).add(own["reason"])
    return found


def test_each_example_runs_and_meets_what_it_expects(probing):
    watched = probing()
    some_runs(watched, 2)
    moved = some_runs(watched)
    assert failures(moved) == {}, watched.log
    for name in EXAMPLES:
        labels = {"probe": name, "variant": "default"}
        assert moved.after.value("pg_probe_success", **labels) == 1, name
        runs = moved.by("pg_probe_attempts_total", **labels)
        assert moved.by("pg_probe_returned_rows_total", **labels) == 10 * runs, name
        assert moved.by("pg_probe_duration_seconds_count", **labels) == runs, name
    for name in ("filtered", "reranked"):
        assert moved.after.value("pg_probe_plan", probe=name, variant="default", path="ann_index") == 1, name
        assert moved.after.value("pg_probe_plan_expected", probe=name, variant="default") == 1, name


def test_an_example_fails_as_soon_as_its_own_index_is_gone(probing, library):
    server, database = library
    watched = probing()
    some_runs(watched, 2)
    server.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'docs_bits'::regclass", database)
    try:
        # The plan is looked at every twentieth time.
        labels = {"probe": "reranked", "variant": "default", "reason": "validation"}
        page = watched.wait_for(
            lambda page: page.value("pg_probe_failures_total", **labels),
            within=60,
            what="the plan is not as expected",
        )
    finally:
        server.execute("UPDATE pg_index SET indisvalid = true WHERE indexrelid = 'docs_bits'::regclass", database)
    assert page.value("pg_probe_plan", probe="reranked", variant="default", path="ann_index") == 0
    assert failures(Moved(page, some_runs(watched, 1).after)).keys() <= {"reranked"}


def test_an_answer_beyond_what_an_example_expects_is_a_failure_of_that_example_alone(probing):
    # Scores of fused ranks are at most a thirtieth.
    strict = yaml.safe_load(yaml.safe_dump(EXAMPLES["hybrid"]))
    strict["steps"][-1]["expect"]["columns"]["score"]["max"] = 0.001
    watched = probing(hybrid=strict)
    some_runs(watched, 1)
    moved = some_runs(watched)
    assert failures(moved) == {"hybrid": {"validation"}}
    labels = {"probe": "hybrid", "variant": "default"}
    assert moved.by("pg_probe_failures_total", **labels) == moved.by("pg_probe_attempts_total", **labels)
