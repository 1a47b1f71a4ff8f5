"""Ways to tell searches of namespaces apart: each of docs/vector-health.md, with its query, on real searches."""

import re
from collections.abc import Callable, Iterator

import pytest
import yaml

from daemon import CHECKOUT, NO_TOURS, Daemon
from exposition import Exposition
from postgres import PostgresServer
from processes import wait_until
from prometheus import Prometheus

VERSIONS = (16, 18)
DATABASE = "app"
NAMESPACES = ("en", "de", "fr")
SEARCHES = {"en": 5, "de": 2, "fr": 0}
OWN_COLLECTORS = (CHECKOUT / "docs/own-collectors.md").read_text()


def queries_of_the_section() -> list[str]:
    page = (CHECKOUT / "docs/vector-health.md").read_text()
    section = page[page.index("### By namespace or tenant") :]
    return [block.strip() for block in re.findall(r"^ *```promql\n(.*?)^ *```$", section, flags=re.M | re.S)]


@pytest.fixture(params=VERSIONS)
def library(request, postgres_of: Callable[[int], PostgresServer]) -> Iterator[PostgresServer]:
    """A partition, an index, a role and a row of counts for each namespace."""
    server = postgres_of(request.param)
    server.execute(f"CREATE DATABASE {DATABASE}")
    schema = re.search(r"^```sql\n(.*?)^```$", OWN_COLLECTORS, flags=re.M | re.S)[1]
    with server.connect(database=DATABASE) as owner:
        owner.execute("CREATE EXTENSION vector")
        if server.has_statements:
            owner.execute("CREATE EXTENSION pg_stat_statements")
        owner.execute(schema)
        owner.execute("CREATE TABLE docs (namespace text, id int, embedding vector(3)) PARTITION BY LIST (namespace)")
        for name in NAMESPACES:
            owner.execute(f"CREATE TABLE docs_{name} PARTITION OF docs FOR VALUES IN ('{name}')")
            owner.execute(f"CREATE ROLE app_{name}; GRANT SELECT ON docs TO app_{name}")
            owner.execute("INSERT INTO search_counts (namespace) VALUES (%s)", (name,))
        owner.execute("INSERT INTO docs SELECT n, i, ARRAY[i, 1, 2]::vector FROM generate_series(1, 50) AS i,"
                      f" unnest('{{{','.join(NAMESPACES)}}}'::text[]) AS n")
        owner.execute("CREATE INDEX ON docs USING hnsw (embedding vector_l2_ops)")
    yield server
    server.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")
    for name in NAMESPACES:
        server.execute(f"DROP ROLE app_{name}")


def search(server: PostgresServer, namespace: str, times: int) -> None:
    """As the application does: in the role of the namespace, and counted."""
    with server.connect(database=DATABASE) as connection:
        connection.execute(f"SET ROLE app_{namespace}")
        connection.execute("SET enable_seqscan = off; SET enable_sort = off")
        for number in range(times):
            statement = "SELECT id FROM docs WHERE namespace = %s ORDER BY embedding <-> %s LIMIT 3"
            found = connection.execute(statement, (namespace, f"[{number},1,2]")).fetchall()
            assert len(found) == 3
        connection.execute("RESET ROLE")
        counted = "UPDATE search_counts SET searches = searches + %s, latest = now() WHERE namespace = %s"
        connection.execute(counted, (times, namespace))


def counts(page: Exposition, metric: str, label: str, prefix: str) -> dict[str, float]:
    found = {}
    for labels, value in page.all(metric).items():
        own = dict(labels).get(label, "")
        if own.startswith(prefix):
            found[own.removeprefix(prefix)] = value
    return found


def test_each_way_counts_the_searches_of_each_namespace(
    library: PostgresServer, daemon: Callable[..., Daemon], prometheus: Callable[..., Prometheus]
):
    written = yaml.safe_load(re.search(r"^```yaml\n(.*?)^```$", OWN_COLLECTORS, flags=re.M | re.S)[1])
    looks = NO_TOURS | {"vector_indexes": "1s", "vector_statements": "1s"}
    written["servers"][0] |= {"conninfo": library.conninfo(database=DATABASE), "databases": "own", "collectors": looks}
    watched = daemon(settings={"interval": "1s", **written})
    ways = {
        "shop_searches_total": ("namespace", ""),
        "pg_vector_index_scans_total": ("relname", "docs_"),
    }
    if library.has_statements:
        ways["pg_vector_statement_calls_total"] = ("usename", "app_")
        for name in NAMESPACES:
            search(library, name, 1)  # What was there when the daemon first looks is no increase.
        library.execute("UPDATE search_counts SET searches = 0", database=DATABASE)

    def of_each_way(page: Exposition) -> dict[str, dict[str, float]]:
        return {metric: counts(page, metric, *where) for metric, where in ways.items()}

    before = of_each_way(
        watched.wait_for(
            lambda page: all(found.keys() == set(NAMESPACES) for found in of_each_way(page).values()),
            within=30,
            what="each way shows each namespace",
        )
    )
    watcher = prometheus({"main": watched.ports[0]})
    for metric, (label, _) in ways.items():
        # What it has not seen before has not risen.
        watcher.wait_for(f"count by (job) ({metric}{{{label}=~'.*(en|de|fr)'}})", lambda values: values == {"main": 3})
    for name, times in SEARCHES.items():
        search(library, name, times)

    def risen(page: Exposition) -> dict[str, dict[str, float]]:
        return {
            metric: {name: value - before[metric][name] for name, value in found.items()}
            for metric, found in of_each_way(page).items()
        }

    watched.wait_for(
        lambda page: all(rise == SEARCHES for rise in risen(page).values()),
        within=30,
        what=f"each way has risen by what was searched, {SEARCHES}",
    )
    assert [re.search(r"\w+_total", query)[0] for query in queries_of_the_section()] == [
        "shop_searches_total", "pg_vector_index_scans_total", "pg_vector_statement_calls_total"
    ]
    for query, (label, prefix) in zip(queries_of_the_section(), ways.values(), strict=False):

        def searched() -> set[str]:
            rates = {dict(labels)[label].removeprefix(prefix): rate for labels, rate in watcher.query(query).items()}
            return {name for name, rate in rates.items() if rate > 0}

        wait_until(lambda: searched() == {"en", "de"}, within=20, what=f"{query} shows who searched")
