package import Exposition

/// The names of prometheus-community's pgbouncer_exporter 0.12, for what our collectors found of a PgBouncer.
package enum PgBouncerExporter {
    /// What the peer would show of one pooler, but for what we do not collect.
    ///
    /// `found` is what the pooler's collectors found, with `pgbouncer_up` and `pgbouncer_info`.
    package static func families(from found: [MetricFamily]) -> [MetricFamily] {
        let wanted = found.filter { sources.contains($0.metric.name) }
        let figures = Dictionary(wanted.map { ($0.metric.name, $0.samples.map(Figure.init)) }) { first, _ in
            first
        }
        return aliases.map { alias in
            let names = alias.things == database ? databaseLabels : [:]
            return MetricFamily(alias.metric, samples: alias.samples(from: figures, names))
        } + [version(figures["pgbouncer_info"] ?? [])]
    }

    static let aliases = own + pools + stats + databases + lists + config

    private static let sources = Set(aliases.flatMap { [$0.source, $0.things] } + ["pgbouncer_info"])

    private static let own = [
        Alias("pgbouncer_up", of: "pgbouncer_up"),
        Alias("pgbouncer_client_connections", of: "pgbouncer_clients_by_state"),
    ]

    // MARK: - SHOW POOLS

    private static let pools =
        parts(
            of: "pgbouncer_pool_client_connections", by: "state",
            [
                "pgbouncer_pools_client_active_connections": "active",
                "pgbouncer_pools_client_waiting_connections": "waiting",
                "pgbouncer_pools_client_active_cancel_connections": "active_cancel_req",
                "pgbouncer_pools_client_waiting_cancel_connections": "waiting_cancel_req",
            ])
        + parts(
            of: "pgbouncer_pool_server_connections", by: "state",
            [
                "pgbouncer_pools_server_active_connections": "active",
                "pgbouncer_pools_server_active_cancel_connections": "active_cancel",
                "pgbouncer_pools_server_being_canceled_connections": "being_canceled",
                "pgbouncer_pools_server_idle_connections": "idle",
                "pgbouncer_pools_server_used_connections": "used",
                "pgbouncer_pools_server_testing_connections": "tested",
                "pgbouncer_pools_server_login_connections": "login",
            ]) + [
            Alias(
                "pgbouncer_pools_client_maxwait_seconds", of: "pgbouncer_pool_oldest_wait_seconds",
                read: wholeSeconds)
        ]

    // MARK: - SHOW STATS

    private static let stats = [
        Alias(
            "pgbouncer_stats_totals_sql_transactions_pooled_total",
            of: "pgbouncer_database_transactions_total"),
        Alias("pgbouncer_stats_totals_queries_pooled_total", of: "pgbouncer_database_queries_total"),
        Alias(
            "pgbouncer_stats_totals_server_assignments_total",
            of: "pgbouncer_database_server_assignments_total"),
        Alias("pgbouncer_stats_totals_received_bytes_total", of: "pgbouncer_database_received_bytes_total"),
        Alias("pgbouncer_stats_totals_sent_bytes_total", of: "pgbouncer_database_sent_bytes_total"),
        Alias(
            "pgbouncer_stats_totals_server_in_transaction_seconds_total",
            of: "pgbouncer_database_transaction_seconds_total"),
        Alias(
            "pgbouncer_stats_totals_queries_duration_seconds_total",
            of: "pgbouncer_database_query_seconds_total"),
        Alias(
            "pgbouncer_stats_totals_client_wait_seconds_total",
            of: "pgbouncer_database_client_wait_seconds_total"),
        Alias("pgbouncer_stats_totals_client_parses_total", of: "pgbouncer_database_client_parses_total"),
        Alias("pgbouncer_stats_totals_server_parses_total", of: "pgbouncer_database_server_parses_total"),
        Alias("pgbouncer_stats_totals_binds_total", of: "pgbouncer_database_binds_total"),
    ]

    // MARK: - SHOW DATABASES

    /// Every database has a sample of it, with all labels.
    private static let database: MetricName = "pgbouncer_database_info"

    /// What the peer calls our labels of a database.
    private static let databaseLabels = ["database": "name", "backend_database": "database"]

    private static let databases = [
        Alias(
            "pgbouncer_databases_current_connections", of: "pgbouncer_database_server_connections",
            each: database),
        Alias(
            "pgbouncer_databases_max_connections", of: "pgbouncer_database_max_server_connections",
            each: database, absent: unlimited),
        Alias(
            "pgbouncer_databases_pool_size", of: "pgbouncer_database_pool_size", each: database,
            absent: unlimited),
        Alias(
            "pgbouncer_databases_reserve_pool", of: "pgbouncer_database_reserve_pool_size", each: database),
        Alias("pgbouncer_databases_paused", of: "pgbouncer_database_paused", each: database),
        Alias("pgbouncer_databases_disabled", of: "pgbouncer_database_disabled", each: database),
    ]

    // MARK: - SHOW LISTS

    private static let lists =
        [
            Alias("pgbouncer_databases", of: "pgbouncer_databases"),
            Alias("pgbouncer_users", of: "pgbouncer_users"),
            Alias("pgbouncer_pools", of: "pgbouncer_pools"),
            Alias(
                "pgbouncer_used_clients", of: "pgbouncer_clients", part: ("state", "used"),
                read: withOneself),
            Alias("pgbouncer_cached_dns_names", of: "pgbouncer_dns_names"),
            Alias("pgbouncer_cached_dns_zones", of: "pgbouncer_dns_zones"),
            Alias("pgbouncer_in_flight_dns_queries", of: "pgbouncer_dns_queries_in_flight"),
        ]
        + parts(
            of: "pgbouncer_clients", by: "state",
            ["pgbouncer_free_clients": "free", "pgbouncer_login_clients": "login"])
        + parts(
            of: "pgbouncer_servers", by: "state",
            ["pgbouncer_used_servers": "used", "pgbouncer_free_servers": "free"])

    // MARK: - SHOW CONFIG

    private static let config = [
        Alias("pgbouncer_config_max_client_connections", of: "pgbouncer_config_max_client_connections"),
        // Every version has a minimum, so that it tells that there was an answer.
        Alias(
            "pgbouncer_config_max_user_connections", of: "pgbouncer_config_max_user_connections",
            each: "pgbouncer_config_min_pool_size", absent: unlimited),
    ]

    // MARK: - SHOW VERSION

    private static func version(_ figures: [Figure]) -> MetricFamily {
        MetricFamily(
            "pgbouncer_version_info", .info, help: "What pgvigil calls pgbouncer_info.",
            samples: figures.map { figure in
                Sample(figure.value, labels: ["version": "PgBouncer \(figure["version"] ?? "")"])
            })
    }

    // MARK: - How the peer differs

    /// The peer shows PgBouncer's own word for "no limit", of which we show no sample.
    private static let unlimited = Sample.Value.integer(0)

    /// The peer leaves the microseconds out.
    private static let wholeSeconds: Alias.Reading = { value in
        guard case .real(let seconds) = value else { return value }
        return .real(seconds.rounded(.down))
    }

    /// The peer counts the connection that it asks by.
    private static let withOneself: Alias.Reading = { value in
        guard case .integer(let clients) = value else { return value }
        return .integer(clients + 1)
    }

    private static func parts(
        of source: MetricName, by label: String, _ names: KeyValuePairs<MetricName, String>
    ) -> [Alias] {
        names.map { Alias($0, of: source, part: (label, $1)) }
    }
}
