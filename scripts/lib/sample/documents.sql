-- 10,000 unit vectors around 50 centres, the same ones each time.
SET ROLE app;
SELECT setseed(0.42);

CREATE TEMPORARY TABLE centres AS
SELECT
    centre,
    array_agg(random_normal() ORDER BY dimension) AS coordinates
FROM generate_series(0, 49) AS centre, generate_series(1, 384) AS dimension
GROUP BY centre;

CREATE TABLE documents (
    id bigint PRIMARY KEY,
    project integer NOT NULL,
    title text NOT NULL,
    views bigint NOT NULL DEFAULT 0,
    updated_at timestamptz NOT NULL DEFAULT now(),
    embedding vector(384) NOT NULL
) WITH (fillfactor = 80);  -- Room for updates beside the old row.

INSERT INTO documents (id, project, title, embedding)
SELECT
    id,
    centre,
    'Document ' || id,
    (
        SELECT l2_normalize(array_agg(coordinate + 0.6 * random_normal())::vector)
        FROM unnest(coordinates) AS coordinate
    )
FROM generate_series(1, 10000) AS id
JOIN centres ON centre = id % 50
ORDER BY id;
