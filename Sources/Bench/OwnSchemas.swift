import Glibc
import Postgres

/// The schemas that runs make for themselves: how they come, how they go, and which were left.
struct OwnSchemas {
    private let door: Door
    private static let mark = "pgvigil bench"

    init(behind door: Door) {
        self.door = door
    }

    /// Makes a schema that says whose it is, in one statement, and holds its lock until the session ends.
    func make(_ name: SchemaName, on connection: inout Connection, by deadline: Deadline)
        throws(PostgresError)
    {
        try connection.run(
            "/* pgvigil bench lock */ SELECT pg_catalog.pg_advisory_lock(\(name.lock))", by: deadline)
        try connection.run(
            """
            /* pgvigil bench schema */
            DO $bench$
            BEGIN
                CREATE SCHEMA \(name.text);
                COMMENT ON SCHEMA \(name.text)
                    IS '\(Self.mark): of one run, which removes it; else pgvigil bench --clean-up does';
            END
            $bench$
            """, by: deadline)
    }

    /// Schemas of this role whose run is over.
    func left(on connection: inout Connection, by deadline: Deadline) throws(PostgresError) -> [SchemaName] {
        let rows = try connection.run(
            """
            /* pgvigil bench left-over */
            SELECT nspname
            FROM pg_catalog.pg_namespace
            WHERE nspname LIKE 'pgvigil\\_bench\\_%'
              AND pg_catalog.obj_description(oid, 'pg_namespace') LIKE '\(Self.mark):%'
              AND pg_catalog.pg_has_role(nspowner, 'USAGE')
            ORDER BY nspname
            """, by: deadline)
        let names = (0..<rows.count).compactMap { rows.text(row: $0, column: 0).flatMap { SchemaName($0) } }
        var left: [SchemaName] = []
        for name in names where try isFree(name, on: &connection, by: deadline) { left.append(name) }
        return left
    }

    private func isFree(_ name: SchemaName, on connection: inout Connection, by deadline: Deadline)
        throws(PostgresError) -> Bool
    {
        let rows = try connection.run(
            """
            /* pgvigil bench lock */
            SELECT CASE WHEN pg_catalog.pg_try_advisory_lock(\(name.lock))
                        THEN pg_catalog.pg_advisory_unlock(\(name.lock))
                        ELSE false
                   END AS free
            """, by: deadline)
        return rows.count == 1 && rows.truth(row: 0, column: 0) == true
    }

    /// Removes a schema with all that is in it; also one that is not there.
    func remove(_ name: SchemaName, on connection: inout Connection, by deadline: Deadline)
        throws(PostgresError)
    {
        try connection.run("/* pgvigil bench end */ DROP SCHEMA IF EXISTS \(name.text) CASCADE", by: deadline)
    }

    /// Ends our other sessions and removes the schema, whatever has happened to the connection that made it.
    ///
    /// A server that just restarts gets 20 s to come back.
    func remove(_ name: SchemaName) throws(PostgresError) {
        let limit = Deadline.after(.seconds(20))
        while true {
            do throws(PostgresError) {
                var connection = try door.connect(unless: Interrupt())
                try endOthers(on: &connection, by: .after(.seconds(10)))
                return try remove(name, on: &connection, by: .after(.seconds(60)))
            } catch {
                guard !limit.hasPassed else { throw error }
                _ = usleep(200_000)
            }
        }
    }

    /// They would keep what they use locked until their statements end.
    private func endOthers(on connection: inout Connection, by deadline: Deadline) throws(PostgresError) {
        try connection.run(
            """
            /* pgvigil bench end */
            SELECT count(pg_catalog.pg_terminate_backend(pid)) AS ended
            FROM pg_catalog.pg_stat_activity
            WHERE pid = ANY ($1::int[])
              AND pid <> pg_catalog.pg_backend_pid()
              AND usename = current_user
              AND application_name = $2
            """,
            with: ["{\(door.processIDs.map(String.init).joined(separator: ","))}", Door.application],
            by: deadline)
    }
}
