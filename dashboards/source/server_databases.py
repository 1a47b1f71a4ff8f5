"""How large the databases are, and whether vacuum gets through."""

from expressions import or_zero
from panels import Column, Query, graph, rising, table

_WORKERS = 'sum by (ID) (pg_stat_activity_backends{SERVER,backend_type="autovacuum worker"})'

DATABASES = [
    graph(
        "Size of each database",
        """Bytes on disk of the chosen databases, WAL left out. Plan for the disk; a jump is a load, a new index, or a
        table rewritten.""",
        "bytes",
        Query("max by (ID, datname) (pg_database_size_bytes{DATABASE})", "{{server}} {{datname}}"),
        stacked=True,
    ),
    graph(
        "Growth of each database",
        """Bytes per second by which each database grew or shrank, over an hour. Growth without more rows is bloat: see
        "What holds vacuum back".""",
        "Bps",
        Query("max by (ID, datname) (deriv(pg_database_size_bytes{DATABASE}[1h]))", "{{server}} {{datname}}"),
    ),
    table(
        "Databases",
        """The chosen databases now; growth over the chosen time range. "Frozen at" is how much of
        autovacuum_freeze_max_age is used: at 100 % autovacuum begins by force, far above it does not get through.""",
        {"server": "Server", "datname": "Database"},
        Column("Size", "max by (ID, datname) (pg_database_size_bytes{DATABASE})", unit="bytes"),
        Column("Growth", "max by (ID, datname) (delta(pg_database_size_bytes{DATABASE}[$__range]))", unit="bytes"),
        Column(
            "Frozen at",
            "max by (ID, datname) (pg_database_datfrozenxid_freeze_max_age_ratio{DATABASE})",
            unit="percentunit",
            limits=rising(1.1, 1.25),
        ),
        Column("Connection limit", "max by (ID, datname) (pg_database_connection_limit{DATABASE})", unit="none"),
        sort_by="Size",
        width=8,
        height=8,
    ),
    graph(
        "Wraparound used by each database",
        """How much of the way to the point where PostgreSQL refuses writes is used up by transaction ids; template
        databases count too. From 50 %: vacuum does not get through. Look at "What holds vacuum back", then VACUUM
        (FREEZE) the oldest tables.""",
        "percentunit",
        Query("max by (ID, datname) (pg_database_datfrozenxid_wraparound_ratio{SERVER})", "{{server}} {{datname}}"),
        limits=rising(0.5, 0.75),
        width=12,
    ),
    graph(
        "Multixact wraparound used by each database",
        """The same for multixacts, which row locks shared by several transactions use up, as foreign keys do. From 50
        %: VACUUM (FREEZE) the oldest tables by mxid_age(relminmxid).""",
        "percentunit",
        Query("max by (ID, datname) (pg_database_datminmxid_wraparound_ratio{SERVER})", "{{server}} {{datname}}"),
        limits=rising(0.5, 0.75),
        width=12,
    ),
    graph(
        "Age against autovacuum_freeze_max_age",
        """The oldest unfrozen row of the server as a share of autovacuum_freeze_max_age, and of its counterpart for
        multixacts. At 100 % autovacuum begins by force, which is normal; 125 % for an hour: it does not get
        through.""",
        "percentunit",
        Query("max by (ID) (pg_database_datfrozenxid_freeze_max_age_ratio{SERVER})", "{{server}} transactions"),
        Query("max by (ID) (pg_database_datminmxid_freeze_max_age_ratio{SERVER})", "{{server}} multixacts"),
        limits=rising(1.1, 1.25),
        width=12,
    ),
    graph(
        "Autovacuum workers",
        """Autovacuum workers at work, and how many there may be. At the limit for half an hour: tables wait. Raise
        autovacuum_max_workers, and autovacuum_vacuum_cost_limit with it, since they share it.""",
        "none",
        Query(or_zero(_WORKERS, "activity"), "{{server}} at work"),
        Query('max by (ID) (pg_settings_number{SERVER,name="autovacuum_max_workers"})', "{{server}} limit"),
        width=12,
    ),
]
