"""Searches: are they quick, right and complete, and if not, why?"""

from document import Row, document
from search_columns import COLUMNS
from search_cost import COST, FRESHNESS, TRAFFIC
from search_indexes import INDEXES
from search_latency import FAILURES, LATENCY
from search_now import NOW
from search_plan import PLANS
from search_recall import CURVE, RECALL_ROW


def search() -> dict:
    return document(
        uid="pgvigil-search",
        title="PostgreSQL / Search",
        description=(
            "Searches by vector: how quick, how right, by which plan, from probes in pgvigil's settings; vector indexes"
            " and what applications search for. Needs pgvector or another such extension."
        ),
        rows=[
            Row("State", NOW),
            Row("Latency", LATENCY),
            Row("Failures and short results", FAILURES),
            Row("Recall", RECALL_ROW),
            Row("Recall against latency", CURVE),
            Row("Plan", PLANS),
            Row("Index health", INDEXES),
            Row("Columns and extensions", COLUMNS),
            Row("Searches of applications", TRAFFIC),
            Row("Freshness", FRESHNESS),
            Row("Cost of the probes", COST),
        ],
        of_probes=True,
    )
