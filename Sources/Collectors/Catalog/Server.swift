import Exposition

extension Collector {
    /// Which server this is, since when it runs, and whether it follows another.
    static let server = Collector(
        "server", "Version, identity, start and role of the server.",
        columns: [
            .label("version"),
            .label("system_identifier"),
            .info(
                "info", "pg_server_info",
                "The server's version and its cluster's identifier, from pg_control_system()."),
            .gauge(
                "start_timestamp_seconds", "pg_server_start_timestamp_seconds",
                "When the server was started, from pg_postmaster_start_time().", by: []),
            .gauge(
                "config_load_timestamp_seconds", "pg_server_config_load_timestamp_seconds",
                "When the server last read its configuration files, from pg_conf_load_time().",
                by: []),
            .gauge(
                "in_recovery", "pg_server_in_recovery",
                "1 where the server replays WAL, as a standby does, from pg_is_in_recovery().", by: []
            ),
        ]
    ) { _ in
        """
        SELECT pg_catalog.current_setting('server_version') AS version,
               (SELECT system_identifier FROM pg_catalog.pg_control_system()) AS system_identifier,
               1 AS info,
               NULL AS start_timestamp_seconds,
               NULL AS config_load_timestamp_seconds,
               NULL AS in_recovery
        UNION ALL
        SELECT NULL,
               NULL,
               NULL,
               extract(epoch FROM pg_catalog.pg_postmaster_start_time()),
               extract(epoch FROM pg_catalog.pg_conf_load_time()),
               pg_catalog.pg_is_in_recovery()::int
        """
    }
}
