"""How right searches are, and what it costs to have them more right."""

from expressions_of_search import (
    OF_PROBE,
    OF_RUN,
    RECALL,
    RECALL_LOWER,
    RUN,
    for_each,
    mean,
    median_of_samples,
    of_probe,
    of_run,
)
from panels import PLAIN, Column, Query, falling, graph, heatmap_of, rising, table

_BY = f"{RUN}, source"
_OF_SOURCE = OF_RUN + " {{source}}"
_TRUTH = "pg_probe_ground_truth"
_NONE_RIGHT = 'pg_probe_recall_ratio_bucket{VARIANT,le=~"0|0.0"}'


def _window(metric: str) -> str:
    return f"max by ({_BY}) (pg_probe_recall_window_{metric}{{VARIANT}})"


# Half of the 95 % interval of the mean over the chosen time range, over queries and not over rows.
_COUNT = f"sum by ({_BY}) (increase(pg_probe_recall_ratio_count{{VARIANT}}[$__range]))"
_MEAN = mean("pg_probe_recall_ratio", "$__range", by=_BY)
_SQUARES = f"sum by ({_BY}) (increase(pg_probe_recall_squares_total{{VARIANT}}[$__range])) / ({_COUNT} > 0)"
_HALF_WIDTH = f"1.96 * sqrt(clamp_min({_SQUARES} - ({_MEAN}) ^ 2, 0) / ({_COUNT} > 0))"

RECALL_ROW = [
    graph(
        "Recall of the latest queries",
        """Share of the true neighbours that searches found, mean over the latest queries, by the kind of truth; dashed
        are the ends of its 95 % interval and the baseline. The whole interval below the baseline: recall fell, and not
        by chance. Raise ef_search or probes, or REINDEX CONCURRENTLY.""",
        "percentunit",
        Query(_window("ratio"), _OF_SOURCE),
        Query(_window("lower_ratio"), _OF_SOURCE + " lower", dashed=True),
        Query(_window("upper_ratio"), _OF_SOURCE + " upper", dashed=True),
        Query(of_run("pg_probe_recall_baseline_ratio"), OF_RUN + " baseline", dashed=True),
        Query(of_probe("pg_probe_objective_recall_ratio"), OF_PROBE + " objective", dashed=True),
        highest=1,
        width=12,
    ),
    heatmap_of(
        "Recall of single queries",
        """How many queries had which recall, over all that is chosen. Vector indexes fail by region: most queries
        right and a few with nothing is the usual picture, and the mean hides it. A dark lowest band: some users find
        nothing that is right.""",
        "percentunit",
        "pg_probe_recall_ratio_bucket{VARIANT}",
        width=12,
    ),
    graph(
        "Queries that find nothing right",
        """Queries over a day none of whose true neighbours were found, as a share. Above 1 %: parts of the index cannot
        be reached. Raise ef_search or probes; if that does not help, REINDEX CONCURRENTLY.""",
        "percentunit",
        Query(
            f"""sum by ({RUN}) (increase({_NONE_RIGHT}[1d]))
            / (sum by ({RUN}) (increase(pg_probe_recall_ratio_count{{VARIANT}}[1d])) > 0)""",
            OF_RUN,
        ),
        limits=rising(0.01, 0.05),
    ),
    graph(
        "Excess of distance",
        """By how much what was found is farther away than what should have been, mean over a day. Recall 0.9 with an
        excess of 0.1 % does no harm, as with many near-duplicates; with 50 % it does.""",
        "percentunit",
        Query(mean("pg_probe_distance_excess_ratio", "1d"), OF_RUN),
        limits=rising(0.05, 0.25),
    ),
    graph(
        "Searches that miss a row of the sample",
        """Share of ordinary searches over 6 hours that did not find a row which pgvigil keeps and which is nearer than
        what they found. It costs the server nothing and so sees every search. Above 3 %: as with recall. No line for
        filtered searches.""",
        "percentunit",
        Query(for_each("pg_probe_sentinel_misses_total", "pg_probe_sentinel_checks_total", "6h"), OF_RUN),
        limits=rising(0.03, 0.1),
    ),
    graph(
        "Rows missed for each check",
        """Rows of the sample that a search missed, mean over 6 hours, and, dashed, which share of the table the sample
        is: one divided by the other is how many rows a search misses. A small share sees great losses only.""",
        "short",
        Query(for_each("pg_probe_sentinel_missed_rows_total", "pg_probe_sentinel_checks_total", "6h"), OF_RUN),
        Query(of_probe("pg_probe_sentinel_sample_ratio"), OF_PROBE + " sample", dashed=True),
    ),
    graph(
        "Time of the truth",
        """How long an exact search takes, mean over an hour. It reads the whole table: near its timeout, give the
        probe a standby, a longer interval, or the mode high_effort.""",
        "s",
        Query(mean(f"{_TRUTH}_duration_seconds", "1h", by="ID, probe", of="PROBE"), OF_PROBE),
    ),
    graph(
        "Age of the truth",
        """How long ago searches were last compared with exact results, and, dashed, how often that is to be. Above six
        hours: recall says nothing of now. Why stands beside this.""",
        "s",
        Query(f"time() - {of_probe(f'{_TRUTH}_last_success_timestamp_seconds')}", OF_PROBE),
        Query(of_probe(f"{_TRUTH}_interval_seconds"), OF_PROBE + " interval", dashed=True),
    ),
    graph(
        "Truth failed",
        """Exact searches that failed in each interval, by reason. yield: somebody waited behind it, and it gave way.
        timeout: raise recall.exact.timeout. not_exact: the server would have used a vector index. cancelled: replay on
        a standby could not wait.""",
        "none",
        Query(
            f"sum by (ID, probe, reason) (increase({_TRUTH}_failures_total{{PROBE}}[$__rate_interval]))",
            OF_PROBE + " {{reason}}",
        ),
    ),
    graph(
        "Truth left out",
        """Exact searches that were due and not run in each interval, by reason. size: the table is larger than
        max_scan_bytes; use a standby or high_effort. budget: the hour's database seconds are used up. Others pass by
        themselves.""",
        "none",
        Query(
            f"sum by (ID, probe, reason) (increase({_TRUTH}_skipped_total{{PROBE}}[$__rate_interval]))",
            OF_PROBE + " {{reason}}",
        ),
    ),
    graph(
        "Queries in the window",
        """How many queries the recall above is made of. It begins anew when the index or the table is rewritten. Below
        50 the interval is too wide to judge by.""",
        "none",
        Query(_window("queries"), _OF_SOURCE),
    ),
    graph(
        "Queries without a true row",
        """Queries over an hour for which there is nothing to find, so that they have no recall: their filter matches no
        row. Most of them: the values of the probe's filter are out of date.""",
        "none",
        Query(f"sum by ({_BY}) (increase(pg_probe_recall_empty_total{{VARIANT}}[1h]))", _OF_SOURCE),
    ),
    table(
        "Recall over the time range",
        """Mean recall of all queries in the chosen time range, and half the width of its 95 % interval, which comes
        from how much queries differ. To compare two releases, compare these: intervals that overlap say that nothing
        is shown.""",
        {"server": "Server", "probe": "Probe", "variant": "Variant", "source": "Truth"},
        Column("Mean", _MEAN, unit="percentunit", limits=falling(0.95, 0.8)),
        Column("Plus or minus", _HALF_WIDTH, unit="percentunit"),
        Column("Queries", _COUNT, unit="none"),
        sort_by="Mean",
        ascending=True,
        width=16,
        height=8,
    ),
]

CURVE = [
    table(
        "What recall costs",
        """A line for each variant, the quickest first: with the same truth for all, this is the curve of recall against
        latency. The first whose recall is at least the objective, by the lower end of its interval, is the setting to
        use. pgvigil probe sweep draws it.""",
        {"server": "Server", "probe": "Probe", "variant": "Variant"},
        Column("Median, 1 h", median_of_samples("pg_probe_duration_seconds", "1h"), unit="s", limits=PLAIN),
        Column("Recall", RECALL, unit="percentunit", limits=falling(0.95, 0.8)),
        Column("At least", RECALL_LOWER, unit="percentunit"),
        Column(
            "Blocks",
            f"""({for_each("pg_probe_shared_hit_blocks_total", "pg_probe_explain_samples_total", "1h")})
            + ({for_each("pg_probe_shared_read_blocks_total", "pg_probe_explain_samples_total", "1h")})""",
            unit="none",
        ),
        Column(
            "Meets the objective",
            f"""{RECALL_LOWER} >= bool on (ID, probe) group_left ()
            {of_probe("pg_probe_objective_recall_ratio")}""",
            states={0: ("no", "orange"), 1: ("yes", "green")},
        ),
        sort_by="Median, 1 h",
        ascending=True,
    ),
]
