"""Embeddings for tests of search: tables of them, queries, and what is truly nearest, by numpy."""

import itertools
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psycopg

from postgres import PostgresServer

Matrix = np.ndarray

_numbers = itertools.count(1)


def text_of(vector: Sequence[float]) -> str:
    """As pgvector reads and writes it."""
    return "[" + ",".join(f"{value:.9g}" for value in vector) + "]"


def uniform(rows: int, dimensions: int, seed: int = 1) -> Matrix:
    """Unit vectors without any structure: the hardest to search."""
    vectors = np.random.default_rng(seed).normal(size=(rows, dimensions)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def clustered(rows: int, dimensions: int, clusters: int = 20, spread: float = 0.3, seed: int = 1) -> Matrix:
    generator = np.random.default_rng(seed)
    centres = generator.normal(size=(clusters, dimensions))
    vectors = centres[np.arange(rows) % clusters] + spread * generator.normal(size=(rows, dimensions))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def whole_numbered(rows: int, dimensions: int, highest: int = 2, seed: int = 1) -> Matrix:
    """Small whole numbers, whose squared distances are exact and often the same: full of ties."""
    return np.random.default_rng(seed).integers(0, highest + 1, size=(rows, dimensions)).astype(np.float32)


@contextmanager
def vector_database(server: PostgresServer) -> Iterator[str]:
    """A new database with pgvector, until the end."""
    name = f"vectors_{next(_numbers)}"
    server.execute(f"CREATE DATABASE {name}")
    server.execute("CREATE EXTENSION vector", database=name)
    yield name
    server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@dataclass
class Embeddings:
    """A table `name (id, category, embedding)` in a database that has pgvector, readable for everybody."""

    server: PostgresServer
    database: str
    name: str
    vectors: Matrix
    type: str = ""
    categories: int = 100
    ids: list[int] = field(init=False)

    def __post_init__(self) -> None:
        dimensions = self.vectors.shape[1]
        self.ids = list(range(1, len(self.vectors) + 1))
        with self.connect() as connection:
            connection.execute(
                f"CREATE TABLE {self.name} (id int PRIMARY KEY, category int NOT NULL,"
                f" embedding {self.type or f'vector({dimensions})'}) WITH (autovacuum_enabled = off)"
            )
            self.add(self.ids, self.vectors, connection)
            connection.execute(f"GRANT SELECT ON {self.name} TO PUBLIC; ANALYZE {self.name}")

    def connect(self) -> psycopg.Connection:
        return self.server.connect(database=self.database)

    def execute(self, statement: str) -> list[tuple]:
        return self.server.execute(statement, database=self.database)

    def add(self, ids: Sequence[int], vectors: Matrix, connection: psycopg.Connection | None = None) -> None:
        if connection is None:
            with self.connect() as own:
                return self.add(ids, vectors, own)
        with connection.cursor().copy(f"COPY {self.name} (id, category, embedding) FROM STDIN") as copy:
            for id, vector in zip(ids, vectors, strict=True):
                copy.write_row((id, id % self.categories, text_of(vector)))

    def index(self, definition: str = "USING hnsw (embedding vector_l2_ops)", name: str = "") -> str:
        name = name or f"{self.name}_embedding_idx"
        self.execute(f"CREATE INDEX {name} ON {self.name} {definition}")
        self.execute(f"ANALYZE {self.name}")
        return name


def write_queries(path: Path, queries: Matrix) -> Path:
    """A file of query vectors that pgvigil reads."""
    path.write_text("".join(json.dumps([float(f"{value:.9g}") for value in query]) + "\n" for query in queries))
    path.chmod(0o644)
    return path


def recall(query: Matrix, vectors: dict[int, Matrix], found: Sequence[int], k: int) -> float:
    """Of one search by L2 distance, ties counted as right; all in double precision."""
    distances = {
        id: float(np.linalg.norm(vector.astype(np.float64) - query.astype(np.float64)))
        for id, vector in vectors.items()
    }
    nearest = sorted(distances.values())[:k]
    farthest = nearest[-1]
    tolerance = max(1e-9, 1e-6 * abs(farthest))
    hits = sum(distances[id] <= farthest + tolerance for id in dict.fromkeys(found[:k]))
    return min(hits, len(nearest)) / len(nearest)
