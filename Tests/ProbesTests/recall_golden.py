"""Writes recall_golden.json: searches over small whole numbers, where ties are exact, and what numpy says of them.

usage: python recall_golden.py > recall_golden.json   (needs numpy)

What was found is what an index might have: some neighbours are missed, the order is off, results are short, keys
come twice. Nothing here is shared with the Swift code but the definition of recall.
"""

import json
import random

import numpy as np

K, EPSILON = 10, 1e-6


def distances(operator: str, rows: np.ndarray, query: np.ndarray) -> np.ndarray:
    products = rows @ query
    match operator:
        case "<->":
            return np.sqrt(((rows - query) ** 2).sum(axis=1))
        case "<#>":
            return -products
        case "<=>":
            lengths = np.sqrt((rows**2).sum(axis=1) * (query**2).sum())
            return 1 - np.clip(products / lengths, -1, 1)
        case "<+>":
            return np.abs(rows - query).sum(axis=1)
        case "<~>":
            return (rows != query).sum(axis=1)
        case "<%>":
            return 1 - products / np.maximum(np.maximum(rows, query).sum(axis=1), 1)
    raise ValueError(operator)


def found_by_index(order: np.ndarray, chance: random.Random) -> list[int]:
    """Row numbers that a bad index returns, of all in the order of their distance."""
    share = chance.choice([0.0, 0.05, 0.3, 0.9])
    found = [int(row) for row in order[:60] if chance.random() >= share][: chance.choice([K, K, K, K + 1, 7, 0])]
    if chance.random() < 0.2 and len(found) > 2:
        found[1] = found[0]
    if chance.random() < 0.3:
        chance.shuffle(found)
    return found


def judged(operator: str, d: np.ndarray, found: list[int]) -> tuple[float, float | None]:
    """Recall and distance excess."""
    truth = np.sort(d)[:K].astype(float)
    limit = truth[-1] + max(1e-9, EPSILON * abs(truth[-1]))
    ours = np.array(sorted(d[sorted(set(found[:K]))]), dtype=float)
    recall = min(int((ours <= limit).sum()), len(truth)) / len(truth)
    count = min(len(ours), len(truth))
    if count == 0:
        return recall, None
    difference = float(ours[:count].sum() - truth[:count].sum())
    scale = abs(truth[-1]) * count if operator == "<#>" else float(truth[:count].sum())
    if difference <= 0:
        return recall, 0.0
    return recall, difference / scale if scale > 0 else None


def case(operator: str, queries: int, seed: int) -> dict:
    generator, chance = np.random.default_rng(seed), random.Random(seed)
    is_bits = operator in ("<~>", "<%>")
    low, high, width = (0, 2, 24) if is_bits else (-2, 3, 5)
    rows = generator.integers(low, high, (300, width))
    # A zero vector has no direction.
    rows[~rows.any(axis=1), 0] = 1

    def text(vector: np.ndarray) -> str:
        numbers = [str(number) for number in vector.tolist()]
        return "".join(numbers) if is_bits else f"[{','.join(numbers)}]"

    searches = []
    for _ in range(queries):
        query = generator.integers(low, high, width)
        query[0] = 1
        d = distances(operator, rows, query)
        found = found_by_index(np.argsort(d, kind="stable"), chance)
        recall, excess = judged(operator, d, found)
        searches.append({"query": text(query), "found": found, "recall": recall, "excess": excess})
    return {"operator": operator, "rows": [text(row) for row in rows], "searches": searches}


if __name__ == "__main__":
    counts = {"<->": 40, "<#>": 40, "<=>": 30, "<+>": 30, "<~>": 30, "<%>": 30}
    cases = [case(operator, count, seed) for seed, (operator, count) in enumerate(counts.items())]
    lines = [json.dumps(each, separators=(",", ":")).replace('{"query"', '\n{"query"') for each in cases]
    print("[\n" + ",\n".join(lines) + "\n]")
