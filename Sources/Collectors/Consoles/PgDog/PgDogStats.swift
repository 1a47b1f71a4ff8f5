import Exposition
import PoolDefinitions

extension ConsoleCollector {
    /// What went to each server of each pool; PgDog counts in milliseconds.
    static let pgdogStats = ConsoleCollector(
        "pgdog_stats", "Transactions, queries, bytes, errors and time of each server of a pool.",
        of: .pgdog, "SHOW STATS",
        labels: [
            "database": "database", "user": "user", "addr": "addr", "port": "port", "shard": "shard",
        ],
        columns: [
            .counter(
                "total_xact_count", "pgdog_database_transactions_total", "Transactions, from SHOW STATS."),
            .counter(
                "total_xact_2pc_count", "pgdog_database_two_phase_transactions_total",
                "Transactions committed in two phases, from SHOW STATS."),
            .counter("total_query_count", "pgdog_database_queries_total", "Queries, from SHOW STATS."),
            .counter(
                "total_server_assignment_count", "pgdog_database_server_assignments_total",
                "How often a client was given a server connection, from SHOW STATS."),
            .counter(
                "total_received", "pgdog_database_received_bytes_total",
                "Bytes received from servers, from SHOW STATS."),
            .counter(
                "total_sent", "pgdog_database_sent_bytes_total", "Bytes sent to servers, from SHOW STATS."),
            .counter(
                "total_xact_time", "pgdog_database_transaction_seconds_total",
                "Time that server connections were inside transactions, from SHOW STATS.",
                read: ConsoleColumn.milliseconds),
            .counter(
                "total_idle_xact_time", "pgdog_database_idle_in_transaction_seconds_total",
                "Time that server connections were idle inside transactions, from SHOW STATS.",
                read: ConsoleColumn.milliseconds),
            .counter(
                "total_query_time", "pgdog_database_query_seconds_total",
                "Time that server connections worked on queries, from SHOW STATS.",
                read: ConsoleColumn.milliseconds),
            .counter(
                "total_wait_time", "pgdog_database_client_wait_seconds_total",
                "Time that clients waited for a server connection, from SHOW STATS.",
                read: ConsoleColumn.milliseconds),
            .counter(
                "total_server_parse_count", "pgdog_database_server_parses_total",
                "Prepared statements that PgDog made at servers, from SHOW STATS."),
            .counter(
                "total_bind_count", "pgdog_database_binds_total",
                "Prepared statements that were run, from SHOW STATS."),
            .counter("total_errors", "pgdog_database_errors_total", "Errors, from SHOW STATS."),
            .counter("total_rollbacks", "pgdog_database_rollbacks_total", "Rollbacks, from SHOW STATS."),
            .counter(
                "total_connect_count", "pgdog_database_connects_total",
                "Server connections made, from SHOW STATS."),
            .counter(
                "total_connect_time", "pgdog_database_connect_seconds_total",
                "Time that making server connections took, from SHOW STATS.",
                read: ConsoleColumn.milliseconds),
        ].repeating(.sum))
}
