"""A search as a probe times it beside the same search as pgbench times it, and what a probe costs its server."""

import json
import random
import statistics
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from daemon import Server
from report import Result, announce, say

ROWS, DIMENSIONS, QUERIES, K = 10_000, 384, 100, 10
PACE = 0.05  # Seconds between two searches: a process that rests longer runs colder.
ALLOWED_SHARE, ALLOWED_SECONDS = 0.03, 30e-6


def measure(binary: str, server: Server, rounds: int, searches: int) -> list[Result]:
    announce("search: what a probe says a search takes, beside what pgbench says of the same one")
    with embeddings(server) as database, tempfile.TemporaryDirectory(prefix="search.") as folder:
        queries = vectors(QUERIES)
        settings = write_settings(Path(folder), server, database, queries)
        scripts = write_scripts(Path(folder), queries)
        seen = []
        for _ in range(rounds):
            ours = probe(binary, settings, searches)
            theirs = pgbench(Path(folder), server, database, scripts, searches)
            seen.append((statistics.median(ours), statistics.median(theirs)))
            say(f"probe {1000 * seen[-1][0]:.3f} ms, pgbench {1000 * seen[-1][1]:.3f} ms")
        return summary(seen) + cost(binary, settings, searches)


@contextmanager
def embeddings(server: Server) -> Iterator[str]:
    """A database with vectors around fifty centres, and an HNSW index on them."""
    server.sql("CREATE DATABASE search TEMPLATE template0")
    try:
        server.sql(
            "CREATE EXTENSION vector",
            f"CREATE TABLE documents (id int PRIMARY KEY, embedding vector({DIMENSIONS}) NOT NULL)",
            "SELECT setseed(0.42)",
            f"""
            INSERT INTO documents
            SELECT id, (SELECT l2_normalize(array_agg(sin(id % 50 * d * 0.37) + random_normal() * 0.6)::vector)
                        FROM generate_series(1, {DIMENSIONS}) AS d WHERE id > 0)
            FROM generate_series(1, {ROWS}) AS id
            """,
            "CREATE INDEX ON documents USING hnsw (embedding vector_cosine_ops)",
            "VACUUM ANALYZE documents",
            "GRANT SELECT ON documents TO pgvigil",
            database="search",
        )
        yield "search"
    finally:
        server.sql("DROP DATABASE search WITH (FORCE)")


def vectors(count: int) -> list[str]:
    draw = random.Random(7)
    return ["[" + ",".join(f"{draw.gauss(0, 1):.6f}" for _ in range(DIMENSIONS)) + "]" for _ in range(count)]


def write_settings(folder: Path, server: Server, database: str, queries: list[str]) -> Path:
    file = folder / "queries.txt"
    file.write_text("".join(f"{query}\n" for query in queries))
    settings = {
        "servers": [{"name": "main", "conninfo": f"host=127.0.0.1 port={server.port} user=pgvigil dbname={database}"}],
        "search_probes": [
            {
                "name": "documents",
                "target": {"table": "documents", "column": "embedding", "operator": "<=>", "k": K},
                "queries": {"source": "file", "file": str(file), "count": len(queries)},
                "explain": {"every": 0},
                "recall": {"mode": []},
                "limits": {"db_seconds_per_hour": 3600},
            }
        ],
    }
    path = folder / "pgvigil.yml"
    path.write_text(json.dumps(settings))  # Which is YAML, too.
    return path


def write_scripts(folder: Path, queries: list[str]) -> list[Path]:
    scripts = []
    for number, query in enumerate(queries):
        script = folder / f"search{number:03}.sql"
        script.write_text(
            "SELECT id::text AS key, (embedding OPERATOR(public.<=>)"
            f" '{query}'::public.vector({DIMENSIONS}))::float8 AS distance FROM public.documents"
            f" ORDER BY embedding OPERATOR(public.<=>) '{query}'::public.vector({DIMENSIONS}) LIMIT {K};\n"
        )
        scripts.append(script)
    return scripts


def probe(binary: str, settings: Path, searches: int) -> list[float]:
    command = [binary, "probe", "documents", "--config", str(settings), "--count", str(searches)]
    ran = subprocess.run(
        [*command, "--pace", f"{round(1000 * PACE)}ms", "--json"], check=True, capture_output=True, text=True
    )
    (variant,) = json.loads(ran.stdout)["variants"]
    return variant["latencies_seconds"]


def pgbench(folder: Path, server: Server, database: str, scripts: list[Path], searches: int) -> list[float]:
    """Each search is sent when it is due; what it was late by is no part of what it took."""
    log = folder / "latencies"
    program = Path(server.client).with_name("pgbench")
    command = [str(program), "-h", "127.0.0.1", "-p", str(server.port), "-U", "pgvigil", "--no-vacuum", "--log"]
    command += [f"--log-prefix={log}", "--client=1", "--protocol=extended", f"--rate={1 / PACE}"]
    command += [f"--transactions={searches}", "--random-seed=1", *(f"--file={script}" for script in scripts), database]
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
    (file,) = folder.glob("latencies.*")
    rows = [line.split() for line in file.read_text().splitlines()]
    file.unlink()
    return [(int(row[2]) - int(row[6])) / 1e6 for row in rows]


def summary(seen: list[tuple[float, float]]) -> list[Result]:
    ours, theirs = (statistics.median(side) for side in zip(*seen))
    distances = [abs(a - b) / (ALLOWED_SHARE * b + ALLOWED_SECONDS) for a, b in seen]
    note = f"{len(seen)} rounds, {min(distances):.2f} to {max(distances):.2f}; allowed are 3 % and 30 µs"
    difference = abs(ours - theirs) / (ALLOWED_SHARE * theirs + ALLOWED_SECONDS)
    return [
        Result("search", "median, as a probe has it", 1000 * ours, "ms"),
        Result("search", "median, as pgbench has it", 1000 * theirs, "ms"),
        Result("search", "what lies between, of what is allowed", difference, "", 1, note=note),
    ]


def cost(binary: str, settings: Path, searches: int) -> list[Result]:
    """Of the server's time, at the pace of a probe that nobody has configured otherwise."""
    command = [binary, "probe", "documents", "--config", str(settings), "--count", str(searches), "--json"]
    whole = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    per_hour = whole["database_seconds"] / searches * 240
    return [
        Result("search", "database seconds an hour at every 15 s", per_hour, "s", 60),
        Result("search", "of one core", per_hour / 36, "%", 1),
    ]
