-- Into one of a thousand places, so that the table stays as small as it is.
\set id random(10001, 11000)
\set like random(1, 10000)
INSERT INTO documents (id, project, title, embedding)
SELECT :id, project, 'Copy of ' || title, embedding FROM documents WHERE id = :like
ON CONFLICT (id) DO UPDATE SET embedding = EXCLUDED.embedding, updated_at = now();
