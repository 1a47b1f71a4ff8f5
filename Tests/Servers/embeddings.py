"""A database of vectors in every state that a collector tells apart; without pgvector an empty one."""

import psycopg
from psycopg import sql

from postgres import PostgresServer
from processes import wait_until

DATABASE = "embeddings"

TABLES = """
CREATE EXTENSION vector;
CREATE SCHEMA "Schémä";
CREATE TABLE docs (id int PRIMARY KEY, created_at timestamptz NOT NULL, lang text, embedding vector(3));
INSERT INTO docs
SELECT g, now() - interval '1 hour' * g, CASE g % 3 WHEN 0 THEN 'en' ELSE 'de' END,
       CASE WHEN g % 10 = 0 THEN NULL ELSE ('[' || g || ',' || g % 7 || ',1]')::vector END
FROM generate_series(1, 500) AS g;
CREATE INDEX docs_embedding_idx ON docs USING hnsw (embedding vector_cosine_ops) WITH (m = 8);
CREATE INDEX docs_lists ON docs USING ivfflat (embedding vector_l2_ops) WITH (lists = 5);
CREATE INDEX docs_english ON docs USING hnsw (embedding vector_ip_ops) WHERE lang = 'en';
CREATE INDEX docs_halved ON docs USING hnsw ((embedding::halfvec(3)) halfvec_l2_ops) WITH (ef_construction = 32);
CREATE TABLE "Schémä".kinds (half halfvec(4), sparse sparsevec(5), bits bit(8), flags bit(3), bare vector);
INSERT INTO "Schémä".kinds
SELECT '[1,2,3,4]', '{1:1}/5', B'10101010', B'101',
       (CASE g % 4 WHEN 0 THEN '[1,2]' WHEN 1 THEN '[0,0,0]' ELSE '[1,2,3]' END)::vector
FROM generate_series(1, 40) AS g;
CREATE INDEX kinds_sparse ON "Schémä".kinds USING hnsw (sparse sparsevec_l2_ops);
CREATE INDEX kinds_bits ON "Schémä".kinds USING hnsw (bits bit_hamming_ops);
CREATE TABLE parts (id int, embedding vector(2)) PARTITION BY RANGE (id);
CREATE TABLE parts_low PARTITION OF parts FOR VALUES FROM (0) TO (100);
CREATE TABLE parts_high PARTITION OF parts FOR VALUES FROM (100) TO (200);
INSERT INTO parts SELECT g, '[1,1]' FROM generate_series(1, 150) AS g;
CREATE INDEX parts_embedding ON parts USING hnsw (embedding vector_l2_ops);
CREATE TABLE large (id int, embedding vector(700));
INSERT INTO large SELECT g, array_fill(g, ARRAY[700])::real[]::vector FROM generate_series(1, 1500) AS g;
CREATE TEMPORARY TABLE passing (embedding vector(2));
ALTER DATABASE embeddings SET hnsw.ef_search = 77;
"""


SEARCHES = [
    "SELECT id FROM docs ORDER BY embedding <=> '[1,2,3]' LIMIT 5",
    "SELECT id FROM docs WHERE lang = 'en' ORDER BY embedding <=> '[3,2,1]' LIMIT 100",
    "/* app */ WITH near AS (SELECT id FROM docs ORDER BY embedding <-> '[1,2,3]' LIMIT 20) SELECT id FROM near",
    "/* pgvigil docs */ SELECT id FROM docs ORDER BY embedding <=> '[1,2,3]' LIMIT 5",
    "SELECT id, embedding <-> '[1,2,3]' FROM docs LIMIT 5",
    "EXPLAIN SELECT id FROM docs ORDER BY embedding <=> '[1,2,3]' LIMIT 5",
]

# A page for each row, and at this pace VACUUM is at it for minutes.
SLOW = """
CREATE TABLE slow (filler text, embedding vector(2)) WITH (autovacuum_enabled = off);
ALTER TABLE slow ALTER filler SET STORAGE PLAIN;
INSERT INTO slow SELECT repeat('x', 7000), '[1,1]' FROM generate_series(1, 1000) AS g;
CREATE INDEX slow_embedding ON slow USING hnsw (embedding vector_l2_ops);
"""


def make_embeddings(server: PostgresServer, hostile: str, broken: str) -> None:
    """Fills the database, which is there."""
    with server.connect(database=DATABASE) as owner:
        if server.has_statements:
            owner.execute("CREATE EXTENSION pg_stat_statements")
        if not has_vectors(owner):
            return
        owner.execute(TABLES)
        table, column, index = map(sql.Identifier, [hostile, broken, broken + hostile])
        owner.execute(sql.SQL("CREATE TABLE {} (id int, {} vector(3))").format(table, column))
        owner.execute(sql.SQL("INSERT INTO {} VALUES (1, NULL), (2, '[0,0,0]'), (3, '[1,0,0]')").format(table))
        owner.execute(sql.SQL("CREATE INDEX {} ON {} USING hnsw ({} vector_l2_ops)").format(index, table, column))
        try:
            owner.execute('CREATE INDEX CONCURRENTLY kinds_broken ON "Schémä".kinds USING hnsw (bare vector_l2_ops)')
        except psycopg.Error:
            pass  # As it has to: the column has no dimensions. The index stays, invalid.
        owner.execute("VACUUM ANALYZE")
        owner.execute("DELETE FROM docs WHERE id > 400")
        owner.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO pgvigil")
        for search in SEARCHES:
            owner.execute(search)
        owner.execute(SLOW)


def keep_embeddings_busy(server: PostgresServer) -> list[psycopg.Connection]:
    """A build that waits for a writer, and a VACUUM that takes its time; returns the sessions to hold."""
    writer, builder, vacuumer = sessions = [server.connect(database=DATABASE) for _ in range(3)]
    if not has_vectors(writer):
        return sessions
    writer.execute("BEGIN; INSERT INTO large VALUES (0, NULL)")
    vacuumer.execute("SET vacuum_cost_delay = '100ms'; SET vacuum_cost_limit = 1")
    for session, statement in [
        (builder, "CREATE INDEX CONCURRENTLY ON large USING hnsw (embedding vector_l2_ops)"),
        (vacuumer, "VACUUM slow"),
    ]:
        session.pgconn.send_query(statement.encode())
        session.pgconn.flush()
    started = "SELECT count(*) FROM pg_stat_progress_create_index, pg_stat_progress_vacuum"
    wait_until(lambda: server.execute(started) == [(1,)], within=10, what="a build and a VACUUM are under way")
    return sessions


def has_vectors(session: psycopg.Connection) -> bool:
    return bool(session.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'vector'").fetchall())
