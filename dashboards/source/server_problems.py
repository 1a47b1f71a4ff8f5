"""What hurts somebody: old transactions, locks, spills, broken pages."""

from expressions import OLDEST_TRANSACTION, or_zero, share
from panels import Query, graph, rising

_CONFLICTS = "pg_stat_database_conflicts_confl"

PROBLEMS = [
    graph(
        "Oldest transaction, query, idle in transaction",
        """Age of the oldest of each, among clients; 0 where there is none. An old transaction keeps vacuum from
        removing rows, an idle one may hold locks too. Find it in pg_stat_activity, ask its owner, then
        pg_terminate_backend(); idle_in_transaction_session_timeout prevents it.""",
        "s",
        Query(OLDEST_TRANSACTION, "{{server}} transaction"),
        Query(
            or_zero("max by (ID) (pg_stat_activity_oldest_query_age_seconds{SERVER})", "transactions"),
            "{{server}} query",
        ),
        Query(
            or_zero("max by (ID) (pg_stat_activity_oldest_idle_in_transaction_age_seconds{SERVER})", "transactions"),
            "{{server}} idle in transaction",
        ),
        limits=rising(300, 3600),
    ),
    graph(
        "Sessions idle in transaction",
        """Clients that began a transaction and say nothing. Always some: an application that waits for others inside
        its transactions. Rising: it will hold locks, and vacuum, up.""",
        "none",
        Query(or_zero('sum by (ID) (pg_stat_activity_connections{SERVER,state=~"idle in transaction.*"})', "activity")),
        limits=rising(10, 50),
    ),
    graph(
        "Prepared transactions",
        """Transactions prepared for two-phase commit, and the age of the oldest; 0 where there are none. One that is
        older than minutes was forgotten by its coordinator: it holds locks and vacuum until COMMIT PREPARED or
        ROLLBACK PREPARED.""",
        "none",
        Query(
            or_zero("sum by (ID) (pg_prepared_xacts_transactions{SERVER})", "prepared_transactions"),
            "{{server}} prepared",
        ),
    ),
    graph(
        "Oldest prepared transaction",
        """Age of the oldest transaction prepared for two-phase commit, 0 where there is none. SELECT gid FROM
        pg_prepared_xacts ORDER BY prepared names it.""",
        "s",
        Query(
            or_zero("max by (ID) (pg_prepared_xacts_oldest_age_seconds{SERVER})", "prepared_transactions"),
        ),
        limits=rising(300, 3600),
    ),
    graph(
        "What holds vacuum back",
        """How many transactions ago the oldest snapshot of each kind was taken: rows deleted since stay. The highest
        line is the culprit: a session, a prepared transaction, a slot, or a standby with hot_standby_feedback.""",
        "short",
        Query(
            or_zero("max by (ID) (pg_stat_activity_oldest_backend_xmin_age_xids{SERVER})", "transactions"),
            "{{server}} session",
        ),
        Query(
            or_zero("max by (ID) (pg_prepared_xacts_oldest_age_xids{SERVER})", "prepared_transactions"),
            "{{server}} prepared transaction",
        ),
        Query(
            or_zero("max by (ID) (pg_replication_slots_xmin_age_xids{SERVER})", "replication_slots"),
            "{{server}} slot",
        ),
        Query(
            or_zero("max by (ID) (pg_replication_slots_catalog_xmin_age_xids{SERVER})", "replication_slots"),
            "{{server}} logical slot (catalogs)",
        ),
        Query(
            or_zero("max by (ID) (pg_stat_replication_backend_xmin_age_xids{SERVER})", "replication"),
            "{{server}} standby",
        ),
    ),
    graph(
        "Sessions waiting for a lock now",
        """Server processes in a queue for a lock. More than a few: SELECT pid, pg_blocking_pids(pid) FROM
        pg_stat_activity WHERE wait_event_type = 'Lock' leads to the first in the queue.""",
        "none",
        Query("max by (ID) (pg_locks_waiting_backends{SERVER})"),
        limits=rising(5, 20),
    ),
    graph(
        "Longest wait for a lock",
        """How long the session that waits longest has waited, 0 where nobody waits. Above 30 s somebody notices: end
        the blocker or cancel the waiter; give migrations a lock_timeout. PostgreSQL 14 and later.""",
        "s",
        Query(or_zero("max by (ID) (pg_locks_oldest_wait_age_seconds{SERVER})", "locks")),
        limits=rising(10, 30),
    ),
    graph(
        "Locks waited for",
        """What sessions wait for, by kind of object and mode; 0 where nobody waits. AccessExclusiveLock on a relation:
        DDL waits, and everybody behind it. transactionid: two sessions change the same row.""",
        "none",
        Query(
            or_zero("sum by (ID, locktype, mode) (pg_locks_waiting{SERVER})", "locks"),
            "{{server}} {{locktype}} {{mode}}",
        ),
        stacked=True,
    ),
    graph(
        "Locks held",
        """Locks held in the chosen databases, by mode. AccessExclusiveLock for longer than a moment shuts readers out
        of a table; a steady rise is a transaction that touches ever more tables.""",
        "none",
        Query(or_zero("sum by (ID, mode) (pg_locks_held{DATABASE})", "locks"), "{{server}} {{mode}}"),
        stacked=True,
    ),
    graph(
        "Lock table",
        """How full the shared lock table is. When it is full, statements fail with "out of shared memory". From 70 %:
        transactions that touch thousands of tables or partitions, or a larger max_locks_per_transaction.""",
        "percentunit",
        Query("max by (ID) (pg_locks_table_entries{SERVER}) / (max by (ID) (pg_locks_table_capacity{SERVER}) > 0)"),
        limits=rising(0.7, 0.9),
    ),
    graph(
        "Deadlocks",
        """Deadlocks in each interval; one of the sessions got an error each time. Now and then is a retry; steadily is
        an application that locks the same rows in different orders: the server's log has both statements.""",
        "none",
        Query(
            "sum by (ID, datname) (increase(pg_stat_database_deadlocks_total{DATABASE}[$__rate_interval]))",
            "{{server}} {{datname}}",
        ),
        limits=rising(1, 5),
    ),
    graph(
        "Conflicts with recovery",
        """Queries on a standby that were cancelled since replay could not wait for them, in each interval and by
        reason; always 0 on a primary. Snapshot: set hot_standby_feedback or a longer max_standby_streaming_delay, or
        move the query.""",
        "none",
        *(
            Query(
                f"sum by (ID) (increase({_CONFLICTS}_{reason}_total{{DATABASE}}[$__rate_interval]))",
                f"{{{{server}}}} {reason}",
            )
            for reason in ("tablespace", "lock", "snapshot", "bufferpin", "deadlock", "active_logicalslot")
        ),
        limits=rising(1, 10),
    ),
    graph(
        "Rollbacks",
        """Transactions rolled back, as a share of all; no line where nothing ended. A sudden rise is an application
        that fails: its log, or the server's, has the error. Some frameworks roll back every read.""",
        "percentunit",
        Query(
            share(
                "rate(pg_stat_database_xact_rollback_total{DATABASE}[$__rate_interval])",
                """rate(pg_stat_database_xact_rollback_total{DATABASE}[$__rate_interval])
                + rate(pg_stat_database_xact_commit_total{DATABASE}[$__rate_interval])""",
                by="ID, datname",
            ),
            "{{server}} {{datname}}",
        ),
        limits=rising(0.1, 0.5),
        highest=1,
        width=12,
    ),
    graph(
        "Temporary files",
        """Bytes per second that statements wrote to temporary files, since their sorts and hashes did not fit into
        work_mem. Steadily above 50 MB/s: log_temp_files = 0 names the statements; an index or more work_mem for that
        role mends it.""",
        "Bps",
        Query(
            "sum by (ID, datname) (rate(pg_stat_database_temp_bytes_total{DATABASE}[$__rate_interval]))",
            "{{server}} {{datname}}",
        ),
        limits=rising(10e6, 50e6),
        width=12,
    ),
    graph(
        "Temporary files made",
        """Temporary files made per second. Many small ones: work_mem is only a little too small for a common
        statement.""",
        "ops",
        Query(
            "sum by (ID, datname) (rate(pg_stat_database_temp_files_total{DATABASE}[$__rate_interval]))",
            "{{server}} {{datname}}",
        ),
        width=12,
    ),
    graph(
        "Broken pages",
        """Pages read in each interval whose checksum was wrong; no line where checksums are off. Above 0: storage
        damaged data. Stop writing, take the standby, and restore what is broken; never ignore it.""",
        "none",
        Query("sum by (ID) (increase(pg_stat_database_checksum_failures_total{SERVER}[$__rate_interval]))"),
        limits=[(None, "green"), (1, "red")],
        width=12,
    ),
]
