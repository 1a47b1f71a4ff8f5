"""By which plan searches run, with which settings, and why an index cannot be used."""

from expressions_of_search import OF_PROBE, OF_RUN, PLAN, RUN, of_run
from panels import Column, Query, graph, table, timeline

_COLORS = {
    0: ("vector index", "green"),
    1: ("other index", "blue"),
    2: ("bitmap", "purple"),
    3: ("sequential scan", "orange"),
    4: ("other", "yellow"),
}

PLANS = [
    timeline(
        "Plan path",
        """How the server finds the rows of each variant. From the vector index to a sequential scan: the index was
        dropped or became invalid, the search no longer fits it, or ivfflat.probes is so high that the planner drops
        it.""",
        _COLORS,
        Query(PLAN, OF_RUN),
    ),
    timeline(
        "Plan as expected",
        """Whether the plan is the one that the probe's settings expect; no band where they expect nothing. "no" for 15
        minutes: look at "Index candidates", then EXPLAIN the search as the application's role.""",
        {0: ("no", "red"), 1: ("yes", "green")},
        Query(of_run("pg_probe_plan_expected"), OF_RUN),
    ),
    graph(
        "Index candidates",
        """Vector indexes on what each probe searches, by whether they can serve it. None usable: operator is an index
        for another distance, element_type for another type, expression over something else, predicate leaves rows out,
        invalid was not built to its end.""",
        "none",
        Query("max by (ID, probe, match) (pg_probe_index_candidates{PROBE})", OF_PROBE + " {{match}}"),
        width=24,
    ),
    table(
        "Settings in effect",
        """Numbers and switches that each variant ran with, as read back from its session. Not what the settings say:
        the server refused it, silently, as pgvector does with what is out of range.""",
        {"server": "Server", "probe": "Probe", "variant": "Variant", "setting": "Setting"},
        Column("Value", f"max by ({RUN}, setting) (pg_probe_setting_value{{VARIANT}})", unit="none"),
        width=12,
        height=8,
    ),
    table(
        "Settings in words",
        """Settings of each variant that are words, such as hnsw.iterative_scan, with the number of runs in the chosen
        time range. Without iterative scans a filter makes results short.""",
        {"server": "Server", "probe": "Probe", "variant": "Variant", "setting": "Setting", "value": "Value"},
        Column(
            "Runs",
            f"""max by ({RUN}, setting, value) (pg_probe_setting_info{{VARIANT}}) * on ({RUN}) group_left ()
            sum by ({RUN}) (increase(pg_probe_attempts_total{{VARIANT}}[$__range]))""",
            unit="none",
        ),
        width=12,
        height=8,
    ),
]
