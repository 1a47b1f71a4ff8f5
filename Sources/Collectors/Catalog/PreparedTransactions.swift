import Exposition

extension Collector {
    /// Transactions prepared for two-phase commit: forgotten ones hold locks and vacuum's horizon for ever.
    static let preparedTransactions = Collector(
        "prepared_transactions", "Transactions that wait for the second phase of their commit.",
        columns: [
            .label("datname"),
            .gauge(
                "transactions", "pg_prepared_xacts_transactions",
                "Prepared transactions, from pg_prepared_xacts."),
            .gauge(
                "oldest_age_seconds", "pg_prepared_xacts_oldest_age_seconds",
                "How long ago the oldest prepared transaction was prepared, from pg_prepared_xacts."),
            .gauge(
                "oldest_age_xids", "pg_prepared_xacts_oldest_age_xids",
                "How many transactions ago the oldest prepared transaction got its id,"
                    + " from pg_prepared_xacts."),
        ]
    ) { _ in
        """
        WITH prepared AS (
            SELECT database,
                   count(*) AS transactions,
                   min(prepared) AS first_prepared,
                   max(pg_catalog.age(transaction)) AS oldest_age_xids
            FROM pg_catalog.pg_prepared_xacts
            GROUP BY database
        )
        SELECT database AS datname,
               transactions,
               \(Phrase.age(since: "first_prepared")) AS oldest_age_seconds,
               oldest_age_xids
        FROM prepared
        ORDER BY database
        """
    }
}
