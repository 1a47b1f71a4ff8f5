"""Documents with embeddings, probes of them, and applications that search: what a dashboard of searches shows."""

import threading
from collections.abc import Callable

from postgres import PostgresServer

DATABASE = "library"
DIMENSIONS = 32

# Of a server in the settings: where to look for vectors, and which column is to be filled.
SEARCHED = {
    "max_connections": 5,  # Truth, fresh sessions and looks into databases come every second and wait for nobody.
    "databases": [DATABASE],
    "vector_columns": [
        {"database": DATABASE, "table": "document", "column": "embedding", "created_at": "created_at"},
    ],
}


def collectors() -> dict[str, str]:
    """All that look at vectors, as often as they can."""
    names = (
        "vector_indexes",
        "vector_columns",
        "vector_builds",
        "vector_vacuum",
        "vector_statements",
        "vector_extensions",
        "vector_settings",
        "vector_samples",
        "vector_freshness",
    )
    return {name: "1s" for name in names}


def probe(server: str) -> dict:
    """A search probe of the settings with everything that leaves a metric, at a pace for tests."""
    return {
        "name": "documents",
        "server": server,
        "database": DATABASE,
        "target": {"table": "document", "column": "embedding", "operator": "<->", "k": 10},
        "queries": {"source": "table", "count": 100},
        "schedule": {"interval": "1s", "timeout": "900ms"},
        "session": {"cold_every": 3},
        "variants": [
            {"name": "default"},
            {
                "name": "thorough",
                "set": {"hnsw.ef_search": "100", "hnsw.iterative_scan": "strict_order"},
                "every": 2,
            },
        ],
        "explain": {"every": 2, "analyze": True},
        "plan_check": {"every": 2, "expect": "ann_index"},
        "recall": {
            "mode": ["resident_sample", "exact"],
            "exact": {"interval": "2s", "timeout": "900ms", "run_on": "any", "max_scan_bytes": "1GiB"},
            "resident_sample": {"rows": 500},
            "window_queries": 50,
            "baseline": 0.9,
        },
        # An index of another table is built all the time.
        "limits": {"db_seconds_per_hour": 3600, "pause_during": []},
        "objective": {"median": "50ms", "p95": "200ms", "recall": 0.9},
    }


def fill(server: PostgresServer) -> None:
    """A table that is searched by two kinds of index, one that is vacuumed, and one without an index."""
    server.execute(f"CREATE DATABASE {DATABASE}")
    for database in ("postgres", DATABASE):
        server.execute("CREATE EXTENSION pg_stat_statements", database=database)
    with server.connect(database=DATABASE) as owner:
        owner.execute("CREATE EXTENSION vector")
        for table, rows in {"document": 3000, "worn": 3000, "archive": 20000}.items():
            owner.execute(
                f"""CREATE TABLE {table} (
                    id int PRIMARY KEY,
                    created_at timestamptz NOT NULL DEFAULT now(),
                    embedding vector({DIMENSIONS})
                )"""
            )
            owner.execute(
                f"""INSERT INTO {table} (id, embedding)
                SELECT row, ARRAY(SELECT random() FROM generate_series(1, {DIMENSIONS} + 0 * row))::vector
                FROM generate_series(1, {rows}) AS row"""
            )
        owner.execute(
            """INSERT INTO document (id, created_at)
            SELECT row, now() - '1 h'::interval FROM generate_series(3001, 3020) AS row"""
        )
        owner.execute("CREATE INDEX document_graph ON document USING hnsw (embedding vector_l2_ops)")
        owner.execute(
            "CREATE INDEX document_lists ON document USING ivfflat (embedding vector_cosine_ops) WITH (lists = 10)"
        )
        owner.execute("CREATE INDEX worn_graph ON worn USING hnsw (embedding vector_l2_ops)")
        owner.execute("DELETE FROM worn WHERE id % 3 = 0")
        owner.execute("ANALYZE")
        owner.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO pgvigil")


def search_for_good(server: PostgresServer, stop: threading.Event) -> None:
    """An application that searches by both distances."""
    with server.connect(database=DATABASE, application_name="searcher") as application:
        application.execute("SET enable_seqscan = off")
        while not stop.wait(0.1):
            for operator in ("<->", "<=>"):
                application.execute(
                    f"""SELECT id FROM document
                    ORDER BY embedding {operator} (SELECT embedding FROM document WHERE id = 7) LIMIT 10"""
                )


def burden(server: PostgresServer) -> list[Callable[[], None]]:
    """Work without end on tables of their own: until the server ends the session."""

    def build() -> None:
        with server.connect(database=DATABASE, application_name="builder") as builder:
            builder.execute("SET max_parallel_maintenance_workers = 0")
            while True:
                # Rolled back, so that nobody sees it as an index that comes and goes.
                builder.execute("BEGIN")
                builder.execute("CREATE INDEX archive_graph ON archive USING hnsw (embedding vector_l2_ops)")
                builder.execute("ROLLBACK")

    def vacuum() -> None:
        with server.connect(database=DATABASE, application_name="vacuum") as cleaner:
            cleaner.execute("SET vacuum_cost_limit = 1")
            cleaner.execute("SET vacuum_cost_delay = '100ms'")
            while True:
                cleaner.execute("VACUUM worn")

    return [build, vacuum]
