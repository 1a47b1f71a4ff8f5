import Postgres

extension BenchResult.Environment {
    /// Settings that change what a bench sees; none of them holds a secret.
    private static let names = [
        "effective_cache_size", "fsync", "full_page_writes", "hnsw.ef_search", "hnsw.iterative_scan", "jit",
        "maintenance_work_mem", "max_connections", "max_parallel_workers_per_gather", "max_wal_size",
        "random_page_cost", "shared_buffers", "synchronous_commit", "wal_compression", "work_mem",
    ]

    /// From a session that has loaded pgvector, without whose library its settings are unknown.
    static func read(from connection: inout Connection, _ tables: Tables, by deadline: Deadline)
        throws(PostgresError) -> Self
    {
        var settings: [String: String] = [:]
        let rows = try connection.run(
            """
            /* pgvigil bench settings */
            SELECT name,
                   pg_catalog.current_setting(name, true) AS value
            FROM pg_catalog.unnest($1::text[]) AS names (name)
            """, with: ["{\(names.joined(separator: ","))}"], by: deadline)
        for row in 0..<rows.count {
            if let name = rows.text(row: row, column: 0), let value = rows.text(row: row, column: 1) {
                settings[name] = value
            }
        }
        let facts = try connection.run(
            """
            /* pgvigil bench sizes */
            SELECT pg_catalog.current_setting('server_version') AS server,
                   (SELECT extversion FROM pg_catalog.pg_extension WHERE extname = 'vector') AS extension,
                   pg_catalog.pg_table_size($1::regclass) AS table_bytes,
                   pg_catalog.pg_indexes_size($1::regclass) AS index_bytes
            """, with: [tables.documents], by: deadline)
        guard facts.count == 1 else { throw .noTable }
        return Self(
            serverVersion: facts.text(row: 0, column: 0) ?? "",
            extensionVersion: facts.text(row: 0, column: 1) ?? "", settings: settings,
            tableBytes: Int(facts.integer(row: 0, column: 2) ?? 0),
            indexBytes: Int(facts.integer(row: 0, column: 3) ?? 0))
    }
}
