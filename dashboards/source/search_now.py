"""The state of all probes: one line for each way of searching."""

from expressions import alerts
from expressions_of_search import (
    PLAN,
    RECALL,
    RECALL_LOWER,
    for_each,
    median_of_samples,
    of_probe,
    of_run,
    quantile,
    searches_failing,
    short_results,
    unexpected_plans,
    worst_recall,
)
from panels import PLAIN, Column, Query, falling, rising, stat, table

PATHS = {
    0: ("vector index", "text"),
    1: ("other index", "text"),
    2: ("bitmap", "text"),
    3: ("sequential scan", "text"),
    4: ("other", "text"),
}
WORKS = {0: ("fails", "red"), 1: ("works", "green")}
EXPECTED = {0: ("no", "red"), 1: ("yes", "green")}

_FIRING = alerts("ALERTS", 'alertstate="firing"', 'area="search"')
_DESCRIBED = "probe, kind, datname, schemaname, relname, attname, operator, access_method, k, source"

NOW = [
    stat(
        "Searches failing",
        """Variants of probes whose latest run failed. Above 0: the table names them, and "Failed runs" says why:
        applications that search alike fail too.""",
        "none",
        Query(searches_failing("VARIANT"), "failing"),
        limits=rising(1, 2),
    ),
    stat(
        "Alerts of searches firing",
        """Alerts about searches and vector indexes that fire for the chosen servers. The overview lists them; each has
        a runbook of its name.""",
        "none",
        Query(f"count({_FIRING}) or 0 * count(pg_up{{SERVER}})", "firing"),
        limits=rising(1, 5),
    ),
    stat(
        "Plans not as expected",
        """Variants of probes whose latest plan is another than expected, which mostly means that the vector index is
        not used. Above 0: see "Plan path" for since when, "Index candidates" for why.""",
        "none",
        Query(unexpected_plans("VARIANT"), "unexpected"),
        limits=rising(1, 2),
    ),
    stat(
        "Worst recall against its baseline",
        """The lowest recall of a variant minus its baseline. Below −1 %: see whether the band in "Recall of the latest
        queries" lies below the baseline as a whole; only then it is more than chance.""",
        "percentunit",
        Query(worst_recall("VARIANT"), "difference"),
        limits=falling(-0.01, -0.05),
    ),
    stat(
        "Most short results",
        """The largest share of a variant's searches in the last hour that found fewer rows than they should. Above
        5 %: dead rows, ef_search below the rows asked for, or a filter without iterative scans.""",
        "percentunit",
        Query(short_results("VARIANT", "1h"), "short"),
        limits=rising(0.01, 0.05),
    ),
    stat(
        "Oldest truth",
        """How long ago the probe that waits longest was last compared with exact results. Above six hours: "Truth left
        out" and "Truth failed" say why; its recall is of then.""",
        "s",
        Query(f"max(time() - {of_probe('pg_probe_ground_truth_last_success_timestamp_seconds')})", "age"),
        limits=rising(2 * 3600, 6 * 3600),
    ),
    table(
        "Probes",
        """One line for each variant of each probe, now; shares are over the chosen time range. Recall is of the latest
        queries, and "at least" the lower end of its 95 % interval. A quantile is blank while it would be made of too
        few runs. Read recall beside the plan: without the vector index it is always 1.""",
        {"server": "Server", "probe": "Probe", "variant": "Variant"},
        Column("Latest run", of_run("pg_probe_success"), states=WORKS, width=95),
        Column("Run", f"time() - {of_run('pg_probe_last_run_timestamp_seconds')}", unit="s"),
        Column("Median, 1 h", median_of_samples("pg_probe_duration_seconds", "1h"), unit="s", limits=PLAIN),
        Column("p95, 1 h", quantile(0.95, "1h"), unit="s", limits=PLAIN),
        Column("Recall", RECALL, unit="percentunit", limits=falling(0.95, 0.8)),
        Column("At least", RECALL_LOWER, unit="percentunit"),
        Column("Baseline", of_run("pg_probe_recall_baseline_ratio"), unit="percentunit"),
        Column("Plan", PLAN, states=PATHS),
        Column("As expected", of_run("pg_probe_plan_expected"), states=EXPECTED),
        Column(
            "Failed",
            for_each("pg_probe_failures_total", "pg_probe_attempts_total", "$__range"),
            unit="percentunit",
            limits=rising(0.01, 0.5),
        ),
        Column(
            "Short",
            for_each("pg_probe_short_results_total", "pg_probe_attempts_total", "$__range"),
            unit="percentunit",
            limits=rising(0.01, 0.05),
        ),
        Column(
            "Missed by sample",
            for_each("pg_probe_sentinel_misses_total", "pg_probe_sentinel_checks_total", "$__range"),
            unit="percentunit",
            limits=rising(0.03, 0.1),
        ),
        sort_by="Failed",
    ),
    table(
        "What is probed",
        """What each probe searches for, and how often. source is where its query vectors come from: those out of the
        table itself flatter recall somewhat, random ones say nothing of it. No access method: no index fits the
        probe.""",
        {
            "server": "Server",
            "probe": "Probe",
            "kind": "Kind",
            "datname": "Database",
            "schemaname": "Schema",
            "relname": "Table",
            "attname": "Column",
            "operator": "Operator",
            "access_method": "Access method",
            "k": "Rows asked for",
            "source": "Queries from",
        },
        Column(
            "Interval",
            f"""max by (ID, {_DESCRIBED}) (pg_probe_info{{PROBE}})
            * on (ID, probe) group_left () {of_probe("pg_probe_interval_seconds")}""",
            unit="s",
        ),
        sort_by="Interval",
        ascending=True,
        height=8,
    ),
]
