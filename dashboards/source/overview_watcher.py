"""pgvigil itself: its health, and what it costs."""

from panels import COUNTED, Query, graph, rising, stat

# To keep of a metric that many programs have what comes from a pgvigil known within the last day.
PGVIGIL = "on (WATCHER) last_over_time(pgvigil_build_info{JOB}[1d])"

WATCHER = [
    stat(
        "Settings accepted",
        """Whether pgvigil took its settings when they were last read. "refused": it goes on with the old ones, and its
        journal says which line is wrong.""",
        "none",
        Query("max by (WATCHER) (pgvigil_settings_reload_success{JOB})", "{{instance}}"),
        states={0: ("refused", "red"), 1: ("accepted", "green")},
        width=8,
    ),
    stat(
        "Threads stuck",
        """Threads of pgvigil that are still at work on something that was given up on, such as a name that does not
        resolve. Above 0 for minutes: look at the name server and at the network to that server.""",
        "none",
        Query("sum(max by (ID) (pgvigil_threads_stuck{SERVER}))", "stuck"),
        limits=rising(1, 5),
        width=8,
    ),
    stat(
        "Servers watched",
        """Servers in pgvigil's settings that match the choice above. Fewer than expected: the settings were refused,
        or Prometheus does not scrape one of the instances.""",
        "none",
        Query("count(max by (ID) (pg_up{SERVER}))", "servers"),
        limits=COUNTED,
        width=8,
    ),
    graph(
        "Database time that pgvigil takes",
        """Seconds per second in which a server was at work for pgvigil. Above 0.05 for one server: its collectors'
        times are on its page; give the slowest a longer interval.""",
        "percentunit",
        Query("sum by (ID) (rate(pgvigil_database_seconds_total{SERVER}[$__rate_interval]))"),
        limits=rising(0.05, 0.2),
    ),
    graph(
        "Statements of pgvigil per second",
        """Statements that pgvigil sends to each server: its share of the load. Steady but for restarts and reloads; a
        rise comes from a shorter interval or more collectors in the settings.""",
        "ops",
        Query("sum by (ID) (rate(pgvigil_statements_total{SERVER}[$__rate_interval]))"),
    ),
    graph(
        "Connections that pgvigil makes",
        """Connections made to each server in each interval: about one a minute to see whether new clients get in, and
        one an hour to renew the session. Many more: sessions are being ended, look at the server's log.""",
        "none",
        Query("sum by (ID) (increase(pgvigil_connects_total{SERVER}[$__rate_interval]))"),
    ),
    graph(
        "Polls late or left out",
        """Polls that reached their deadline, and ticks at which no poll began since an earlier one was still at work.
        0 is normal. Otherwise the server answers slowly: see its collectors' durations.""",
        "none",
        Query("sum by (ID) (increase(pgvigil_poll_overruns_total{SERVER}[$__rate_interval]))", "{{server}} late"),
        Query("sum by (ID) (increase(pgvigil_poll_skips_total{SERVER}[$__rate_interval]))", "{{server}} left out"),
        limits=rising(1, 5),
    ),
    graph(
        "Memory of pgvigil",
        """Resident memory of each pgvigil. It grows with the number of series, and is given back when servers leave
        the settings. Growing without end is a fault of pgvigil: please report it.""",
        "bytes",
        Query(f"process_resident_memory_bytes{{JOB}} and {PGVIGIL}", "{{instance}}"),
    ),
    graph(
        "CPU time of pgvigil",
        """Share of one core that each pgvigil uses. Above half a core: fewer servers for each, or a longer
        interval.""",
        "percentunit",
        Query(f"rate(process_cpu_seconds_total{{JOB}}[$__rate_interval]) and {PGVIGIL}", "{{instance}}"),
        limits=rising(0.5, 0.9),
    ),
    graph(
        "Series",
        """Series of each server on the page now, and those left out since a collector brought too many. Anything left
        out is missing on these dashboards: raise its limit, or turn the collector off.""",
        "none",
        Query("max by (ID) (pgvigil_registry_series{SERVER})"),
        Query("sum by (ID) (increase(pgvigil_series_dropped_total{SERVER}[$__rate_interval]))", "{{server}} left out"),
        width=12,
    ),
    graph(
        "Time of a scrape",
        """How long Prometheus waited for the page. It is made in memory: more than 100 ms means a large page, a busy
        machine or a slow network, never a slow database.""",
        "s",
        Query(f"scrape_duration_seconds{{JOB}} and {PGVIGIL}", "{{instance}}"),
        limits=rising(0.1, 1),
        width=12,
    ),
]
