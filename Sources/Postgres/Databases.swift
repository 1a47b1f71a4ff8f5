extension Connection {
    /// The databases that let us in, by name.
    ///
    /// Without templates and those that an interrupted DROP left behind.
    package mutating func databases(by deadline: Deadline) throws(PostgresError) -> [String] {
        // An interrupted DROP leaves -2 as the limit (PostgreSQL 13.12, 14.9, 15.4 and later).
        let rows = try query(
            """
            /* pgvigil databases */
            SELECT datname
            FROM pg_catalog.pg_database
            WHERE datallowconn
              AND NOT datistemplate
              AND datconnlimit <> -2
              AND pg_catalog.has_database_privilege(oid, 'CONNECT')
            ORDER BY datname
            """, by: deadline)
        return (0..<rows.count).compactMap { rows.text(row: $0, column: 0) }
    }
}
