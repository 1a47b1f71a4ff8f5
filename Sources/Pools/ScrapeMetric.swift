import Exposition

/// How reading goes.
enum ScrapeMetric {
    static let success = Metric(
        "dbpool_scrape_success", .gauge, help: "1 where the latest document of the application was read.")
    static let failures = Metric(
        "dbpool_scrape_failures_total", .counter, help: "Documents that could not be read, by reason.")
    static let duration = Metric(
        "dbpool_scrape_duration_seconds", .gauge, help: "How long the latest request for a document took.")
    static let age = Metric(
        "dbpool_data_age_seconds", .gauge, help: "Time since a document was last read, at the latest poll.")
    static let status = Metric(
        "dbpool_http_status", .gauge, help: "HTTP status of the latest answer; 503 with a document is data.")

    static let reference: [(metric: Metric, labels: [String])] = [
        (success, []), (failures, ["reason"]), (duration, []), (age, []), (status, []),
    ]
}
