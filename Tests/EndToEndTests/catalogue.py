"""The metrics that pgvigil serves, and the labels of each beside those of its target."""

# Labels, and the metrics that have them.
FAMILIES = {
    "": """
        pg_up pg_connect_success pg_connect_duration_seconds pg_server_start_timestamp_seconds
        pg_server_config_load_timestamp_seconds pg_server_in_recovery pg_server_clock_offset_seconds
        pg_server_last_crash_recovery_timestamp_seconds pg_locks_waiting_backends
        pg_locks_oldest_wait_age_seconds pg_locks_table_entries pg_locks_table_capacity
        pg_stat_wal_receiver_streaming pg_stat_wal_receiver_receive_start_lsn_bytes
        pg_stat_wal_receiver_written_lsn_bytes pg_stat_wal_receiver_flushed_lsn_bytes
        pg_stat_wal_receiver_latest_end_lsn_bytes pg_stat_wal_receiver_received_tli
        pg_stat_wal_receiver_last_msg_send_timestamp_seconds
        pg_stat_wal_receiver_last_msg_receipt_timestamp_seconds
        pg_stat_wal_receiver_latest_end_timestamp_seconds pg_recovery_lag_seconds pg_recovery_replay_lag_bytes
        pg_recovery_receive_lsn_bytes pg_recovery_replay_lsn_bytes
        pg_recovery_last_xact_replay_timestamp_seconds pg_recovery_paused pg_stat_archiver_archived_total
        pg_stat_archiver_failed_total pg_stat_archiver_last_archived_timestamp_seconds
        pg_stat_archiver_last_failed_timestamp_seconds pg_stat_archiver_stats_reset_timestamp_seconds
        pg_wal_archive_ready_files pg_wal_archive_ready_oldest_timestamp_seconds pg_wal_current_lsn_bytes
        pg_wal_directory_bytes pg_wal_directory_files pg_stat_checkpointer_num_timed_total
        pg_stat_checkpointer_num_requested_total pg_stat_checkpointer_num_done_total
        pg_stat_checkpointer_restartpoints_timed_total pg_stat_checkpointer_restartpoints_req_total
        pg_stat_checkpointer_restartpoints_done_total pg_stat_checkpointer_write_seconds_total
        pg_stat_checkpointer_sync_seconds_total pg_stat_checkpointer_buffers_written_total
        pg_stat_checkpointer_slru_written_total pg_stat_checkpointer_stats_reset_timestamp_seconds
        pg_stat_bgwriter_buffers_clean_total pg_stat_bgwriter_maxwritten_clean_total
        pg_stat_bgwriter_buffers_alloc_total pg_stat_bgwriter_buffers_backend_total
        pg_stat_bgwriter_buffers_backend_fsync_total pg_stat_bgwriter_stats_reset_timestamp_seconds
        pg_stat_io_stats_reset_timestamp_seconds pg_stat_wal_records_total pg_stat_wal_fpi_total
        pg_stat_wal_bytes_total pg_stat_wal_buffers_full_total pg_stat_wal_write_total pg_stat_wal_sync_total
        pg_stat_wal_write_seconds_total pg_stat_wal_sync_seconds_total pg_stat_wal_stats_reset_timestamp_seconds
        pg_settings_pending_restart pgvigil_polls_total pgvigil_poll_skips_total pgvigil_poll_overruns_total
        pgvigil_threads_stuck pgvigil_connects_total pgvigil_statements_total pgvigil_database_seconds_total
        pgvigil_poll_duration_seconds pgvigil_poll_interval_seconds pgvigil_registry_series
        pgvigil_registry_bytes pgvigil_registry_conflicts_total pgvigil_settings_reload_success
        pgvigil_settings_reload_success_timestamp_seconds pgvigil_build_info
    """,
    "reason": """
        pg_connect_failures_total
    """,
    "version system_identifier": """
        pg_server_info
    """,
    "datname usename state": """
        pg_stat_activity_connections
    """,
    "application_name": """
        pg_stat_activity_application_connections
    """,
    "backend_type": """
        pg_stat_activity_backends
    """,
    "backend_type wait_event_type": """
        pg_stat_activity_waiting_backends
    """,
    "datname usename": """
        pg_stat_activity_oldest_transaction_age_seconds pg_stat_activity_oldest_query_age_seconds
        pg_stat_activity_oldest_idle_in_transaction_age_seconds pg_stat_activity_oldest_backend_xmin_age_xids
    """,
    "datname": """
        pg_prepared_xacts_transactions pg_prepared_xacts_oldest_age_seconds pg_prepared_xacts_oldest_age_xids
        pg_stat_database_numbackends pg_stat_database_xact_commit_total pg_stat_database_xact_rollback_total
        pg_stat_database_blks_read_total pg_stat_database_blks_hit_total pg_stat_database_tup_returned_total
        pg_stat_database_tup_fetched_total pg_stat_database_tup_inserted_total
        pg_stat_database_tup_updated_total pg_stat_database_tup_deleted_total pg_stat_database_conflicts_total
        pg_stat_database_temp_files_total pg_stat_database_temp_bytes_total pg_stat_database_deadlocks_total
        pg_stat_database_checksum_failures_total pg_stat_database_checksum_last_failure_timestamp_seconds
        pg_stat_database_blk_read_seconds_total pg_stat_database_blk_write_seconds_total
        pg_stat_database_session_seconds_total pg_stat_database_active_seconds_total
        pg_stat_database_idle_in_transaction_seconds_total pg_stat_database_sessions_total
        pg_stat_database_sessions_abandoned_total pg_stat_database_sessions_fatal_total
        pg_stat_database_sessions_killed_total pg_stat_database_parallel_workers_to_launch_total
        pg_stat_database_parallel_workers_launched_total pg_stat_database_stats_reset_timestamp_seconds
        pg_stat_database_conflicts_confl_tablespace_total pg_stat_database_conflicts_confl_lock_total
        pg_stat_database_conflicts_confl_snapshot_total pg_stat_database_conflicts_confl_bufferpin_total
        pg_stat_database_conflicts_confl_deadlock_total
        pg_stat_database_conflicts_confl_active_logicalslot_total pg_database_size_bytes
        pg_database_connection_limit pg_database_datfrozenxid_age_xids
        pg_database_datfrozenxid_freeze_max_age_ratio pg_database_datfrozenxid_wraparound_ratio
        pg_database_datminmxid_age_mxids pg_database_datminmxid_freeze_max_age_ratio
        pg_database_datminmxid_wraparound_ratio
    """,
    "datname mode": """
        pg_locks_held
    """,
    "datname locktype mode": """
        pg_locks_waiting
    """,
    "application_name client_addr slot_name state sync_state": """
        pg_stat_replication_senders
    """,
    "application_name client_addr slot_name": """
        pg_stat_replication_sent_lag_bytes pg_stat_replication_write_lag_bytes
        pg_stat_replication_flush_lag_bytes pg_stat_replication_replay_lag_bytes
        pg_stat_replication_write_lag_seconds pg_stat_replication_flush_lag_seconds
        pg_stat_replication_replay_lag_seconds pg_stat_replication_reply_timestamp_seconds
        pg_stat_replication_backend_start_timestamp_seconds pg_stat_replication_backend_xmin_age_xids
    """,
    "slot_name sender_host status": """
        pg_stat_wal_receiver_info
    """,
    "slot_name slot_type datname": """
        pg_replication_slots_active pg_replication_slots_retained_bytes pg_replication_slots_safe_wal_size_bytes
        pg_replication_slots_restart_lsn_bytes pg_replication_slots_confirmed_flush_lsn_bytes
        pg_replication_slots_confirmed_flush_lag_bytes pg_replication_slots_xmin_age_xids
        pg_replication_slots_catalog_xmin_age_xids pg_replication_slots_temporary pg_replication_slots_two_phase
        pg_replication_slots_two_phase_at_lsn_bytes pg_replication_slots_conflicting
        pg_replication_slots_failover pg_replication_slots_synced
        pg_replication_slots_inactive_since_timestamp_seconds
    """,
    "slot_name slot_type datname wal_status": """
        pg_replication_slots_wal_status
    """,
    "slot_name slot_type datname invalidation_reason": """
        pg_replication_slots_invalidated
    """,
    "slot_name slot_type datname plugin": """
        pg_replication_slots_info
    """,
    "backend_type object context": """
        pg_stat_io_reads_total pg_stat_io_read_bytes_total pg_stat_io_read_seconds_total pg_stat_io_writes_total
        pg_stat_io_write_bytes_total pg_stat_io_write_seconds_total pg_stat_io_writebacks_total
        pg_stat_io_writeback_seconds_total pg_stat_io_extends_total pg_stat_io_extend_bytes_total
        pg_stat_io_extend_seconds_total pg_stat_io_hits_total pg_stat_io_evictions_total pg_stat_io_reuses_total
        pg_stat_io_fsyncs_total pg_stat_io_fsync_seconds_total
    """,
    "name": """
        pg_settings_bytes pg_settings_seconds pg_settings_number pg_settings_enabled
    """,
    "name setting": """
        pg_settings_info
    """,
    "collector reason": """
        pgvigil_collector_success
    """,
    "collector": """
        pgvigil_collector_duration_seconds pgvigil_collector_last_success_timestamp_seconds
        pgvigil_collector_rows pgvigil_collector_series pgvigil_collector_interval_seconds
        pgvigil_series_repeated_total pgvigil_series_dropped_total pgvigil_label_values_cut_total
    """,
    "format encoding": """
        pgvigil_scrapes_total
    """,
}


def catalogue() -> dict[str, set[str]]:
    """Metrics, and the labels that each may have."""
    return {name: set(labels.split()) for labels, names in FAMILIES.items() for name in names.split()}
