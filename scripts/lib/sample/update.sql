\set id random(1, 10000)
UPDATE documents SET views = views + 1, updated_at = now() WHERE id = :id;
