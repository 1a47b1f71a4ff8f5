"""Pools inside applications, and what else an application says of itself."""

from expressions import share
from expressions_of_pools import (
    ANSWERS,
    APPLICATION,
    OF_POOL,
    STATUSES,
    highest_of_pool,
    rate,
    status,
    time_in_use,
)
from panels import Query, graph, rising, table, timeline
from pools_poolers import POOL_PAGE, lines_of_pools

APPLICATIONS = [
    table(
        "Pools of applications now",
        """One line for each pool that an application has told of. A blank cell is something that it does not tell or
        has no limit for. Waiting above 0: users wait. In use 100 % with nobody waiting is fine.""",
        {"server": "Application", "pool": "Pool", "kind": "Kind", "pg_cluster": "Cluster"},
        *lines_of_pools(APPLICATION),
        link=("server", POOL_PAGE),
        sort_by="Waiting",
        height=8,
    ),
    timeline(
        "State of applications' pools",
        """Healthy: at most 20 % of what is allowed is in use; degraded: at most 50 %; unhealthy: more, nothing is
        allowed, or requests wait. Unhealthy is a busy pool, not a broken one: look at "Requests waiting, by level"
        before acting.""",
        STATUSES,
        Query(status(APPLICATION), OF_POOL),
    ),
    timeline(
        "Applications that answer",
        """Whether pgvigil read the application's page in the latest poll. A gap or red: the application is down, or
        its page moved; "Failures by reason" names it. Everything else of it is missing then.""",
        ANSWERS,
        Query("max by (ID) (dbpool_scrape_success{TARGET})"),
    ),
    graph(
        "Connections of applications' pools",
        """Connections in use and idle, and being opened where the application tells. Idle ones most of the time: the
        pool is larger than needed. Opened all the time: they are closed too early; look at its idle timeout.""",
        "none",
        Query(
            f"sum by (ID, kind, pool, state) (dbpool_connections{{POOL,{APPLICATION}}})",
            OF_POOL + " {{state}}",
        ),
        stacked=True,
    ),
    graph(
        "Share of applications' pools in use",
        """Connections in use as a share of those allowed. From 95 % with requests waiting: make the pool larger if the
        server has places, else hold connections for less long.""",
        "percentunit",
        Query(highest_of_pool("utilization_ratio", APPLICATION), OF_POOL),
        limits=rising(0.8, 0.95),
    ),
    graph(
        "Connections handed out",
        """Connections that applications' pools handed out each second. A sudden fall while requests wait: those that
        have one do not give it back. A sudden rise: ask what was deployed.""",
        "ops",
        Query(rate("acquire", APPLICATION), OF_POOL),
    ),
    graph(
        "Time a connection is held",
        """How long a request keeps its connection, in the mean. Twice as long needs twice as many connections: longer
        than its statements take, the application does other work meanwhile. No line: the pool does not tell.""",
        "s",
        Query(time_in_use(APPLICATION), OF_POOL),
    ),
    graph(
        "Longest wait so far",
        """The longest that any request has waited, as far as the pool remembers; mostly since its start. A step up says
        when it was worst; how it is now is in "Oldest wait".""",
        "s",
        Query(highest_of_pool("peak_wait_seconds", APPLICATION), OF_POOL),
        limits=rising(1, 60),
    ),
    graph(
        "Time to read the page",
        """How long the application took to answer pgvigil. Above 1 s: it is busy or blocked itself, and its numbers are
        of the end of that time. Near its timeout, polls begin to fail.""",
        "s",
        Query("max by (ID) (dbpool_scrape_duration_seconds{TARGET})"),
        limits=rising(1, 4),
    ),
]

PROCESSES = [
    graph(
        "Cache hits of applications",
        """What applications found in their caches, as a share of what they looked for; no line where they looked for
        nothing. A fall: the cache was emptied at a deploy or is too small, and the database pays for it.""",
        "percentunit",
        Query(
            share(
                "rate(app_cache_hits_total{TARGET}[$__rate_interval])",
                """rate(app_cache_hits_total{TARGET}[$__rate_interval])
                + rate(app_cache_misses_total{TARGET}[$__rate_interval])""",
                by="ID, cache",
            ),
            "{{server}} {{cache}}",
        ),
        highest=1,
    ),
    graph(
        "Entries of applications' caches",
        """What the caches hold. At a level for long while entries are evicted: the cache is full. A drop to nothing:
        the application was started anew, and the database takes all of its load until it fills.""",
        "none",
        Query("sum by (ID, cache) (app_cache_entries{TARGET})", "{{server}} {{cache}}"),
    ),
    graph(
        "Evictions from applications' caches",
        """Entries that made room for others, each second. As many as misses: the cache is too small for what is asked
        for, and hits will not rise. Make it larger, or keep less in it.""",
        "ops",
        Query("sum by (ID, cache) (rate(app_cache_evictions_total{TARGET}[$__rate_interval]))", "{{server}} {{cache}}"),
    ),
    graph(
        "Threads of applications",
        """Threads at work, and dashed the requests waiting for a connection, on one axis. All threads waiting: the
        application answers nobody. Allow fewer threads than would fill the pool several times over.""",
        "none",
        Query("sum by (ID) (app_threads_active{TARGET})"),
        Query(
            f"sum by (ID) (dbpool_pending_requests{{POOL,{APPLICATION}}})", "{{server}} waiting", dashed=True
        ),
    ),
    graph(
        "CPU of applications",
        """Cores that each application's process keeps busy. High while the pool is in use but the server idle: rows are
        worked on with the connection held; give it back first.""",
        "none",
        Query("sum by (ID) (rate(app_process_cpu_seconds_total{TARGET}[$__rate_interval]))"),
    ),
    graph(
        "Memory of applications",
        """Resident memory of each application's process. Growing beside its cache's entries: that is the cache. Growing
        without them: a leak, or results that are read as a whole.""",
        "bytes",
        Query("sum by (ID) (app_process_resident_memory_bytes{TARGET})"),
    ),
]
