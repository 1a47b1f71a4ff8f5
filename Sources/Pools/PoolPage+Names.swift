import PoolDefinitions

extension PoolPage {
    /// By name of the samples; some mean one thing with one label and another with another.
    static let meanings: [String: [Meaning]] = Dictionary(
        (hikari + nativeHikari + pgxpool + goSQL + openTelemetry + olderOpenTelemetry)
            .map { ($0.0, [$0.1]) },
        uniquingKeysWith: +)

    private typealias Entry = (String, Meaning)

    private static func entries(
        _ kind: ApplicationPoolKind, _ prefix: String,
        _ values: KeyValuePairs<String, Value>, scale: Double = 1
    ) -> [Entry] {
        values.map { (prefix + $0.key, Meaning(kind: kind, value: $0.value, scale: scale)) }
    }

    /// HikariCP through Micrometer.
    private static let hikari =
        entries(
            .hikaricp, "hikaricp_connections",
            [
                "": \.total, "_active": \.used, "_idle": \.idle, "_pending": \.pending, "_max": \.allowed,
                "_min": \.minimum, "_timeout_total": \.timeouts, "_acquire_seconds_count": \.acquired,
                "_acquire_seconds_sum": \.waitSeconds, "_acquire_seconds_max": \.peakWaitSeconds,
                "_usage_seconds_sum": \.useSeconds,
            ])

    /// HikariCP's own tracker; its `hikaricp_connections` has the name of Micrometer's.
    private static let nativeHikari =
        entries(
            .hikaricp, "hikaricp_",
            [
                "active_connections": \.used, "idle_connections": \.idle, "pending_threads": \.pending,
                "max_connections": \.allowed, "min_connections": \.minimum,
                "connection_timeout_total": \.timeouts, "connection_acquired_nanos_count": \.acquired,
            ])
        + entries(.hikaricp, "hikaricp_", ["connection_acquired_nanos_sum": \.waitSeconds], scale: 1e-9)
        + entries(.hikaricp, "hikaricp_", ["connection_usage_millis_sum": \.useSeconds], scale: 1e-3)

    /// In OpenMetrics its counters end with `_total`.
    private static let pgxpool =
        entries(
            .pgxpool, "pgxpool_",
            [
                "acquired_conns": \.used, "idle_conns": \.idle, "constructing_conns": \.creating,
                "max_conns": \.allowed, "acquire_count": \.acquired, "acquire_count_total": \.acquired,
                "canceled_acquire_count": \.timeouts, "canceled_acquire_count_total": \.timeouts,
            ])
        + entries(
            .pgxpool, "pgxpool_",
            ["acquire_duration_ns": \.waitSeconds, "acquire_duration_ns_total": \.waitSeconds], scale: 1e-9)

    /// Go's database/sql counts those who waited, not those who were served.
    private static let goSQL =
        entries(
            .goSQL, "go_sql_",
            [
                "in_use_connections": \.used, "idle_connections": \.idle,
                "wait_duration_seconds_total": \.waitSeconds,
            ])
        + [
            (
                "go_sql_max_open_connections",
                Meaning(kind: .goSQL, value: \.allowed, isUnlimitedAtZero: true)
            )
        ]

    private static func states(_ name: String) -> [Entry] {
        let values: [(String, Value)] = [("used", \.used), ("idle", \.idle)]
        return values.map { state, value in
            (name, Meaning(kind: .openTelemetry, value: value, label: ("state", state)))
        }
            + values.map { state, value in
                (
                    name,
                    Meaning(kind: .openTelemetry, value: value, label: ("db_client_connection_state", state))
                )
            }
    }

    private static let openTelemetry =
        states("db_client_connection_count")
        + entries(
            .openTelemetry, "db_client_connection_",
            [
                "max": \.allowed, "idle_min": \.minimum, "pending_requests": \.pending,
                "timeouts_total": \.timeouts, "wait_time_seconds_count": \.acquired,
                "wait_time_seconds_sum": \.waitSeconds, "use_time_seconds_sum": \.useSeconds,
            ])

    /// Before semantic conventions 1.26.
    private static let olderOpenTelemetry =
        states("db_client_connections_usage")
        + entries(
            .openTelemetry, "db_client_connections_",
            [
                "max": \.allowed, "idle_min": \.minimum, "pending_requests": \.pending,
                "timeouts_total": \.timeouts, "wait_time_milliseconds_count": \.acquired,
            ])
        + entries(
            .openTelemetry, "db_client_connections_",
            ["wait_time_milliseconds_sum": \.waitSeconds, "use_time_milliseconds_sum": \.useSeconds],
            scale: 1e-3)
}
