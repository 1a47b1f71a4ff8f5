"""How long searches take and where, and which fail or find too little."""

from expressions_of_search import DURATION, OF_PROBE, OF_RUN, RUN, for_each, median_of_samples, of_probe, quantile
from panels import Query, graph, heatmap_of, rising

_SERVER_DURATION = "pg_probe_server_duration_seconds"
_SAMPLES = "pg_probe_explain_samples_total"


def _objective(which: str) -> Query:
    return Query(of_probe(f"pg_probe_objective_{which}_seconds"), OF_PROBE + " objective", dashed=True)


def _for_each_sample(counter: str) -> str:
    return for_each(f"pg_probe_{counter}_total", _SAMPLES, "1h")


LATENCY = [
    graph(
        "Median over 5 minutes",
        """Half of the searches took longer, seen from pgvigil, timeouts and missed ticks included; dashed is the
        objective. Steadily above twice that of a day ago: see the plan, the blocks read and the table's growth. No
        line where a variant ran less than ten times: see "Client against server".""",
        "s",
        Query(quantile(0.5, "5m"), OF_RUN),
        _objective("median"),
    ),
    graph(
        "95th percentile over an hour",
        """One search in twenty took longer. Made of at least 72 runs: over minutes, a probe each 15 s cannot tell it.
        Above its dashed objective while the median is well: some queries wait, for the disk or for others; see "Read
        from outside shared buffers".""",
        "s",
        Query(quantile(0.95, "1h"), OF_RUN),
        _objective("p95"),
    ),
    graph(
        "99th percentile over 6 hours",
        """One search in a hundred took longer. Made of at least 368 runs, 92 minutes of a probe each 15 s; good for
        comparing days and releases, not for finding out what happens now.""",
        "s",
        Query(quantile(0.99, "6h"), OF_RUN),
    ),
    heatmap_of(
        "How long searches take",
        """How many searches took how long, over all that is chosen; choose one probe and variant to read it. Two bands
        are two kinds of searches: warm and cold blocks, or two plans. The top one are timeouts.""",
        "s",
        f"{DURATION}_bucket{{VARIANT}}",
        width=12,
    ),
    graph(
        "Client against server",
        """Medians over an hour: as pgvigil sees it, and as the server says of sampled searches, dashed. Far apart: the
        network, a pooler or a busy machine, not the search. Both high: see plan and blocks.""",
        "s",
        Query(median_of_samples(DURATION, "1h"), OF_RUN),
        Query(median_of_samples(_SERVER_DURATION, "1h"), OF_RUN + " on the server", dashed=True),
        width=12,
    ),
    graph(
        "Connecting",
        """How long a fresh session took to come up, mean over an hour; probes make one now and then. High: TLS, name
        service or authentication, or a server that forks slowly. Applications without a pool pay it each time.""",
        "s",
        Query(
            for_each("pg_probe_connect_seconds_total", "pg_probe_connects_total", "1h", by="ID, probe", of="PROBE"),
            OF_PROBE,
        ),
    ),
    graph(
        "Planning",
        """Mean planning time of sampled searches over an hour. More than the search itself: many partitions or
        indexes, or extended statistics; prepared statements spare it.""",
        "s",
        Query(_for_each_sample("planning_seconds"), OF_RUN),
    ),
    graph(
        "Blocks for each search",
        """Blocks of 8 kB that a sampled search touches, found in shared buffers and, dashed, read from outside: the
        effort of a search. Rising with the same settings: the index grew, or holds dead rows. It goes with ef_search
        and with probes.""",
        "none",
        Query(_for_each_sample("shared_hit_blocks"), OF_RUN + " found"),
        Query(_for_each_sample("shared_read_blocks"), OF_RUN + " read", dashed=True),
    ),
    graph(
        "Read from outside shared buffers",
        """Blocks that sampled searches had to read, as a share of those they touched, over an hour. Steadily above
        20 %: index and vectors do not fit into shared_buffers beside what else is read; see the sizes below.""",
        "percentunit",
        Query(
            f"""sum by ({RUN}) (increase(pg_probe_shared_read_blocks_total{{VARIANT}}[1h]))
            / (sum by ({RUN}) (increase(pg_probe_shared_read_blocks_total{{VARIANT}}[1h]))
            + sum by ({RUN}) (increase(pg_probe_shared_hit_blocks_total{{VARIANT}}[1h])) > 0)""",
            OF_RUN,
        ),
        limits=rising(0.2, 0.5),
        highest=1,
    ),
    graph(
        "Rows filtered away",
        """Rows that a sampled search found and its filter then threw away, mean over an hour. Many: an iterative scan
        works hard, or stops short; a partial index, partitions, or an index on the filter's column may serve
        better.""",
        "none",
        Query(_for_each_sample("filtered_rows"), OF_RUN),
    ),
    graph(
        "Index scans for each search",
        """How often a sampled search went into an index; above 1 an iterative scan began again, or partitions were
        searched one by one. PostgreSQL 18 and later.""",
        "none",
        Query(_for_each_sample("index_searches"), OF_RUN),
    ),
]

FAILURES = [
    graph(
        "Failed runs",
        """Runs that failed in each interval, by reason. timeout: slower than the probe's timeout. lock: the table is
        locked, by a migration mostly. connect: see the server's page. validation: a result is not what the settings
        expect. query: pgvigil's journal has the server's message.""",
        "none",
        Query(
            "sum by (ID, probe, reason) (increase(pg_probe_failures_total{VARIANT}[$__rate_interval]))",
            OF_PROBE + " {{reason}}",
        ),
        limits=rising(1, 4),
    ),
    graph(
        "Share of runs that fail",
        """Failed runs as a share of those tried, over 5 minutes; gaps where a variant runs less often. Above half for
        five minutes: users fail too. The reasons stand beside this.""",
        "percentunit",
        Query(for_each("pg_probe_failures_total", "pg_probe_attempts_total", "5m"), OF_RUN),
        limits=rising(0.05, 0.5),
        highest=1,
    ),
    graph(
        "Runs left out",
        """Ticks in each interval at which a probe did not run, by reason. overrun: the run before was still at work,
        and its wait is counted into the latency. unresolved: table, column or extension is missing, or the role may
        not read it. budget, blackout, role, lag: as the settings say. connections: none was free.""",
        "none",
        Query(
            "sum by (ID, probe, reason) (increase(pg_probe_skipped_total{PROBE}[$__rate_interval]))",
            OF_PROBE + " {{reason}}",
        ),
        limits=rising(1, 4),
    ),
    graph(
        "Age of the latest run, in intervals",
        """How many of its intervals ago each probe ran last: up to 1 is normal. From 4: it does not run. "Runs left
        out" says why, or the server does not answer.""",
        "none",
        Query(
            f"""(time() - {of_probe("pg_probe_last_run_timestamp_seconds")})
            / {of_probe("pg_probe_interval_seconds")}""",
            OF_PROBE,
        ),
        limits=rising(2.5, 4),
    ),
    graph(
        "Short results",
        """Searches that found fewer rows than there are, as a share of all over an hour; nobody gets an error. Above
        5 %: ef_search below the rows asked for, dead rows that VACUUM has not removed, or a filter without
        hnsw.iterative_scan.""",
        "percentunit",
        Query(for_each("pg_probe_short_results_total", "pg_probe_attempts_total", "1h"), OF_RUN),
        limits=rising(0.01, 0.05),
        highest=1,
    ),
    graph(
        "Rows found of those asked for",
        """Rows that searches returned as a share of those asked for, over an hour. Below 1 is right where a filter
        leaves fewer; falling without a reason in the data is the same trouble as short results.""",
        "percentunit",
        Query(for_each("pg_probe_returned_rows_total", "pg_probe_requested_rows_total", "1h"), OF_RUN),
        highest=1,
    ),
]
