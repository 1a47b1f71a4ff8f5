import Exposition

extension Collector {
    /// The oldest that clients hold open, by database and user, without ourselves.
    static let transactions = Collector(
        "transactions", "The oldest transaction, statement, pause in a transaction and snapshot of clients.",
        requires: [.readAllStats],
        columns: [
            .label("datname"),
            .label("usename"),
            .gauge(
                "oldest_transaction", "pg_stat_activity_oldest_transaction_age_seconds",
                "How long ago the oldest open transaction of a client began, from pg_stat_activity."),
            .gauge(
                "oldest_query", "pg_stat_activity_oldest_query_age_seconds",
                "How long ago the oldest running statement of a client began, from pg_stat_activity."),
            .gauge(
                "oldest_idle_in_transaction", "pg_stat_activity_oldest_idle_in_transaction_age_seconds",
                "How long the client that waits longest inside a transaction has sent nothing,"
                    + " from pg_stat_activity."),
            .gauge(
                "oldest_backend_xmin", "pg_stat_activity_oldest_backend_xmin_age_xids",
                "How many transactions ago the oldest snapshot of a client was taken: vacuum keeps what"
                    + " it can see, from pg_stat_activity."),
        ]
    ) { _ in
        """
        WITH client AS (
            SELECT datname,
                   usename,
                   min(xact_start) AS transaction_start,
                   min(query_start) FILTER (WHERE state = 'active') AS query_start,
                   min(state_change) FILTER (WHERE state LIKE 'idle in transaction%') AS pause_start,
                   max(pg_catalog.age(backend_xmin)) AS oldest_backend_xmin
            FROM pg_catalog.pg_stat_activity
            WHERE backend_type = 'client backend'
              AND state <> 'idle'
              AND \(Phrase.isNotOurs)
            GROUP BY datname, usename
        )
        SELECT datname,
               usename,
               \(Phrase.age(since: "transaction_start")) AS oldest_transaction,
               \(Phrase.age(since: "query_start")) AS oldest_query,
               \(Phrase.age(since: "pause_start")) AS oldest_idle_in_transaction,
               oldest_backend_xmin
        FROM client
        ORDER BY datname, usename
        """
    }
}
