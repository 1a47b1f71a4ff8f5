"""`search: auto` follows the indexes that a server has: the probes are those of today, and so are their series."""

from collections.abc import Callable

import pytest

from daemon import Daemon
from exposition import Exposition
from postgres import PostgresServer
from processes import wait_until
from vectors import Embeddings, uniform

DATABASE = "library"
PROBE = "docs_embedding_idx"


@pytest.fixture
def docs(postgres: Callable[..., PostgresServer]) -> Embeddings:
    """A table with one index, on a server that may be restarted."""
    server = postgres()
    server.execute(f"CREATE DATABASE {DATABASE}")
    server.execute("CREATE EXTENSION vector", database=DATABASE)
    table = Embeddings(server, DATABASE, "docs", uniform(200, 8))
    table.index()
    return table


def watching(docs: Embeddings, **more) -> dict:
    server = {"name": "main", "conninfo": docs.server.conninfo(), "databases": [DATABASE], "search": "auto"}
    return {"interval": "1s", "servers": [server], **more}


def look_again(watched: Daemon, server: PostgresServer) -> None:
    """Indexes are looked for every five minutes, and when the server is back."""
    server.stop()
    watched.wait_for(lambda page: page.value("pg_up") == 0, within=20, what="the server is down")
    server.start()


def operators(page: Exposition) -> dict[str, str | None]:
    """By probe; a custom one has none."""
    found = [dict(labels) for labels in page.all("pg_probe_info")]
    return {labels["probe"]: labels.get("operator") for labels in found}


def series_of(probe: str, page: Exposition) -> set[str]:
    return {name for name, labels in page.samples if ("probe", probe) in labels}


def test_a_discovered_probe_follows_its_index(docs: Embeddings, daemon):
    watched = daemon(settings=watching(docs))
    before = watched.wait_for(lambda page: operators(page) == {PROBE: "<->"}, within=60, what="a probe is found")
    assert "pg_probe_attempts_total" in series_of(PROBE, before)

    docs.execute(f"DROP INDEX {PROBE}")
    docs.index("USING hnsw (embedding vector_cosine_ops)", PROBE)
    look_again(watched, docs.server)
    watched.wait_for(lambda page: operators(page) == {PROBE: "<=>"}, within=60, what="it searches by the new operator")

    docs.execute(f"DROP INDEX {PROBE}")
    look_again(watched, docs.server)
    after = watched.wait_for(lambda page: not series_of(PROBE, page), within=60, what="its series are gone")
    assert after.value("pg_up") == 1


def test_a_discovered_probe_takes_no_name_of_the_settings(docs: Embeddings, daemon):
    step = {"sql": "SELECT 1 AS one", "measure": True}
    custom = {"name": PROBE, "database": DATABASE, "steps": [step], "schedule": {"interval": "1s", "timeout": "500ms"}}
    watched = daemon(settings=watching(docs, custom_probes=[custom]))

    kinds = watched.wait_for(lambda page: len(operators(page)) == 2, within=60, what="both are there")
    assert operators(kinds) == {PROBE: None, f"public_{PROBE}": "<->"}


def test_an_index_that_the_role_may_not_search_is_said_once_until_it_may(docs: Embeddings, daemon):
    docs.execute("REVOKE SELECT ON docs FROM PUBLIC")
    watched = daemon(settings=watching(docs))

    def said() -> list[str]:
        lines = watched.log_lines("no probe searches indexes whose tables the role may not read")
        assert all("notice" in line and f"database={DATABASE}" in line and "server=main" in line for line in lines)
        return [line.partition(" indexes=")[2].partition(" server=")[0] for line in lines]

    wait_until(lambda: said() == [f"public.{PROBE}"], within=60, what="the index is named")
    docs.index("USING hnsw (embedding vector_cosine_ops)", "docs_cosine_idx")
    look_again(watched, docs.server)
    wait_until(lambda: len(said()) == 2, within=60, what="the other index is named")
    assert said() == [f"public.{PROBE}", "public.docs_cosine_idx"]
    assert operators(watched.metrics().exposition()) == {}

    docs.execute("GRANT SELECT ON docs TO PUBLIC")
    look_again(watched, docs.server)
    both = {PROBE: "<->", "docs_cosine_idx": "<=>"}
    watched.wait_for(lambda page: operators(page) == both, within=60, what="both are searched")
    assert len(said()) == 2
