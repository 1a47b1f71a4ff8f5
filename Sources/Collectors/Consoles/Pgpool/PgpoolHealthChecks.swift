import Exposition
import PoolDefinitions

extension ConsoleCollector {
    /// How the health checks of each node went; Pgpool-II counts from its own start, and in milliseconds.
    static let pgpoolHealthChecks = ConsoleCollector(
        "pgpool_health_checks", "Health checks of each node: results, retries, duration.",
        of: .pgpool, "SHOW POOL_HEALTH_CHECK_STATS", since: 40_200, labels: ["node_id": "node_id"],
        columns: ConsoleColumn.counters(
            "pgpool_health_checks_total", "Health checks of the node, from SHOW POOL_HEALTH_CHECK_STATS.",
            as: "result", ["success_count": "success", "fail_count": "fail", "skip_count": "skip"]) + [
                .counter(
                    "retry_count", "pgpool_health_check_retries_total",
                    "Attempts that followed a failed one, from SHOW POOL_HEALTH_CHECK_STATS.")
            ]
            + [("min_duration", "min"), ("average_duration", "avg"), ("max_duration", "max")].map {
                source, stat in
                .gauge(
                    from: [source, "success_count"], "pgpool_health_check_duration_seconds",
                    "How long a health check took, from SHOW POOL_HEALTH_CHECK_STATS.", as: "stat", stat,
                    read: ofChecks)
            } + [
                .gauge(
                    from: ["last_health_check", "last_successful_health_check"],
                    "pgpool_health_check_last_success_age_seconds",
                    """
                    How long before the latest health check the latest successful one was: 0 where that \
                    succeeded, from SHOW POOL_HEALTH_CHECK_STATS.
                    """, read: sinceSuccess)
            ])

    /// Before anything was checked the zeros mean nothing.
    private static let ofChecks: ConsoleColumn.Reading = { cells in
        ConsoleColumn.limit([cells[1]]).flatMap { _ in ConsoleColumn.milliseconds(cells) }
    }

    /// Pgpool-II writes both in a time zone that it does not tell; they can only be compared.
    private static let sinceSuccess: ConsoleColumn.Reading = { cells in
        guard let latest = cells[0].flatMap(Moment.init), let success = cells[1].flatMap(Moment.init) else {
            return nil
        }
        return .integer(max(0, latest.seconds - success.seconds))
    }
}
