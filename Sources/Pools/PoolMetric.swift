import Exposition

/// A metric of pools, and its labels besides the target's.
struct PoolMetric: Sendable {
    let metric: Metric
    let labels: [String]

    init(_ name: MetricName, _ kind: Metric.Kind, _ labels: [String], help: String) {
        metric = Metric(name, kind, help: help)
        self.labels = labels
    }

    static let all: [PoolMetric] = [
        connections, max, min, pending, oldestWait, utilization, status, acquired, waitSeconds, timeouts,
        errors, useSeconds, peakWait, meanWait, concurrent, advised, shrink, configured, serverAdvised,
        serverSaturation, behind,
    ]

    private static let ofUser = ["kind", "pool", "user"]
    private static let ofPool = ["kind", "pool"]
}

extension PoolMetric {
    static let connections = PoolMetric(
        "dbpool_connections", .gauge, ofUser + ["state"],
        help: "Connections of the pool to what is behind it, by state: used, idle or creating.")
    static let max = PoolMetric(
        "dbpool_max_connections", .gauge, ofUser, help: "Connections that the pool may have; none if any.")
    static let min = PoolMetric(
        "dbpool_min_connections", .gauge, ofUser, help: "Connections that the pool keeps open.")
    static let pending = PoolMetric(
        "dbpool_pending_requests", .gauge, ofUser, help: "Clients that wait for a connection.")
    static let oldestWait = PoolMetric(
        "dbpool_oldest_wait_seconds", .gauge, ofUser,
        help: "How long the client at the head of the queue has waited for a connection.")
    static let utilization = PoolMetric(
        "dbpool_utilization_ratio", .gauge, ofUser,
        help: "Connections in use or being made, over those allowed, a reserve included.")
    static let status = PoolMetric(
        "dbpool_status", .gauge, ofUser + ["status"],
        help: "1 for what holds: healthy with 80 % of allowed connections not in use, degraded with 50 %, "
            + "else unhealthy, and so while clients wait.")

    static let acquired = PoolMetric(
        "dbpool_acquire_total", .counter, ofPool,
        help: "Connections handed out to clients; transactions where the pool counts only those.")
    static let waitSeconds = PoolMetric(
        "dbpool_acquire_wait_seconds_total", .counter, ofPool,
        help: "Time that clients waited for a connection.")
    static let timeouts = PoolMetric(
        "dbpool_acquire_timeouts_total", .counter, ofPool,
        help: "Requests for a connection that were given up.")
    static let errors = PoolMetric(
        "dbpool_acquire_errors_total", .counter, ofPool, help: "Requests for a connection that failed.")
    static let useSeconds = PoolMetric(
        "dbpool_use_seconds_total", .counter, ofPool, help: "Time that connections were in use.")

    static let peakWait = PoolMetric(
        "dbpool_peak_wait_seconds", .gauge, ofPool,
        help: "The longest time that a client has waited for a connection, as the pool says.")
    static let meanWait = PoolMetric(
        "dbpool_mean_wait_seconds", .gauge, ofPool,
        help: "Mean time that clients waited for a connection over the sizing window, of 10 or more; else "
            + "the pool's own figure.")

    static let concurrent = PoolMetric(
        "dbpool_concurrent_connections", .gauge, ofPool,
        help: "Mean number of connections in use over the sizing window.")
    static let advised = PoolMetric(
        "dbpool_advised_connections", .gauge, ofPool + ["bound"],
        help: "How many connections the pool should have for what it did over the sizing window: max, min.")
    static let shrink = PoolMetric(
        "dbpool_shrink_advised", .gauge, ofPool,
        help: "1 where so few connections were in use over the sizing window that a smaller pool would do.")
    static let configured = PoolMetric(
        "dbpool_configured_connections", .gauge, ofPool,
        help: "Connections that the pool may have over all its users.")
    static let serverAdvised = PoolMetric(
        "dbpool_server_advised_connections", .gauge, [],
        help: "Connections that the server behind bears: twice its cores, and its spindles, as set.")
    static let serverSaturation = PoolMetric(
        "dbpool_server_saturation_ratio", .gauge, [],
        help: "Client connections of the server behind, without pgvigil's, over max_connections without the "
            + "reserved ones.")
    static let behind = PoolMetric(
        "dbpool_behind_info", .info, ["behind"], help: "The target behind the pool, as the settings name it.")
}
