/// How metrics begin that are ours, or that Prometheus adds: an operator's own are named otherwise.
enum MetricNames {
    static let reserved = [
        "app_", "dbpool_", "odyssey_", "pg_", "pgbouncer_", "pgcat_", "pgdog_", "pgpool_", "pgvigil_",
        "process_", "scrape_",
    ]
}
