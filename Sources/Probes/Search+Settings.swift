package import Postgres
import ProbeDefinitions
import SQL

extension Search {
    /// Loads the extension's library into the session, so that its settings are checked when they are set.
    ///
    /// Before that a server takes any value, and drops what is out of range once the library comes.
    package func loadLibrary(on connection: inout Connection, by deadline: Deadline) throws(PostgresError) {
        let type = "\(relation.extensionSchema.quotedIdentifier).\("vector".quotedIdentifier)"
        let sql = """
            /* pgvigil load library */
            SELECT '[1]'::\(type) IS NOT NULL AS is_loaded
            """
        _ = try connection.query(sql, by: deadline)
    }

    /// What is in effect inside a transaction, by name; a setting that the server does not know is left out.
    package static func effectiveSettings(
        _ names: [String], on connection: inout Connection, by deadline: Deadline
    ) throws(PostgresError) -> [String: String] {
        let sql = """
            /* pgvigil effective settings */
            SELECT s.name,
                   pg_catalog.current_setting(s.name, true) AS value
              FROM pg_catalog.unnest($1::text[]) AS s (name)
            """
        let rows = try connection.query(sql, with: [names.arrayLiteral], by: deadline)
        var values: [String: String] = [:]
        for row in 0..<rows.count {
            if let name = rows.text(row, "name") { values[name] = rows.text(row, "value") }
        }
        return values
    }

    /// What `ALTER ROLE … SET` and `ALTER ROLE … IN DATABASE … SET` left for a role, of what may be copied.
    ///
    /// Of two values for one setting the database's own wins, as in a session of that role.
    static func settings(ofRole role: String, on connection: inout Connection, by deadline: Deadline)
        throws(SearchError) -> [LocalSetting]
    {
        let sql = """
            /* pgvigil role settings */
            SELECT c.entry
              FROM pg_catalog.pg_db_role_setting AS s
              JOIN pg_catalog.pg_roles AS r ON r.oid = s.setrole
             CROSS JOIN pg_catalog.unnest(s.setconfig) AS c (entry)
             WHERE r.rolname = $1
               AND s.setdatabase IN (
                       0, (SELECT d.oid FROM pg_catalog.pg_database AS d
                            WHERE d.datname = pg_catalog.current_database()))
             ORDER BY s.setdatabase
            """
        let rows = try connection.ask(sql, [role], by: deadline)
        var settings: [LocalSetting] = []
        for row in 0..<rows.count {
            guard let entry = rows.text(row, "entry"), let sign = entry.firstIndex(of: "=") else { continue }
            let name = String(entry[..<sign])
            guard mayBeCopied(name) else { continue }
            settings.removeAll { $0.name == name }
            settings.append(LocalSetting(name, String(entry[entry.index(after: sign)...])))
        }
        return settings
    }

    /// What changes how a search is planned and run, and nothing that protects the server or finds names.
    private static func mayBeCopied(_ name: String) -> Bool {
        let more: Set = [
            "max_parallel_workers_per_gather", "plan_cache_mode", "random_page_cost", "effective_cache_size",
        ]
        return LocalSetting.isChangeable(name) || more.contains(name)
    }
}
