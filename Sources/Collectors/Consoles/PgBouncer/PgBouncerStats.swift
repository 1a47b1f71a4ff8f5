import Exposition
import PoolDefinitions

extension ConsoleCollector {
    /// What went through each database's pools; PgBouncer counts in microseconds.
    static let pgbouncerStats = ConsoleCollector(
        "pgbouncer_stats", "Transactions, queries, bytes and time of each database's pools.",
        of: .pgbouncer, "SHOW STATS", labels: ["database": "database"],
        leavesOut: ["database": .console],
        columns: [
            .counter(
                "total_xact_count", "pgbouncer_database_transactions_total",
                "Transactions, from SHOW STATS."),
            .counter(
                "total_query_count", "pgbouncer_database_queries_total", "Queries, from SHOW STATS."),
            .counter(
                "total_server_assignment_count", "pgbouncer_database_server_assignments_total",
                "How often a client was given a server connection, from SHOW STATS."),
            .counter(
                "total_client_login_count", "pgbouncer_database_client_logins_total",
                "Clients that logged in, from SHOW STATS."),
            .counter(
                "total_received", "pgbouncer_database_received_bytes_total",
                "Bytes received from clients, from SHOW STATS."),
            .counter(
                "total_sent", "pgbouncer_database_sent_bytes_total",
                "Bytes sent to clients, from SHOW STATS."),
            .counter(
                "total_xact_time", "pgbouncer_database_transaction_seconds_total",
                "Time of clients' transactions, the wait for a server connection included, from SHOW STATS.",
                read: ConsoleColumn.microseconds),
            .counter(
                "total_query_time", "pgbouncer_database_query_seconds_total",
                "Time of clients' queries, the wait for a server connection included, from SHOW STATS.",
                read: ConsoleColumn.microseconds),
            .counter(
                "total_wait_time", "pgbouncer_database_client_wait_seconds_total",
                "Time that clients waited for a server connection, once they have one, from SHOW STATS.",
                read: ConsoleColumn.microseconds),
            .counter(
                "total_client_parse_count", "pgbouncer_database_client_parses_total",
                "Prepared statements that clients made, from SHOW STATS."),
            .counter(
                "total_server_parse_count", "pgbouncer_database_server_parses_total",
                "Prepared statements that PgBouncer made at servers, from SHOW STATS."),
            .counter(
                "total_bind_count", "pgbouncer_database_binds_total",
                "Prepared statements that were run, from SHOW STATS."),
        ])
}
