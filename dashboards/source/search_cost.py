"""What applications search for, how fresh their vectors are, and what the probes cost."""

from expressions import share
from expressions_of_search import COLUMN, OF_COLUMN, OF_PROBE
from panels import Query, graph, rising

_BY = "ID, datname, usename, operator"
_OF = "{{server}} {{datname}} {{usename}} {{operator}}"
_BEFORE = _OF + " a week ago"


def _rate(counter: str, offset: str = "") -> str:
    return f"rate(pg_vector_statement_{counter}_total{{DATABASE}}[5m]{offset})"


def _now_and_before(part: str, whole: str | None = None) -> tuple[Query, Query]:
    """Over 5 minutes, and over the same of a week ago."""

    def at(offset: str) -> str:
        if whole is None:
            return f"sum by ({_BY}) ({_rate(part, offset)})"
        return share(_rate(part, offset), _rate(whole, offset), by=_BY)

    return Query(at(""), _OF), Query(at(" offset 1w"), _BEFORE, dashed=True)


TRAFFIC = [
    graph(
        "Searches per second",
        """Searches of applications by their operator of distance, without pgvigil's own, from pg_stat_statements;
        dashed a week ago. None where there were some: the application is down, or searches elsewhere. Ten times as
        many: ask what was deployed.""",
        "ops",
        *_now_and_before("calls"),
    ),
    graph(
        "Time of a search",
        """Mean execution time of applications' searches on the server; dashed a week ago. Higher while the probes are
        well: other queries than theirs, a filter, more rows asked for, or a role with settings of its own.""",
        "s",
        *_now_and_before("seconds", "calls"),
    ),
    graph(
        "Rows of a search",
        """Rows that applications' searches return, in the mean; dashed a week ago. Half as many as last week: results
        come out short, or filters match less. It is the only sign of short results on real load.""",
        "none",
        *_now_and_before("rows", "calls"),
    ),
]

FRESHNESS = [
    graph(
        "Rows without embedding",
        """Rows whose vector is missing, of the columns that the settings name. Searches do not find them. Growing: the
        job that makes embeddings fails or does not keep up.""",
        "none",
        Query(f"max by ({COLUMN}) (pg_vector_column_unembedded_rows{{DATABASE}})", OF_COLUMN),
        width=12,
    ),
    graph(
        "Oldest row without embedding",
        """How long the oldest row without a vector has waited for it: this is how far search lags behind the data.
        Above an hour: look at the queue of the job that makes embeddings.""",
        "s",
        Query(f"max by ({COLUMN}) (pg_vector_column_unembedded_age_seconds{{DATABASE}})", OF_COLUMN),
        limits=rising(3600, 86400),
        width=12,
    ),
]

COST = [
    graph(
        "Database seconds of probes in an hour",
        """Time that the server was at work for each probe within an hour, searches, EXPLAIN and exact searches
        together. At its limit, exact searches and then runs are left out: give the probe a longer
        recall.exact.interval, or a standby.""",
        "s",
        Query("sum by (ID, probe) (increase(pg_probe_database_seconds_total{PROBE}[1h]))", OF_PROBE),
        width=12,
    ),
    graph(
        "Database seconds left",
        """What is left of this hour's database seconds of each probe. At 0 it pauses, and "Runs left out" counts
        budget; limits.db_seconds_per_hour raises it.""",
        "s",
        Query("max by (ID, probe) (pg_probe_budget_seconds{PROBE})", OF_PROBE),
        width=12,
    ),
]
