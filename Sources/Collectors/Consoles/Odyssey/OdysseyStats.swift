import Exposition
import PoolDefinitions

extension ConsoleCollector {
    /// What went through each database's pools; Odyssey counts in microseconds.
    static let odysseyStats = ConsoleCollector(
        "odyssey_stats", "Transactions, queries, bytes and time of each database's pools.",
        of: .odyssey, "SHOW STATS", labels: ["database": "database"], leavesOut: ["database": .console],
        columns: [
            .counter(
                "total_xact_count", "odyssey_database_transactions_total", "Transactions, from SHOW STATS."),
            .counter("total_query_count", "odyssey_database_queries_total", "Queries, from SHOW STATS."),
            .counter(
                "total_server_assignment_count", "odyssey_database_server_assignments_total",
                "How often a client was given a server connection, from SHOW STATS."),
            .counter(
                "total_received", "odyssey_database_received_bytes_total",
                "Bytes received from clients, from SHOW STATS."),
            .counter(
                "total_sent", "odyssey_database_sent_bytes_total",
                "Bytes sent to clients, from SHOW STATS."),
            .counter(
                "total_xact_time", "odyssey_database_transaction_seconds_total",
                "Time that server connections were inside transactions, from SHOW STATS.",
                read: ConsoleColumn.microseconds),
            .counter(
                "total_query_time", "odyssey_database_query_seconds_total",
                "Time that server connections worked on queries, from SHOW STATS.",
                read: ConsoleColumn.microseconds),
            .counter(
                from: ["total_wait_time", "total_server_assignment_count"],
                "odyssey_database_client_wait_seconds_total",
                "Time that clients waited for a server connection, from SHOW STATS.", read: waited),
            .counter(
                "total_parse_count", "odyssey_database_parses_total",
                "Prepared statements that clients made, from SHOW STATS."),
            .counter(
                "total_parse_count_reuse", "odyssey_database_parse_reuses_total",
                "Prepared statements that the server had already, from SHOW STATS."),
            .counter(
                "total_cancel_count", "odyssey_database_cancels_total",
                "Requests to cancel a query, from SHOW STATS."),
        ])

    /// Versions that do not count assignments write 0 for the time waited.
    private static let waited: ConsoleColumn.Reading = { cells in
        cells[1].flatMap { _ in ConsoleColumn.microseconds(cells) }
    }
}
