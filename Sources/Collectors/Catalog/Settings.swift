import Exposition

extension Collector {
    /// How the server is set, in base units; what only holds for this session, role or database is left out.
    static let settings = Collector(
        "settings", "The server's settings, and how many wait for a restart.",
        cost: .minute, requires: [.readAllSettings],
        columns: [
            .label("name"),
            .label("setting"),
            .gauge(
                "bytes", "pg_settings_bytes",
                "Sizes; absent where unlimited or off, from pg_settings.", by: ["name"]),
            .gauge(
                "seconds", "pg_settings_seconds",
                "Times; absent where unlimited or off, from pg_settings.", by: ["name"]),
            .gauge(
                "number", "pg_settings_number",
                "Numbers without a unit; absent where unlimited or off, from pg_settings.", by: ["name"]),
            .gauge(
                "enabled", "pg_settings_enabled", "1 where it is on, 0 where it is off, from pg_settings.",
                by: ["name"]),
            .info("info", "pg_settings_info", "Settings that are words, a chosen few, from pg_settings."),
            .gauge(
                "pending_restart", "pg_settings_pending_restart",
                "Settings changed in a file that wait for a restart, from pg_settings.", by: []),
        ]
    ) { _ in
        // File modes are octal and begin with a zero, so that no number is made of them.
        """
        WITH known AS (
            SELECT name,
                   setting,
                   vartype,
                   pg_catalog.ltrim(unit, '0123456789') AS unit,
                   coalesce(substring(unit FROM '^[0-9]+')::bigint, 1) AS units,
                   pending_restart,
                   source IN ('default', 'environment variable', 'configuration file', 'command line',
                              'global', 'override')
                       AND name NOT IN ('transaction_deferrable', 'transaction_isolation',
                                        'transaction_read_only') AS is_of_server,
                   CASE WHEN vartype IN ('integer', 'real')
                             AND setting ~ '^-?(0|[1-9][0-9]*)([.][0-9]+)?(e[-+]?[0-9]+)?$'
                             AND NOT (setting = '-1' AND min_val = '-1')
                             AND NOT (setting = '0' AND name IN (\(offAtZero.sqlList)))
                        THEN setting::numeric END AS amount
            FROM pg_catalog.pg_settings
        )
        SELECT name,
               CASE WHEN vartype IN ('enum', 'string') THEN setting END AS setting,
               amount * units * CASE unit WHEN 'B' THEN 1 WHEN 'kB' THEN 1024 WHEN 'MB' THEN 1048576 END
                   AS bytes,
               amount * CASE unit WHEN 'ms' THEN 0.001 WHEN 's' THEN 1 WHEN 'min' THEN 60 END AS seconds,
               CASE WHEN unit IS NULL THEN amount END AS number,
               CASE WHEN vartype = 'bool' THEN setting = 'on' END AS enabled,
               CASE WHEN vartype IN ('enum', 'string') THEN 1 END AS info,
               NULL AS pending_restart
        FROM known
        WHERE is_of_server
          AND (vartype IN ('integer', 'real', 'bool') OR name IN (\(words.sqlList)))
        UNION ALL
        SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL,
               count(*) FILTER (WHERE pending_restart)
        FROM known
        """
    }
}

/// Settings of which 0 says "never" or "no limit" (PostgreSQL, "Server Configuration").
private let offAtZero = [
    "archive_timeout", "backend_flush_after", "bgwriter_flush_after", "checkpoint_flush_after",
    "checkpoint_warning", "client_connection_check_interval", "gin_fuzzy_search_limit", "huge_page_size",
    "idle_in_transaction_session_timeout", "idle_replication_slot_timeout", "idle_session_timeout",
    "lock_timeout", "log_rotation_age", "log_rotation_size", "log_startup_progress_interval",
    "statement_timeout", "tcp_keepalives_count", "tcp_keepalives_idle", "tcp_keepalives_interval",
    "tcp_user_timeout", "transaction_timeout", "vacuum_buffer_usage_limit", "wal_receiver_status_interval",
    "wal_receiver_timeout", "wal_sender_timeout", "wal_summary_keep_time", "wal_writer_flush_after",
]

/// Settings whose text is shown: what operators compare between servers, and nothing that can hold a secret,
/// a path or an address.
private let words = [
    "TimeZone", "archive_mode", "compute_query_id", "constraint_exclusion", "default_toast_compression",
    "default_transaction_isolation", "dynamic_shared_memory_type", "file_copy_method", "huge_pages",
    "huge_pages_status", "io_method", "log_destination", "log_error_verbosity", "log_min_error_statement",
    "log_min_messages", "log_statement", "log_timezone", "password_encryption", "plan_cache_mode",
    "recovery_init_sync_method", "recovery_prefetch", "recovery_target_action", "shared_memory_type",
    "shared_preload_libraries", "ssl_min_protocol_version", "synchronous_commit",
    "synchronous_standby_names", "track_functions", "wal_compression", "wal_level", "wal_sync_method",
]

extension [String] {
    /// As the inside of `IN (…)`.
    fileprivate var sqlList: String { map { "'\($0)'" }.joined(separator: ", ") }
}
