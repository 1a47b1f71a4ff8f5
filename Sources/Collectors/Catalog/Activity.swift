import Exposition

extension Collector {
    /// Who is connected and what they do, without ourselves: four views of one reading.
    ///
    /// Each family has its own one to three labels: with all of them it would grow with their product.
    static let activity = Collector(
        "activity", "Connections by database, user, state and application; processes by type and wait.",
        requires: [.readAllStats], duplicates: .sum,
        columns: [
            .label("datname"),
            .label("usename"),
            .label("state"),
            .label("application_name"),
            .label("backend_type"),
            .label("wait_event_type"),
            .gauge(
                "connections", "pg_stat_activity_connections",
                "Client connections by database, user and state, without pgvigil's, from pg_stat_activity.",
                by: ["datname", "usename", "state"]
            ),
            .gauge(
                "application_connections", "pg_stat_activity_application_connections",
                "Client connections by application, the 50 largest and 'other', from pg_stat_activity.",
                by: ["application_name"]
            ),
            .gauge(
                "backends", "pg_stat_activity_backends",
                "Server processes by type, without pgvigil's, from pg_stat_activity.", by: ["backend_type"]),
            .gauge(
                "waiting_backends", "pg_stat_activity_waiting_backends",
                "Server processes that wait, by type and kind of wait event, from pg_stat_activity.",
                by: ["backend_type", "wait_event_type"]),
        ]
    ) { _ in
        """
        WITH process AS (
            SELECT datname,
                   usename,
                   state,
                   coalesce(nullif(application_name, ''), '(none)') AS application_name,
                   backend_type,
                   wait_event_type,
                   backend_type = 'client backend' AS is_client
            FROM pg_catalog.pg_stat_activity
            WHERE \(Phrase.isNotOurs)
        ), application AS (
            SELECT application_name,
                   count(*) AS connections,
                   row_number() OVER (ORDER BY count(*) DESC, application_name) AS rank
            FROM process
            WHERE is_client
            GROUP BY application_name
        )
        SELECT datname,
               usename,
               state,
               NULL AS application_name,
               NULL AS backend_type,
               NULL AS wait_event_type,
               count(*) AS connections,
               NULL::bigint AS application_connections,
               NULL::bigint AS backends,
               NULL::bigint AS waiting_backends
        FROM process
        WHERE is_client
        GROUP BY datname, usename, state
        UNION ALL
        SELECT NULL, NULL, NULL, CASE WHEN rank <= 50 THEN application_name ELSE 'other' END, NULL, NULL,
               NULL, sum(connections)::bigint, NULL, NULL
        FROM application
        GROUP BY CASE WHEN rank <= 50 THEN application_name ELSE 'other' END
        UNION ALL
        SELECT NULL, NULL, NULL, NULL, backend_type, NULL,
               NULL, NULL, count(*), NULL
        FROM process
        GROUP BY backend_type
        UNION ALL
        SELECT NULL, NULL, NULL, NULL, backend_type, wait_event_type,
               NULL, NULL, NULL, count(*)
        FROM process
        WHERE wait_event_type IS NOT NULL
        GROUP BY backend_type, wait_event_type
        ORDER BY datname NULLS FIRST, usename, state, application_name, backend_type, wait_event_type
        """
    }
}
