\set id random(10001, 11000)
DELETE FROM documents WHERE id = :id;
