SET ROLE app;
SET maintenance_work_mem = '64MB';
SET max_parallel_maintenance_workers = 2;

CREATE INDEX documents_embedding_idx ON documents USING hnsw (embedding vector_cosine_ops)
WITH (m = 16, ef_construction = 64);

GRANT SELECT ON documents TO pgvigil;  -- For its probes.

VACUUM ANALYZE documents;
