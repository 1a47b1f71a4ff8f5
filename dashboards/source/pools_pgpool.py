"""What only Pgpool-II tells."""

from expressions import share
from panels import Column, Query, graph, rising, table, timeline

_NODE = "ID, node_id"
_OF = "{{server}} node {{node_id}}"
_UP = {0: ("down", "red"), 1: ("up", "green")}
_ROLES = {0: ("agree", "green"), 1: ("differ", "red")}
_DESCRIBED = "node_id, hostname, port, role, status"
_INFO = f"max by (ID, {_DESCRIBED}) (pgpool_node_status{{TARGET}})"


def _of_node(metric: str) -> str:
    return f"max by ({_NODE}) (pgpool_node_{metric}{{TARGET}})"


def _described(metric: str) -> str:
    return f"{_INFO} * on ({_NODE}) group_left () {_of_node(metric)}"


PGPOOL = [
    table(
        "Pgpool-II: nodes",
        """One line for each server behind Pgpool-II, as it sees them. Down or in quarantine while the server works:
        attach it again with pcp_attach_node. waiting: it is up, and no client has come yet.""",
        {
            "server": "Pooler",
            "node_id": "Node",
            "hostname": "Host",
            "port": "Port",
            "role": "Role",
            "status": "Status",
        },
        Column("Up", _described("up"), states=_UP, width=70),
        Column("Weight", _described("load_balance_weight"), unit="percentunit"),
        Column("Roles", _described("role_mismatch"), states=_ROLES),
        sort_by="Up",
        ascending=True,
        height=6,
    ),
    timeline(
        "Pgpool-II: nodes up",
        """Whether Pgpool-II sends statements to each node. Red with the server's own page green: a health check failed
        once and took it out. Look at its log, then attach the node again.""",
        _UP,
        Query(_of_node("up"), _OF),
    ),
    timeline(
        "Pgpool-II: roles",
        """Whether Pgpool-II and the server agree about who is primary. They differ: writes go to a standby and fail, or
        there are two primaries. Find out which is right before anything else. Pgpool-II 4.3 and later.""",
        _ROLES,
        Query(_of_node("role_mismatch"), _OF),
    ),
    graph(
        "Pgpool-II: replication lag in bytes",
        """How far each standby is behind, as Pgpool-II measured it; above delay_threshold it sends reads to the
        primary. Growing: look at the standby's replay. No line where it measures time instead.""",
        "bytes",
        Query(_of_node("replication_lag_bytes"), _OF),
    ),
    graph(
        "Pgpool-II: replication lag in time",
        """The same where delay_threshold_by_time is set. Above it, reads go to the primary, which then has the load of
        all. Above 10 s: look at the standby's replay and disk.""",
        "s",
        Query(_of_node("replication_lag_seconds"), _OF),
        limits=rising(5, 10),
    ),
    graph(
        "Pgpool-II: statements by node",
        """Statements sent to each node by kind. Reads only at the primary: load balancing is off, the standbys lag, or
        they come inside transactions that wrote.""",
        "ops",
        Query(
            "sum by (ID, node_id, kind) (rate(pgpool_node_statements_total{TARGET}[$__rate_interval])) > 0",
            _OF + " {{kind}}",
        ),
    ),
    graph(
        "Pgpool-II: errors of nodes",
        """Messages of severity ERROR, FATAL and PANIC that each node answered with, each second. FATAL or PANIC:
        connections break; see the server's log. ERROR only: an application's statement is wrong.""",
        "ops",
        Query(
            "sum by (ID, node_id, severity) (rate(pgpool_node_messages_total{TARGET}[$__rate_interval]))",
            _OF + " {{severity}}",
        ),
    ),
    graph(
        "Pgpool-II: health checks",
        """Health checks that failed, and retries, in each interval. Failures that recover: a timeout that is too short,
        or a network that loses packets; the next one may cost the node. No line where health checks are off.""",
        "none",
        Query(
            'sum by (ID, node_id) (increase(pgpool_health_checks_total{TARGET,result="fail"}[$__rate_interval]))',
            _OF + " failed",
        ),
        Query(
            "sum by (ID, node_id) (increase(pgpool_health_check_retries_total{TARGET}[$__rate_interval]))",
            _OF + " tried again",
            dashed=True,
        ),
        limits=rising(1, 3),
    ),
    graph(
        "Pgpool-II: time of a health check",
        """How long health checks take since Pgpool-II was started: the shortest, the mean, the longest. The longest
        near health_check_timeout: raise that before it takes a healthy node out.""",
        "s",
        Query("max by (ID, node_id, stat) (pgpool_health_check_duration_seconds{TARGET})", _OF + " {{stat}}"),
    ),
    graph(
        "Pgpool-II: last successful health check",
        """How long before its last health check each node last passed one: 0 where the last one passed. Longer than
        health_check_period and its retries: the node is about to be taken out, or was.""",
        "s",
        Query(
            f"max by ({_NODE}) (pgpool_health_check_last_success_age_seconds{{TARGET}})",
            _OF,
        ),
        limits=rising(60, 300),
    ),
    graph(
        "Pgpool-II: processes by state",
        """Its processes, each of which serves one client. None in wait_for_connection: the next client queues unseen in
        the kernel. Raise num_init_children, and the server's places with it. Pgpool-II 4.3 and later.""",
        "none",
        Query("sum by (ID, state) (pgpool_frontend_processes{TARGET})", "{{server}} {{state}}"),
        stacked=True,
    ),
    graph(
        "Pgpool-II: query cache hits",
        """Reads answered out of the query cache, as a share of all reads; no line where nothing was read or the cache
        is off. Below half: it costs more than it saves; switch it off, or cache fewer tables.""",
        "percentunit",
        Query(
            share(
                "rate(pgpool_query_cache_hits_total{TARGET}[$__rate_interval])",
                """rate(pgpool_query_cache_hits_total{TARGET}[$__rate_interval])
                + rate(pgpool_query_cache_misses_total{TARGET}[$__rate_interval])""",
            )
        ),
        highest=1,
    ),
    graph(
        "Pgpool-II: room of the query cache",
        """What is free in the query cache, and what is lost in fragments. Nothing free with many fragments: it throws
        out what it just stored; raise memqcache_total_size, or cache smaller results.""",
        "bytes",
        Query("max by (ID) (pgpool_query_cache_free_bytes{TARGET})", "{{server}} free"),
        Query("max by (ID) (pgpool_query_cache_fragment_bytes{TARGET})", "{{server}} fragments", dashed=True),
        width=12,
    ),
    graph(
        "Pgpool-II: entries of the query cache",
        """Results that the query cache holds. Falling to nothing again and again: a table that is written all the time
        empties it; leave that table out.""",
        "none",
        Query("max by (ID) (pgpool_query_cache_entries{TARGET})"),
        width=12,
    ),
]
