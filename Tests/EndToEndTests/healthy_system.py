"""A healthy system as a unit test of Prometheus rules: idle and at work for hours, with what a long life leaves.

A primary (PostgreSQL 18, archiving, a standby with a slot), its standby, and a server alone (PostgreSQL 13). Each has
something that a careless rule would take for a fault: counters that are not zero, files of a former role, a backup that
streams for an hour, settings that do not exist there, probes of little effort for comparison, searches that pause.
In front of the cluster a PgBouncer at work, one that nobody uses, a Pgpool-II, an Odyssey, and applications with pools.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

STEP = 15
SAMPLES = 6 * 240  # Six hours.

Series = tuple[str, str]


def unit_test(rule_files: Sequence[Path], alerts: Sequence[str], extra: Sequence[Series] = ()) -> dict:
    """For promtool: every alert by its name at the end, and none, not even a pending one, at any time.

    `extra` takes the place of series with the same name and labels.
    """
    series = dict(_system()) | dict(extra)
    end = f"{SAMPLES * STEP}s"
    return {
        "rule_files": [str(file) for file in rule_files],
        "evaluation_interval": f"{STEP}s",
        "tests": [
            {
                "interval": f"{STEP}s",
                "input_series": [{"series": name, "values": values} for name, values in series.items()],
                "alert_rule_test": [{"eval_time": end, "alertname": name, "exp_alerts": []} for name in alerts],
                "promql_expr_test": [
                    {"expr": f"count by (alertname) (count_over_time(ALERTS[{end}]))", "eval_time": end}
                ],
            }
        ],
    }


def series_of(server: str, metric: str, **labels: str) -> str:
    """As promtool writes it. The servers of the cluster have labels of their own that differ."""
    own = {
        "primary": {"server": "primary", "pg_cluster": "orders", "zone": "a"},
        "standby": {"server": "standby", "pg_cluster": "orders", "zone": "b"},
        "alone": {"server": "alone"},
        "bouncer": {"server": "bouncer", "pg_cluster": "orders", "zone": "a"},
        "spare": {"server": "spare", "pg_cluster": "orders", "zone": "b"},
        "pgpool": {"server": "pgpool"},
        "odyssey": {"server": "odyssey"},
        "web": {"server": "web", "pg_cluster": "orders", "team": "shop"},
        "reports": {"server": "reports"},
        "": {},
    }[server]
    pairs = {"job": "pgvigil", "instance": "localhost:9187", **own, **labels}
    return metric + "{" + ",".join(f'{name}="{value}"' for name, value in pairs.items()) + "}"


# Values


def _still(value: float) -> str:
    return f"{value}x{SAMPLES}"


def _rising(start: float, step: float) -> str:
    return f"{start}+{step}x{SAMPLES}"


def _again(pattern: str) -> str:
    """A pattern of one sample or more, until the end."""
    return " ".join([pattern] * (SAMPLES // len(pattern.split()) + 1))


def _stairs(seconds: int, height: float) -> str:
    """Rises at once by a height each so many seconds."""
    flat = seconds // STEP
    return " ".join(f"{height * number}x{flat - 1}" for number in range(SAMPLES // flat + 1))


# Series


def _system() -> Iterator[Series]:
    yield series_of("", "up"), _still(1)
    yield series_of("", "pgvigil_settings_reload_success"), _still(1)
    for server in ("primary", "standby", "alone"):
        for part in (_state, _clients, _databases, _locks, _wal, _archiving, _watcher, _probes, _vectors):
            for metric, labels, values in part(server):
                yield series_of(server, metric, **labels), values
    for metric, labels, values in _replication_of_primary():
        yield series_of("primary", metric, **labels), values
    for metric, labels, values in _replication_of_standby():
        yield series_of("standby", metric, **labels), values
    for pools, part in POOLS.items():
        for metric, labels, values in part():
            yield series_of(pools, metric, **labels), values


Parts = Iterator[tuple[str, dict[str, str], str]]


def _state(server: str) -> Parts:
    yield "pg_up", {}, _still(1)
    yield "pg_connect_success", {}, _still(1)
    yield "pg_connect_failures_total", {"reason": "refused"}, _still(3)
    yield "pg_server_in_recovery", {}, _still(int(server == "standby"))
    yield "pg_server_start_timestamp_seconds", {}, _still(-864000)
    yield "pg_server_last_crash_recovery_timestamp_seconds", {}, _still(-400000)
    yield "pg_server_clock_offset_seconds", {}, _still(0.004)
    yield "pg_settings_pending_restart", {}, _still(0)


def _clients(server: str) -> Parts:
    yield "pg_settings_number", {"name": "max_connections"}, _still(100)
    yield "pg_settings_number", {"name": "superuser_reserved_connections"}, _still(3)
    yield "pg_settings_number", {"name": "autovacuum_max_workers"}, _still(3)
    if server != "alone":
        yield "pg_settings_number", {"name": "reserved_connections"}, _still(0)
    group = {"datname": "orders", "usename": "app"}
    for state, count in (("idle", 12), ("active", 4), ("idle in transaction", 1)):
        yield "pg_stat_activity_connections", {**group, "state": state}, _still(count)
    yield "pg_stat_activity_backends", {"backend_type": "client backend"}, _still(17)
    yield "pg_stat_activity_backends", {"backend_type": "autovacuum worker"}, _again("1 3 stale" + " _" * 17)
    yield "pg_stat_activity_oldest_transaction_age_seconds", group, _again("0 60 1 0.2")
    yield "pg_stat_activity_oldest_query_age_seconds", group, _again("0 60 1 0.2")
    yield "pg_stat_activity_oldest_idle_in_transaction_age_seconds", group, _again("0.1 1 stale")
    yield "pg_prepared_xacts_oldest_age_seconds", {"datname": "orders"}, _again("0.3 stale _")


def _databases(server: str) -> Parts:
    for datname, busy in (("orders", server == "primary"), ("template1", False)):
        labels = {"datname": datname}
        yield "pg_stat_database_xact_commit_total", labels, _rising(100000, 3000 if busy else 1)
        yield "pg_stat_database_xact_rollback_total", labels, _rising(90000, 20 if busy else 3)
        yield "pg_stat_database_blks_hit_total", labels, _rising(1000000, 300000 if busy else 3)
        yield "pg_stat_database_blks_read_total", labels, _rising(5000000, 20000 if busy else 1)
        yield "pg_stat_database_temp_bytes_total", labels, _rising(1e12, 1e6 if busy else 0)
        yield "pg_stat_database_deadlocks_total", labels, _still(12)
        yield "pg_stat_database_conflicts_total", labels, _still(700)
        yield "pg_stat_database_checksum_failures_total", labels, _still(2 if server == "alone" else 0)
        yield "pg_database_datfrozenxid_freeze_max_age_ratio", labels, _rising(0.6, 0.0002)
        yield "pg_database_datfrozenxid_wraparound_ratio", labels, _rising(0.056, 0.00002)
        yield "pg_database_datminmxid_freeze_max_age_ratio", labels, _still(0.01)
        yield "pg_database_datminmxid_wraparound_ratio", labels, _still(0.002)


def _locks(server: str) -> Parts:
    yield "pg_locks_waiting_backends", {}, _again("0 0 1 0")
    if server != "alone":
        yield "pg_locks_oldest_wait_age_seconds", {}, _again("_ _ 0.2 stale")
    yield "pg_locks_table_entries", {}, _still(20)
    yield "pg_locks_table_capacity", {}, _still(6400)


def _wal(server: str) -> Parts:
    yield "pg_stat_checkpointer_num_timed_total", {}, _stairs(300, 1)
    yield "pg_stat_checkpointer_num_requested_total", {}, _stairs(3600, 2)
    yield "pg_wal_directory_bytes", {}, _still(1.2 * 2**30)
    yield "pg_settings_bytes", {"name": "max_wal_size"}, _still(2**30)
    yield "pg_settings_bytes", {"name": "shared_buffers"}, _still(2**30)
    yield "pg_settings_bytes", {"name": "wal_keep_size"}, _still(0)
    if server != "standby":
        yield "pg_wal_current_lsn_bytes", {}, _rising(1e12, 200000 if server == "primary" else 8)


def _archiving(server: str) -> Parts:
    yield "pg_settings_info", {"name": "archive_mode", "setting": "off" if server == "alone" else "on"}, _still(1)
    yield "pg_settings_seconds", {"name": "archive_timeout"}, _still(300)
    yield "pg_stat_archiver_failed_total", {}, _still(5)
    yield "pg_stat_archiver_last_failed_timestamp_seconds", {}, _still(-9000)
    archived = _stairs(300, 300) if server == "primary" else _still(-950000)
    yield "pg_stat_archiver_last_archived_timestamp_seconds", {}, archived
    if server == "primary":
        yield "pg_wal_archive_ready_files", {}, _again("0 0 0 2")
    if server == "standby":
        yield "pg_wal_archive_ready_files", {}, _still(12)
        yield "pg_wal_archive_ready_oldest_timestamp_seconds", {}, _still(-9000)


def _replication_of_primary() -> Parts:
    standby = {"application_name": "standby", "client_addr": "192.0.2.2", "slot_name": "standby"}
    streams = {"state": "streaming", "sync_state": "async"}
    yield "pg_stat_replication_senders", {**standby, **streams}, _still(1)
    backup = {"application_name": "pg_basebackup", "client_addr": "192.0.2.9"}
    yield "pg_stat_replication_senders", {**backup, **streams}, f"_x480 1x240 stale _x{SAMPLES - 721}"
    yield "pg_stat_replication_replay_lag_bytes", standby, _again("0 4096 0 80000000")
    slot = {"slot_name": "standby", "slot_type": "physical"}
    yield "pg_replication_slots_active", slot, _still(1)
    yield "pg_replication_slots_temporary", slot, _still(0)
    yield "pg_replication_slots_retained_bytes", slot, _again("4096 90000000")
    yield "pg_replication_slots_safe_wal_size_bytes", slot, _still(10 * 2**30)
    for status in ("reserved", "extended", "unreserved", "lost"):
        yield "pg_replication_slots_wal_status", {**slot, "wal_status": status}, _still(int(status == "reserved"))


def _replication_of_standby() -> Parts:
    # Nothing to replay for hours, and each ten minutes a first commit after the silence.
    yield "pg_recovery_lag_seconds", {}, _again("0 " * 39 + "600")
    for metric in ("pg_recovery_receive_lsn_bytes", "pg_recovery_replay_lsn_bytes"):
        yield metric, {}, _rising(1e12, 200000)
    yield "pg_stat_wal_receiver_last_msg_receipt_timestamp_seconds", {}, _rising(0, STEP)
    yield "pg_stat_wal_receiver_streaming", {}, _still(1)
    yield "pg_settings_seconds", {"name": "recovery_min_apply_delay"}, _still(0)
    synced = {"slot_name": "subscriber", "slot_type": "logical", "datname": "orders"}
    yield "pg_replication_slots_active", synced, _still(0)
    yield "pg_replication_slots_synced", synced, _still(1)
    yield "pg_replication_slots_temporary", synced, _still(0)
    yield "pg_replication_slots_retained_bytes", synced, _rising(1e8, 1e5)


def _watcher(server: str) -> Parts:
    yield "pgvigil_poll_interval_seconds", {}, _still(STEP)
    yield "pgvigil_poll_duration_seconds", {}, _again("0.05 " * 19 + "9.5")
    yield "pgvigil_poll_skips_total", {}, _still(2)
    yield "pgvigil_threads_stuck", {}, _still(0)
    for collector, seconds in (("locks", STEP), ("wraparound", 60), ("wal_directory", 300)):
        labels = {"collector": collector}
        yield "pgvigil_collector_success", labels, _still(1)
        yield "pgvigil_collector_interval_seconds", labels, _still(seconds)
        yield "pgvigil_collector_last_success_timestamp_seconds", labels, _stairs(seconds, seconds)
        yield "pgvigil_series_dropped_total", labels, _still(700 if server == "alone" else 0)


# Every how many ticks each variant runs. Of little effort is the second on purpose.
VARIANTS = {"default": 1, "ef10": 4, "cold": 40}
PROBE = {"probe": "docs"}
COLUMN = {"datname": "orders", "schemaname": "public", "relname": "docs", "attname": "embedding"}
INDEX = {"datname": "orders", "schemaname": "public", "relname": "docs", "indexrelname": "docs_embedding_idx"}


def _probes(server: str) -> Parts:
    """Of a table of 200,000 rows; alone, of one so small that it is scanned rightly, and has no objective."""
    if server == "standby":
        yield "pg_probe_interval_seconds", PROBE, _still(STEP)
        yield "pg_probe_timeout_seconds", PROBE, _still(5)
        yield "pg_probe_skipped_total", {**PROBE, "reason": "role"}, _rising(0, 1)
        yield "pg_probe_ground_truth_skipped_total", {**PROBE, "reason": "role"}, _stairs(300, 1)
        return
    small = server == "alone"
    searched = {"operator": "<=>", "access_method": "hnsw", "k": "10", "source": "table", "kind": "search"}
    yield "pg_probe_info", {**PROBE, **COLUMN, **searched}, _still(1)
    yield "pg_probe_interval_seconds", PROBE, _still(STEP)
    yield "pg_probe_timeout_seconds", PROBE, _still(5)
    for match, count in (("usable", 1), ("operator", 1), ("invalid", 0)):
        yield "pg_probe_index_candidates", {**PROBE, "match": match}, _still(count)
    for reason in ("overrun", "budget", "connections", "unresolved"):
        yield "pg_probe_skipped_total", {**PROBE, "reason": reason}, _still(9)
    yield "pg_probe_skipped_total", {**PROBE, "reason": "blackout"}, f"0x480 0+1x240 240x{SAMPLES - 721}"
    yield "pg_probe_sentinel_sample_ratio", PROBE, _still(1 if small else 0.01)
    if not small:
        yield "pg_probe_objective_median_seconds", PROBE, _still(0.01)
        yield "pg_probe_objective_p95_seconds", PROBE, _still(0.05)
        yield "pg_probe_objective_recall_ratio", PROBE, _still(0.95)
    for variant, every in VARIANTS.items():
        yield from _variant({**PROBE, "variant": variant}, every, small)
    yield from _truth()


def _variant(labels: dict[str, str], every: int, small: bool) -> Parts:
    seconds = every * STEP
    slow = labels["variant"] == "cold"
    yield "pg_probe_last_run_timestamp_seconds", labels, _stairs(seconds, seconds)
    yield "pg_probe_attempts_total", labels, _stairs(seconds, 1)
    yield "pg_probe_requested_rows_total", labels, _stairs(seconds, 10)
    for reason, failures in (("timeout", 40), ("connect", 7)):
        yield "pg_probe_failures_total", {**labels, "reason": reason}, _still(failures)
    yield "pg_probe_success", labels, _still(1)
    for bound, share in (("0.0025", 0), ("0.005", 0.9), ("0.05", 0.97), ("1", 1), ("+Inf", 1)):
        within = 0 if slow and share < 1 else share
        yield "pg_probe_duration_seconds_bucket", {**labels, "le": bound}, _stairs(seconds, within)
    yield "pg_probe_duration_seconds_count", labels, _stairs(seconds, 1)
    yield "pg_probe_duration_seconds_sum", labels, _stairs(seconds, 0.8 if slow else 0.006)
    of_little_effort = labels["variant"] == "ef10"
    yield "pg_probe_short_results_total", labels, _stairs(seconds, 1) if of_little_effort else _still(3)
    yield "pg_probe_plan_expected", labels, _still(int(not small))
    for path in ("ann_index", "seq_scan"):
        yield "pg_probe_plan", {**labels, "path": path}, _still(int((path == "seq_scan") == small))
    yield "pg_probe_sentinel_checks_total", labels, _stairs(seconds, 1)
    yield "pg_probe_sentinel_misses_total", labels, _stairs(seconds, 0.3 if small or of_little_effort else 0.01)
    yield "pg_probe_explain_samples_total", labels, _stairs(20 * seconds, 1)
    yield "pg_probe_shared_hit_blocks_total", labels, _stairs(20 * seconds, 300)
    yield "pg_probe_shared_read_blocks_total", labels, _stairs(20 * seconds, 30)


def _truth() -> Parts:
    yield "pg_probe_ground_truth_interval_seconds", PROBE, _still(300)
    yield "pg_probe_ground_truth_last_success_timestamp_seconds", PROBE, _stairs(300, 300)
    for reason in ("yield", "timeout"):
        yield "pg_probe_ground_truth_failures_total", {**PROBE, "reason": reason}, _still(30)
    yield "pg_probe_ground_truth_failures_total", {**PROBE, "reason": "cancelled"}, _stairs(900, 1)
    for variant, (upper, baseline) in {"default": (0.98, 0.985), "ef10": (0.7, 0.705)}.items():
        labels = {**PROBE, "variant": variant, "source": "exact"}
        yield "pg_probe_recall_window_upper_ratio", labels, _still(upper)
        yield "pg_probe_recall_window_queries", labels, _still(200)
        yield "pg_probe_recall_baseline_ratio", {**PROBE, "variant": variant}, _still(baseline)
        yield "pg_probe_recall_ratio_count", labels, _stairs(150, 1)
        of_none = _stairs(150, 0.005 if variant == "default" else 0.3)
        yield "pg_probe_recall_ratio_bucket", {**labels, "le": "0"}, of_none


def _vectors(server: str) -> Parts:
    small = server == "alone"
    yield "pg_vector_extension_info", {"datname": "orders", "extension": "vector", "version": "0.8.6"}, _still(1)
    # Old, and without an index that it could damage.
    yield "pg_vector_extension_info", {"datname": "archive", "extension": "vector", "version": "0.8.0"}, _still(1)
    built = {"opclass": "vector_cosine_ops", "operators": "<=>", "element_type": "vector", "dimensions": "384"}
    kind = {"access_method": "hnsw", "partial": "false", "expression": "false"}
    yield "pg_vector_index_info", {**INDEX, **built, **kind}, _still(1)
    yield "pg_vector_index_size_bytes", INDEX, _rising(4e8, 1000)
    yield "pg_vector_index_rows", INDEX, _still(800 if small else 200000)
    yield "pg_vector_index_uncovered_rows", INDEX, _still(0 if small else 1500)
    # Another one is built without locking, in an hour.
    other = {**INDEX, "indexrelname": "docs_embedding_idx_ccnew"}
    yield "pg_vector_index_valid", INDEX, _still(1)
    yield "pg_vector_index_valid", other, f"_x480 0x240 1x{SAMPLES - 722}"
    table = {name: INDEX[name] for name in ("datname", "schemaname", "relname")}
    loading = {**table, "access_method": "hnsw", "phase": "loading tuples"}
    yield "pg_vector_index_build_elapsed_seconds", loading, f"_x480 0+{STEP}x240 stale"
    yield "pg_vector_index_build_progress_ratio", loading, "_x480 0+0.004x240 stale"
    lists = {**INDEX, "indexrelname": "docs_embedding_lists"}
    yield "pg_vector_index_option", {**lists, "option": "lists"}, _still(100)
    yield "pg_vector_index_recommended_lists", lists, _still(200)
    yield "pg_vector_index_rows", lists, _still(200000)
    ten_minutes = " ".join(str(STEP * number) for number in range(40)) + " stale" + " _" * 79
    yield "pg_vector_index_vacuum_elapsed_seconds", {**table, "phase": "vacuuming indexes"}, _again(ten_minutes)
    yield "pg_vector_table_size_bytes", table, _rising(6e8, 1e5)
    yield "pg_vector_column_info", {**COLUMN, "type": "vector", "dimensions": "384", "indexed": "true"}, _still(1)
    yield "pg_vector_column_rows", COLUMN, _still(800 if small else 200000)
    yield "pg_vector_column_dead_rows", COLUMN, _again("50 700" if small else "900 5000 12000")
    yield "pg_vector_column_dimension_values", COLUMN, _still(1)
    yield "pg_vector_column_unembedded_age_seconds", COLUMN, _again("0 15 30 stale _")
    # Users search for two hours, pause for one, and go on.
    traffic = {"datname": "orders", "usename": "app", "operator": "<=>"}
    for metric, step in (("calls", 40), ("rows", 400), ("seconds", 0.2)):
        busy = f"0+{step}x480 {481 * step}x240 {482 * step}+{step}x{SAMPLES - 723}"
        yield f"pg_vector_statement_{metric}_total", traffic, busy


def _bouncer() -> Parts:
    """At work; was down before, and restarted in between."""
    yield "pgbouncer_up", {}, _still(1)
    yield "pgbouncer_connect_failures_total", {"reason": "refused"}, _still(4)
    for state in ("active", "paused", "suspended"):
        yield "pgbouncer_state", {"state": state}, _still(int(state == "active"))
    yield "pgbouncer_clients", {"state": "used"}, _again("700 790 640")
    yield "pgbouncer_clients", {"state": "free"}, _still(500)
    yield "pgbouncer_config_max_client_connections", {}, _still(1000)
    yield "pgbouncer_config_max_prepared_statements", {}, _still(200)
    yield "pgbouncer_config_query_wait_timeout_seconds", {}, _still(120)
    for database in ("orders", "unlimited"):
        own = {"database": database, "backend_database": "shop", "host": "db", "port": "5432"}
        yield "pgbouncer_database_paused", {"database": database}, _still(0)
        yield "pgbouncer_database_disabled", {"database": database}, _still(0)
        yield "pgbouncer_database_client_connections", own, _still(350)
        yield "pgbouncer_database_client_parses_total", {"database": database}, _rising(5000, 150)
        yield "pgbouncer_database_server_parses_total", {"database": database}, _rising(9000, 3)
    yield "pgbouncer_user_client_connections", {"user": "app"}, _still(700)
    pool = {"kind": "pgbouncer", "pool": "orders", "user": "app"}
    # Busy to the last and with a connection in the making at some looks, and never for long.
    yield "dbpool_connections", {**pool, "state": "used"}, _again("14 9 12 24")
    yield "dbpool_connections", {**pool, "state": "idle"}, _again("6 11 8 0")
    yield "dbpool_connections", {**pool, "state": "creating"}, _again("0 0 0 1")
    yield "dbpool_max_connections", pool, _still(24)
    yield "dbpool_utilization_ratio", pool, _again("0.58 0.375 0.5 1.04")
    yield "dbpool_pending_requests", pool, _still(0)
    yield "dbpool_oldest_wait_seconds", pool, _again("0 0 0.4 0")
    unlimited = {**pool, "pool": "unlimited"}
    yield "dbpool_connections", {**unlimited, "state": "used"}, _still(40)
    yield "dbpool_connections", {**unlimited, "state": "idle"}, _still(30)
    yield "dbpool_pending_requests", unlimited, _still(0)
    counted = {"kind": "pgbouncer", "pool": "orders"}
    yield "dbpool_acquire_total", counted, f"0+3000x700 0+3000x{SAMPLES - 702}"
    yield "dbpool_acquire_wait_seconds_total", counted, f"0+60x700 0+60x{SAMPLES - 702}"
    yield "dbpool_shrink_advised", counted, _again("1 " * 200 + "0 " * 200)
    yield "dbpool_advised_connections", {**counted, "bound": "max"}, _again("8 " * 200 + "19 " * 200)


def _spare() -> Parts:
    """Nobody uses it; a version that tells of no state, and a database that waits for its first client."""
    yield "pgbouncer_up", {}, _still(1)
    yield "pgbouncer_clients", {"state": "used"}, _still(1)
    yield "pgbouncer_config_max_client_connections", {}, _still(100)
    yield "pgbouncer_config_query_wait_timeout_seconds", {}, _still(120)
    pool = {"kind": "pgbouncer", "pool": "orders", "user": "app"}
    for state in ("used", "idle", "creating"):
        yield "dbpool_connections", {**pool, "state": state}, _still(0)
    yield "dbpool_max_connections", pool, _still(20)
    yield "dbpool_utilization_ratio", pool, _still(0)
    yield "dbpool_pending_requests", pool, _still(0)
    yield "dbpool_oldest_wait_seconds", pool, _still(0)
    for counter in ("acquire", "acquire_wait_seconds"):
        yield f"dbpool_{counter}_total", {"kind": "pgbouncer", "pool": "orders"}, _still(0)


def _pgpool() -> Parts:
    """One standby waits for its first client, another was never there."""
    yield "pgpool_up", {}, _still(1)
    nodes = [("0", "primary", "up"), ("1", "standby", "waiting"), ("2", "standby", "unused")]
    for node, role, status in nodes:
        own = {"node_id": node, "hostname": f"db{node}", "port": "5432"}
        yield "pgpool_node_status", {**own, "role": role, "status": status}, _still(1)
        yield "pgpool_node_role_mismatch", {"node_id": node}, _still(0)
        yield "pgpool_health_checks_total", {"node_id": node, "result": "success"}, _rising(70000, 1)
        yield "pgpool_health_checks_total", {"node_id": node, "result": "fail"}, _still(9)
        yield "pgpool_health_checks_total", {"node_id": node, "result": "skip"}, _rising(100, int(node == "2"))
        if status != "unused":
            yield "pgpool_node_up", {"node_id": node}, _still(1)
            yield "pgpool_health_check_last_success_age_seconds", {"node_id": node}, _again("0 0 10 0")
    pool = {"kind": "pgpool", "pool": "orders", "user": "app"}
    yield "dbpool_connections", {**pool, "state": "used"}, _again("3 6")


def _odyssey() -> Parts:
    """It tells of no longest wait."""
    yield "odyssey_up", {}, _still(1)
    yield "odyssey_paused", {}, _still(0)
    pool = {"kind": "odyssey", "pool": "orders", "user": "app"}
    yield "dbpool_connections", {**pool, "state": "used"}, _again("3 10")
    yield "dbpool_pending_requests", pool, _still(0)
    yield "dbpool_utilization_ratio", pool, _again("0.3 1")


def _web() -> Parts:
    """An application with a pool that is as large as its work: all busy, nobody waits. Deployed at the third hour."""
    pool = {"kind": "psycopg_pool", "pool": "main"}
    yield "dbpool_scrape_success", {}, f"1x719 0x6 1x{SAMPLES - 727}"
    yield "dbpool_scrape_failures_total", {"reason": "connect"}, f"0x719 1+1x6 7x{SAMPLES - 727}"
    yield "dbpool_connections", {**pool, "state": "used"}, _still(10)
    yield "dbpool_connections", {**pool, "state": "idle"}, _still(0)
    yield "dbpool_max_connections", pool, _still(10)
    yield "dbpool_utilization_ratio", pool, _still(1)
    yield "dbpool_pending_requests", pool, _still(0)
    yield "dbpool_acquire_total", pool, f"5000+300x719 _x7 300+300x{SAMPLES - 727}"
    yield "dbpool_acquire_wait_seconds_total", pool, f"900+3x719 _x7 3+3x{SAMPLES - 727}"
    yield "dbpool_acquire_timeouts_total", pool, f"12x719 _x7 0x{SAMPLES - 727}"


def _reports() -> Parts:
    """Works at times, and answers 503 all the while; its pool is of fixed size and cannot tell who waits."""
    pool = {"kind": "hikaricp", "pool": "reports"}
    yield "dbpool_scrape_success", {}, _still(1)
    yield "dbpool_http_status", {}, _still(503)
    yield "dbpool_connections", {**pool, "state": "idle"}, _again("20 " * 30 + "3 " * 10)
    yield "dbpool_connections", {**pool, "state": "used"}, _again("0 " * 30 + "17 " * 10)
    yield "dbpool_max_connections", pool, _still(20)
    yield "dbpool_min_connections", pool, _still(20)
    # Few and slow: a mean of them says nothing.
    yield "dbpool_acquire_total", pool, _stairs(300, 1)
    yield "dbpool_acquire_wait_seconds_total", pool, _stairs(300, 2)


POOLS = {
    "bouncer": _bouncer,
    "spare": _spare,
    "pgpool": _pgpool,
    "odyssey": _odyssey,
    "web": _web,
    "reports": _reports,
}
