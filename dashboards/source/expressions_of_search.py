"""What several panels of searches and vector indexes ask for."""

from expressions import share

# What tells apart: the variants of probes, vector indexes, vector columns.
RUN = "ID, probe, variant"
INDEX = "ID, datname, schemaname, relname, indexrelname"
COLUMN = "ID, datname, schemaname, relname, attname"

OF_RUN = "{{server}} {{probe}} {{variant}}"
OF_PROBE = "{{server}} {{probe}}"
OF_INDEX = "{{server}} {{datname}} {{schemaname}}.{{indexrelname}}"
OF_TABLE = "{{server}} {{datname}} {{schemaname}}.{{relname}}"
OF_COLUMN = "{{server}} {{datname}} {{schemaname}}.{{relname}}.{{attname}}"

DURATION = "pg_probe_duration_seconds"

# Runs from which on a quantile has an upper bound at 95 %, of a 15 s probe in 18 and 92 minutes; for the median, from
# which on it is more than a guess.
_ENOUGH = {0.5: 10, 0.95: 72, 0.99: 368}


def quantile(which: float, window: str, histogram: str = DURATION) -> str:
    """A quantile of a probe's durations, and no value where it would be made of too few runs."""
    buckets = f"sum by ({RUN}, le) (rate({histogram}_bucket{{VARIANT}}[{window}]))"
    runs = f"sum by ({RUN}) (increase({histogram}_count{{VARIANT}}[{window}]))"
    return f"histogram_quantile({which}, {buckets}) and on ({RUN}) {runs} >= {_ENOUGH[which]}"


def median_of_samples(histogram: str, window: str) -> str:
    """The median however few there were."""
    return f"histogram_quantile(0.5, sum by ({RUN}, le) (rate({histogram}_bucket{{VARIANT}}[{window}])))"


def mean(histogram: str, window: str, by: str = RUN, of: str = "VARIANT") -> str:
    """Of what a histogram observed within the window."""
    return share(f"increase({histogram}_sum{{{of}}}[{window}])", f"increase({histogram}_count{{{of}}}[{window}])", by)


def for_each(part: str, whole: str, window: str, by: str = RUN, of: str = "VARIANT") -> str:
    """How much of one counter there was for each of another."""
    return share(f"increase({part}{{{of}}}[{window}])", f"increase({whole}{{{of}}}[{window}])", by)


def of_probe(metric: str) -> str:
    """What a probe has once, for all its variants."""
    return f"max by (ID, probe) ({metric}{{PROBE}})"


def of_run(metric: str) -> str:
    return f"max by ({RUN}) ({metric}{{VARIANT}})"


def of_index(metric: str) -> str:
    return f"max by ({INDEX}) (pg_vector_index_{metric}{{DATABASE}})"


def of_column(metric: str) -> str:
    return f"max by ({COLUMN}) (pg_vector_column_{metric}{{DATABASE}})"


# Where several kinds of truth judge a variant, the lowest.
RECALL = f"min by ({RUN}) (pg_probe_recall_window_ratio{{VARIANT}})"
RECALL_LOWER = f"min by ({RUN}) (pg_probe_recall_window_lower_ratio{{VARIANT}})"

# As numbers: 0 the vector index, then ever worse. One path of a variant is 1, the others are 0.
PLAN_PATHS = ("ann_index", "other_index", "bitmap", "seq_scan", "other")
PLAN = " + ".join(
    f'{number} * max by ({RUN}) (pg_probe_plan{{VARIANT,path="{path}"}})' for number, path in enumerate(PLAN_PATHS)
)


def searches_failing(of: str) -> str:
    """Variants of probes whose latest run failed; 0 where none did, or none is there."""
    return f"sum(1 - max by ({RUN}) (pg_probe_success{{{of}}})) or 0 * count(pg_up{{SERVER}})"


def unexpected_plans(of: str) -> str:
    return f"count(max by ({RUN}) (pg_probe_plan_expected{{{of}}}) == 0) or 0 * count(pg_up{{SERVER}})"


def worst_recall(of: str) -> str:
    """The lowest recall minus its baseline."""
    return f"""min(min by ({RUN}) (pg_probe_recall_window_ratio{{{of}}})
        - on ({RUN}) max by ({RUN}) (pg_probe_recall_baseline_ratio{{{of}}}))"""


def short_results(of: str, window: str) -> str:
    """The largest share of searches that found too few rows."""
    each = for_each("pg_probe_short_results_total", "pg_probe_attempts_total", window, of=of)
    return f"max({each})"
