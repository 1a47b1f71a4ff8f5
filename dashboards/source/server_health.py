"""Is it there, who is connected, and how near is the limit?"""

from expressions import CONNECTIONS, CONNECTIONS_USED, FIRING, PLACES, POLL_AGE, ROLE, or_zero
from overview import ROLES, UP
from panels import COUNTED, Query, graph, rising, stat, timeline

HEALTH = [
    stat(
        "Up",
        """Whether the server answered pgvigil's session in the latest poll. Down: see why under "Failed connections by
        reason", then the server's own log.""",
        "none",
        Query("max by (ID) (pg_up{SERVER})"),
        states=UP,
        width=3,
    ),
    stat(
        "New clients",
        """Whether the latest fresh connection was let in, tried once a minute. Refused while the server is up: no
        connection is free, or its password, pg_hba.conf or certificate changed.""",
        "none",
        Query("max by (ID) (pg_connect_success{SERVER})"),
        states={0: ("refused", "red"), 1: ("let in", "green")},
        width=3,
    ),
    stat(
        "Role now",
        """Primary, standby, or no answer. If it is not what you expect, there was a failover: look at the marks on the
        time axis.""",
        "none",
        Query(ROLE),
        states=ROLES,
        width=3,
    ),
    stat(
        "Version",
        """The PostgreSQL that runs, as it calls itself. An old minor version: the release notes say which faults it
        still has.""",
        "none",
        Query("max by (ID, version) (pg_server_info{SERVER})", "{{version}}"),
        limits=COUNTED,
        names=True,
        width=3,
    ),
    stat(
        "Up for",
        """Time since the postmaster was started. Short and unexpected: somebody restarted it, or the machine did. A
        crash that PostgreSQL recovered from by itself leaves it as it is, and is marked on the time axis.""",
        "s",
        Query("time() - max by (ID) (pg_server_start_timestamp_seconds{SERVER})"),
        limits=[(None, "orange"), (3600, "green")],
        width=3,
    ),
    stat(
        "Age of the data",
        """How long ago the server was last polled. Everything below is at least this old. Above two intervals (30 s):
        the server is down or slow, or Prometheus does not reach pgvigil.""",
        "s",
        Query(POLL_AGE),
        limits=rising(45, 120),
        width=3,
    ),
    stat(
        "Alerts firing",
        """Alerts of pgvigil's rules that fire for this server, its cluster, or pgvigil itself. The overview lists
        them; each has a runbook.""",
        "none",
        Query(f"count({FIRING}) or 0 * count(pg_up{{SERVER}})", "firing"),
        limits=rising(1, 5),
        width=3,
    ),
    stat(
        "Waiting for a restart",
        """Settings that were changed and take effect only at the next restart. Above 0: SELECT name FROM pg_settings
        WHERE pending_restart, then plan one, or take the change back.""",
        "none",
        Query("max by (ID) (pg_settings_pending_restart{SERVER})"),
        limits=rising(1, 10),
        width=3,
    ),
    timeline(
        "Role",
        """Primary, standby or no answer, over time. Two primaries of one cluster at one time: find out at once which
        one the applications write to.""",
        ROLES,
        Query(ROLE),
        width=24,
    ),
    graph(
        "Connections against the limit",
        """Client connections without pgvigil's, and the places there are: max_connections without those kept for
        superusers. When the lines meet, clients are refused. Find the application that grew beside this.""",
        "none",
        Query(or_zero(CONNECTIONS, "activity"), "{{server}} used"),
        Query(PLACES, "{{server}} limit"),
    ),
    graph(
        "Connections used",
        """The same as a share. From 80 %: put a pool in front of the application that opens most, or make its pool
        smaller; raising max_connections costs memory and a restart.""",
        "percentunit",
        Query(CONNECTIONS_USED),
        limits=rising(0.8, 0.9),
    ),
    graph(
        "Connections by state",
        """What client connections do. Many idle: pools larger than needed. Many active for long: slow statements or a
        busy machine. Idle in transaction: an application that forgets to commit.""",
        "none",
        Query(or_zero("sum by (ID, state) (pg_stat_activity_connections{SERVER})", "activity"), "{{server}} {{state}}"),
        stacked=True,
    ),
    graph(
        "Connections by application",
        """Client connections by application_name: the 50 largest, the rest as "other". Names the one that grew.
        Nameless ones should set application_name in their connection string.""",
        "none",
        Query(
            or_zero("sum by (ID, application_name) (pg_stat_activity_application_connections{SERVER})", "activity"),
            "{{server}} {{application_name}}",
        ),
        stacked=True,
    ),
    graph(
        "Connections by database",
        """Client connections to the chosen databases. A database with a connection limit of its own refuses clients
        when its line reaches it.""",
        "none",
        Query(
            or_zero("sum by (ID, datname) (pg_stat_activity_connections{DATABASE})", "activity"),
            "{{server}} {{datname}}",
        ),
        Query("max by (ID, datname) (pg_database_connection_limit{DATABASE})", "{{server}} {{datname}} limit"),
    ),
    graph(
        "Processes by type",
        """Server processes of every kind, without pgvigil's. Autovacuum workers at their limit for hours, or parallel
        workers that take every core, show here.""",
        "none",
        Query("sum by (ID, backend_type) (pg_stat_activity_backends{SERVER})", "{{server}} {{backend_type}}"),
        stacked=True,
    ),
    graph(
        "Time to connect",
        """How long pgvigil's latest fresh connection took, authentication included. Above 100 ms: every application
        without a pool pays it too. Look at DNS, TLS, the authentication method, and at a machine short of CPU.""",
        "s",
        Query("max by (ID) (pg_connect_duration_seconds{SERVER})"),
        limits=rising(0.1, 1),
    ),
    graph(
        "Failed connections by reason",
        """pgvigil's connection attempts that failed in each interval, by reason; one line at 0 where none did.
        Refused: nothing listens. Timeout, unreachable: network. Too many connections: see the limit above.""",
        "none",
        Query(
            """sum by (ID, reason) (increase(pg_connect_failures_total{SERVER}[$__rate_interval])) > 0
            or on (ID) sum by (ID) (increase(pg_connect_failures_total{SERVER}[$__rate_interval]))""",
            "{{server}} {{reason}}",
        ),
        limits=rising(1, 5),
    ),
    graph(
        "Sessions that ended badly",
        """Sessions that lost their client (abandoned), ended by a fatal error, or were ended by an operator (killed),
        in each interval. Abandoned: clients that crash, or a network that drops idle connections. PostgreSQL 14 and
        later.""",
        "none",
        Query(
            "sum by (ID) (increase(pg_stat_database_sessions_abandoned_total{DATABASE}[$__rate_interval]))",
            "{{server}} abandoned",
        ),
        Query(
            "sum by (ID) (increase(pg_stat_database_sessions_fatal_total{DATABASE}[$__rate_interval]))",
            "{{server}} fatal",
        ),
        Query(
            "sum by (ID) (increase(pg_stat_database_sessions_killed_total{DATABASE}[$__rate_interval]))",
            "{{server}} killed",
        ),
    ),
]
