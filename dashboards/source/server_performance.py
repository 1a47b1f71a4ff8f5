"""What the server does, and what it waits for."""

from expressions import cache_hit, or_zero
from panels import Query, falling, graph


def _rate(metric: str) -> str:
    return f"sum by (ID) (rate({metric}{{DATABASE}}[$__rate_interval]))"


def _io(metric: str, by: str) -> str:
    """A rate of pg_stat_io, which tells backend types, objects and contexts apart."""
    return f"sum by (ID, {by}) (rate(pg_stat_io_{metric}{{SERVER}}[$__rate_interval]))"


PERFORMANCE = [
    graph(
        "Transactions",
        """Transactions of the chosen databases per second, committed and rolled back. A fall with clients connected:
        see what they wait for. Each read outside a transaction block counts as a commit.""",
        "ops",
        Query(_rate("pg_stat_database_xact_commit_total"), "{{server}} committed"),
        Query(_rate("pg_stat_database_xact_rollback_total"), "{{server}} rolled back"),
    ),
    graph(
        "Rows read",
        """Rows per second: returned by scans, and fetched through indexes. Returned far above fetched: sequential
        scans, or indexes that find much and keep little. pg_stat_user_tables.seq_tup_read names the tables.""",
        "short",
        Query(_rate("pg_stat_database_tup_returned_total"), "{{server}} returned"),
        Query(_rate("pg_stat_database_tup_fetched_total"), "{{server}} fetched"),
    ),
    graph(
        "Rows written",
        """Rows inserted, updated and deleted per second. Each row updated or deleted is work for vacuum later, and
        each index makes an update dearer.""",
        "short",
        Query(_rate("pg_stat_database_tup_inserted_total"), "{{server}} inserted"),
        Query(_rate("pg_stat_database_tup_updated_total"), "{{server}} updated"),
        Query(_rate("pg_stat_database_tup_deleted_total"), "{{server}} deleted"),
    ),
    graph(
        "Cache hit ratio by database",
        """Blocks found in shared buffers, as a share of those asked for in each interval, not since the last reset; no
        line where nothing was read. Below 90 % for long: a scan that an index would spare, or shared_buffers too
        small. The operating system's cache is not seen here.""",
        "percentunit",
        Query(cache_hit("$__rate_interval", by="ID, datname"), "{{server}} {{datname}}"),
        limits=falling(0.9, 0.75),
        highest=1,
    ),
    graph(
        "Blocks read from outside shared buffers",
        """Blocks of 8 KiB per second that were not in shared buffers: from the operating system's cache or the disk.
        Rises with a fall of the cache hit ratio: find the statement in pg_stat_statements by shared_blks_read.""",
        "ops",
        Query(
            "sum by (ID, datname) (rate(pg_stat_database_blks_read_total{DATABASE}[$__rate_interval]))",
            "{{server}} {{datname}}",
        ),
    ),
    graph(
        "Time spent on blocks",
        """Seconds per second that backends waited for reads and writes of blocks: 1 is one backend that does nothing
        else. Rising with the same number of blocks: the disk got slower. Needs track_io_timing.""",
        "short",
        Query(_rate("pg_stat_database_blk_read_seconds_total"), "{{server}} reading"),
        Query(_rate("pg_stat_database_blk_write_seconds_total"), "{{server}} writing"),
    ),
    graph(
        "Sessions at work",
        """Seconds per second that sessions were active, or idle in a transaction: how many there were on average. More
        active ones than cores: they wait for each other. Added when a statement ends. PostgreSQL 14 and later.""",
        "short",
        Query(_rate("pg_stat_database_active_seconds_total"), "{{server}} active"),
        Query(_rate("pg_stat_database_idle_in_transaction_seconds_total"), "{{server}} idle in transaction"),
    ),
    graph(
        "Clients waiting, by kind",
        """Client backends that wait, by wait_event_type; 0 where none does. Client is idle and well. Lock: see the
        queue above. IO: the disk. LWLock: contention inside the server, often too many active sessions.""",
        "none",
        Query(
            or_zero(
                """sum by (ID, wait_event_type)
                (pg_stat_activity_waiting_backends{SERVER,backend_type="client backend"})""",
                "activity",
            ),
            "{{server}} {{wait_event_type}}",
        ),
        stacked=True,
    ),
    graph(
        "Other processes waiting, by kind",
        """Autovacuum workers, walsenders and other processes that wait, by wait_event_type. Activity is idle and well.
        Timeout in autovacuum workers: vacuum_cost_delay holds them back.""",
        "none",
        Query(
            """sum by (ID, backend_type, wait_event_type)
            (pg_stat_activity_waiting_backends{SERVER,backend_type!="client backend"})""",
            "{{server}} {{backend_type}} {{wait_event_type}}",
        ),
        stacked=True,
    ),
    graph(
        "Bytes read, by process and context",
        """What each type of process read from outside shared buffers, and in which context: bulkread is a large
        sequential scan, vacuum is vacuum. Shows who takes the disk. PostgreSQL 16 and later.""",
        "Bps",
        Query(_io("read_bytes_total", "backend_type, context"), "{{server}} {{backend_type}} {{context}}"),
        stacked=True,
    ),
    graph(
        "Bytes written, by process and context",
        """What each type of process wrote. Client backends that write much in the normal context do the background
        writer's work while a user waits: raise bgwriter_lru_maxpages. PostgreSQL 16 and later.""",
        "Bps",
        Query(_io("write_bytes_total", "backend_type, context"), "{{server}} {{backend_type}} {{context}}"),
        stacked=True,
    ),
    graph(
        "Bytes extended, by process and context",
        """What was added to the ends of relations: growth, before any of it is written. Far more than the rows
        inserted explain: dead rows that vacuum cannot remove. PostgreSQL 16 and later.""",
        "Bps",
        Query(_io("extend_bytes_total", "backend_type, context"), "{{server}} {{backend_type}} {{context}}"),
        stacked=True,
    ),
    graph(
        "Buffers evicted, by context",
        """Buffers per second that had to make room for others. Many in the normal context: shared_buffers is smaller
        than what is in use. PostgreSQL 16 and later.""",
        "ops",
        Query(_io("evictions_total", "context"), "{{server}} {{context}}"),
    ),
    graph(
        "I/O time, by process",
        """Seconds per second that each type of process spent on reading, writing, extending and syncing. Rising
        without more bytes: the disk got slower. PostgreSQL 16 and later; needs track_io_timing.""",
        "short",
        Query(_io("read_seconds_total", "backend_type"), "{{server}} {{backend_type}} read"),
        Query(_io("write_seconds_total", "backend_type"), "{{server}} {{backend_type}} write"),
        Query(_io("extend_seconds_total", "backend_type"), "{{server}} {{backend_type}} extend"),
        Query(_io("fsync_seconds_total", "backend_type"), "{{server}} {{backend_type}} sync"),
    ),
    graph(
        "Parallel workers",
        """Parallel workers per second that statements planned and got. Fewer got than planned: max_parallel_workers is
        used up, and statements are slower than their plans. PostgreSQL 18 and later.""",
        "ops",
        Query(_rate("pg_stat_database_parallel_workers_to_launch_total"), "{{server}} planned"),
        Query(_rate("pg_stat_database_parallel_workers_launched_total"), "{{server}} got"),
    ),
]
