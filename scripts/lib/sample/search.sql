\set id random(1, 10000)
SELECT id, title
FROM documents
ORDER BY embedding <=> (SELECT embedding FROM documents WHERE id = :id)
LIMIT 10;
