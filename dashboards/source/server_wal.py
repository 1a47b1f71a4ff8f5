"""Checkpoints, WAL and archiving: what a crash would cost, and what fills the disk."""

from expressions import or_zero
from panels import Query, graph, rising


def _checkpointer(column: str) -> str:
    return f"sum by (ID) (rate(pg_stat_checkpointer_{column}_total{{SERVER}}[$__rate_interval]))"


def _counted(column: str) -> str:
    return f"sum by (ID) (increase(pg_stat_checkpointer_{column}_total{{SERVER}}[$__rate_interval]))"


def _wal(column: str) -> str:
    return f"sum by (ID) (rate(pg_stat_wal_{column}_total{{SERVER}}[$__rate_interval]))"


def _wal_time(what: str, in_io: str) -> str:
    """From pg_stat_wal, or since PostgreSQL 18 from pg_stat_io."""
    of_io = f'sum by (ID) (rate(pg_stat_io_{in_io}_seconds_total{{SERVER,object="wal"}}[$__rate_interval]))'
    return f"{_wal(what + '_seconds')} or on (ID) {of_io}"


# Written by whoever needed a buffer: pg_stat_bgwriter counts it until 16, pg_stat_io since.
_BY_BACKENDS = """
    sum by (ID) (rate(pg_stat_bgwriter_buffers_backend_total{SERVER}[$__rate_interval])) or on (ID) sum by (ID) (rate(
    pg_stat_io_writes_total{SERVER,object="relation",backend_type!~"checkpointer|background writer"}[$__rate_interval]))
"""

WAL = [
    graph(
        "Checkpoints",
        """Checkpoints in each interval: timed by checkpoint_timeout, or requested, mostly since max_wal_size was
        reached. More requested than timed under a steady load: raise max_wal_size. On standbys these are restartpoints,
        which PostgreSQL counts apart since 17.""",
        "none",
        Query(_counted("num_timed"), "{{server}} timed"),
        Query(_counted("num_requested"), "{{server}} requested"),
        Query(_counted("restartpoints_timed"), "{{server}} restartpoints timed"),
        Query(_counted("restartpoints_req"), "{{server}} restartpoints requested"),
    ),
    graph(
        "Time of checkpoints",
        """Seconds per second that the checkpointer wrote and synced. Writing most of the time is well: it spreads its
        work. Syncing for long: the disk cannot keep up, and everybody feels it.""",
        "percentunit",
        Query(_checkpointer("write_seconds"), "{{server}} write"),
        Query(_checkpointer("sync_seconds"), "{{server}} sync"),
    ),
    graph(
        "Buffers written, by whom",
        """Buffers per second, written by the checkpointer, by the background writer, and by those who needed the room.
        The last should be least: raise bgwriter_lru_maxpages, or shared_buffers.""",
        "ops",
        Query(_checkpointer("buffers_written"), "{{server}} checkpointer"),
        Query(
            "sum by (ID) (rate(pg_stat_bgwriter_buffers_clean_total{SERVER}[$__rate_interval]))",
            "{{server}} background writer",
        ),
        Query(_BY_BACKENDS, "{{server}} everybody else"),
        stacked=True,
    ),
    graph(
        "Background writer",
        """Buffers handed out per second, and how often the background writer stopped since it had written
        bgwriter_lru_maxpages. Stops all the time: raise that setting.""",
        "ops",
        Query(
            "sum by (ID) (rate(pg_stat_bgwriter_buffers_alloc_total{SERVER}[$__rate_interval]))",
            "{{server}} buffers handed out",
        ),
        Query(
            "sum by (ID) (rate(pg_stat_bgwriter_maxwritten_clean_total{SERVER}[$__rate_interval]))",
            "{{server}} stops",
        ),
    ),
    graph(
        "WAL rate",
        """WAL bytes per second: from pg_stat_wal since PostgreSQL 14, from the WAL position before. This is what
        standbys, the archive and the disk must take. A rise without more rows: full-page images.""",
        "Bps",
        Query(
            f"""{_wal("bytes")}
            or on (ID) clamp_min(max by (ID) (deriv(pg_wal_current_lsn_bytes{{SERVER}}[$__rate_interval])), 0)"""
        ),
    ),
    graph(
        "WAL position",
        """How much the WAL position of primaries moved per second. Differs from the rate of pg_stat_wal by what is
        padded when a segment is switched: much of that is archive_timeout on a quiet server.""",
        "Bps",
        Query(
            """clamp_min(max by (ID) (deriv(pg_wal_current_lsn_bytes{SERVER}[$__rate_interval])), 0)
            or on (ID) 0 * max by (ID) (pg_server_in_recovery{SERVER} == 1)"""
        ),
    ),
    graph(
        "WAL records and full-page images",
        """Records and full-page images per second. Images come after each checkpoint: too many of them means
        checkpoints too often. wal_compression makes them smaller. PostgreSQL 14 and later.""",
        "ops",
        Query(_wal("records"), "{{server}} records"),
        Query(_wal("fpi"), "{{server}} full-page images"),
    ),
    graph(
        "WAL buffers full",
        """How often per second somebody had to write WAL since the buffers were full. Steadily above 0: raise
        wal_buffers. PostgreSQL 14 and later.""",
        "ops",
        Query(_wal("buffers_full")),
        limits=rising(10, 100),
    ),
    graph(
        "Time on WAL",
        """Seconds per second spent on writing and syncing WAL: commits wait for it. Rising without more WAL: the disk
        got slower. PostgreSQL 14 and later; needs track_wal_io_timing.""",
        "short",
        Query(_wal_time("write", "write"), "{{server}} write"),
        Query(_wal_time("sync", "fsync"), "{{server}} sync"),
    ),
    graph(
        "WAL directory",
        """Bytes in pg_wal, and max_wal_size, about which it stays in a steady state. Far above for long: a slot, a
        failing archiver or wal_keep_size keeps WAL. Full, the server stops: look at slots and archiving below.""",
        "bytes",
        Query("max by (ID) (pg_wal_directory_bytes{SERVER})", "{{server}} used"),
        Query('max by (ID) (pg_settings_bytes{SERVER,name="max_wal_size"})', "{{server}} max_wal_size"),
        width=12,
    ),
    graph(
        "Archiving",
        """WAL files archived, and attempts that failed, in each interval. Any failure: the server's log has what
        archive_command said; until it works, pg_wal grows. Both 0 on standbys and where archiving is off.""",
        "none",
        Query(
            "sum by (ID) (increase(pg_stat_archiver_archived_total{SERVER}[$__rate_interval]))", "{{server}} archived"
        ),
        Query("sum by (ID) (increase(pg_stat_archiver_failed_total{SERVER}[$__rate_interval]))", "{{server}} failed"),
        limits=rising(1, 10),
        width=12,
    ),
    graph(
        "Waiting to be archived",
        """Finished WAL files that wait for the archiver; 0 where archiving is off. More than 10, or ever more:
        archiving fails or is slower than the WAL that is written. A restore would miss all of these.""",
        "none",
        Query("max by (ID) (pg_wal_archive_ready_files{SERVER})"),
        Query(
            '0 * max by (ID) (pg_settings_info{SERVER,name="archive_mode",setting="off"})',
            "{{server}} archiving is off",
        ),
        limits=rising(10, 100),
        width=12,
    ),
    graph(
        "Oldest file waiting to be archived",
        """How long the oldest finished WAL file has waited for the archiver, 0 where none does: how much a restore
        would lose at least. Minutes: see the server's log for what archive_command says.""",
        "s",
        Query(
            or_zero("time() - max by (ID) (pg_wal_archive_ready_oldest_timestamp_seconds{SERVER})", "archive_status")
        ),
        limits=rising(300, 3600),
        width=12,
    ),
]
