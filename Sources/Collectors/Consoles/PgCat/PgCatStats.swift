import Exposition
import PoolDefinitions

extension ConsoleCollector {
    /// What went to each server of each pool; PgCat counts in microseconds.
    ///
    /// Its column `instance` names the server; the label of that name is Prometheus' own.
    static let pgcatStats = ConsoleCollector(
        "pgcat_stats", "Transactions, queries, bytes, errors and time of each server of a pool.",
        of: .pgcat, "SHOW STATS",
        labels: ["instance": "address", "database": "database", "user": "user"],
        columns: [
            .counter(
                "total_xact_count", "pgcat_database_transactions_total", "Transactions, from SHOW STATS."),
            .counter("total_query_count", "pgcat_database_queries_total", "Queries, from SHOW STATS."),
            .counter(
                "total_received", "pgcat_database_received_bytes_total",
                "Bytes received from servers, from SHOW STATS."),
            .counter(
                "total_sent", "pgcat_database_sent_bytes_total", "Bytes sent to servers, from SHOW STATS."),
            .counter(
                "total_xact_time", "pgcat_database_transaction_seconds_total",
                "Time that server connections were inside transactions, from SHOW STATS.",
                read: ConsoleColumn.microseconds),
            .counter(
                "total_query_time", "pgcat_database_query_seconds_total",
                "Time that server connections worked on queries, from SHOW STATS.",
                read: ConsoleColumn.microseconds),
            .counter(
                "total_wait_time", "pgcat_database_client_wait_seconds_total",
                "Time that clients waited for a server connection, from SHOW STATS.",
                read: ConsoleColumn.microseconds),
            .counter("total_errors", "pgcat_database_errors_total", "Errors, from SHOW STATS."),
        ])
}
