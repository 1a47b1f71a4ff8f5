/// What a server or a pooler says of itself at the beginning of each poll.
package struct ServerState: Sendable, Equatable {
    /// `server_version_num`: 150020 is 15.20; of a pooler alike: 12401 is 1.24.1.
    package let version: Int
    package let isInRecovery: Bool
    /// When it was started, in seconds since 1970: no two servers have it in common, a primary and its
    /// standby neither; 0 of poolers.
    package let startTime: Double
    /// Its clock when it answered: seconds since 1970; nil of poolers.
    package let time: Double?
    package let roleName: String
    /// Those of PostgreSQL's predefined monitoring roles whose rights our role has.
    package let predefinedRoles: Set<String>

    package init(
        version: Int, isInRecovery: Bool = false, startTime: Double = 0, time: Double? = nil,
        roleName: String = "", predefinedRoles: Set<String> = []
    ) {
        self.version = version
        self.isInRecovery = isInRecovery
        self.startTime = startTime
        self.time = time
        self.roleName = roleName
        self.predefinedRoles = predefinedRoles
    }

    /// The part of the version that decides which columns a view has: 15 of 150020.
    package var majorVersion: Int { version / 10_000 }

    private static let sql = """
        /* pgvigil server state */
        SELECT pg_catalog.current_setting('server_version_num')::int AS version,
               pg_catalog.pg_is_in_recovery() AS in_recovery,
               extract(epoch FROM pg_catalog.clock_timestamp()) AS time,
               current_user AS role_name,
               (SELECT pg_catalog.string_agg(rolname, ',')
                FROM pg_catalog.pg_roles
                WHERE rolname IN ('pg_monitor', 'pg_read_all_settings', 'pg_read_all_stats',
                                  'pg_stat_scan_tables')
                  AND pg_catalog.pg_has_role(oid, 'USAGE')) AS predefined_roles,
               extract(epoch FROM pg_catalog.pg_postmaster_start_time()) AS start_time
        """

    /// Asks the server; an answer is the proof that it is up.
    package static func read(from connection: inout Connection, by deadline: Deadline)
        throws(PostgresError) -> ServerState
    {
        guard !connection.kind.isPooler else { return try readPooler(from: &connection, by: deadline) }
        let rows = try connection.query(sql, by: deadline)
        guard rows.count == 1, let version = rows.integer(row: 0, column: 0),
            let isInRecovery = rows.truth(row: 0, column: 1), let time = rows.double(row: 0, column: 2),
            let startTime = rows.double(row: 0, column: 5)
        else { throw .noTable }
        return ServerState(
            version: Int(version), isInRecovery: isInRecovery, startTime: startTime, time: time,
            roleName: rows.text(row: 0, column: 3) ?? "",
            predefinedRoles: Set((rows.text(row: 0, column: 4) ?? "").split(separator: ",").map(String.init)))
    }

    private static func readPooler(from connection: inout Connection, by deadline: Deadline)
        throws(PostgresError) -> ServerState
    {
        let rows = try connection.query(connection.kind.versionCommand, by: deadline)
        guard rows.count == 1, let text = rows.text(row: 0, column: 0) else { throw .noTable }
        guard connection.kind.says(version: text) else {
            throw .cannotConnect(.invalidSettings, "what answers there is not \(connection.kind)")
        }
        return ServerState(version: version(in: text))
    }

    /// A pooler's version as its makers write it: `1.24.1`.
    package var release: String { "\(version / 10_000).\(version / 100 % 100).\(version % 100)" }

    /// 12401 of `PgBouncer 1.24.1`; 0 where the text has no version.
    static func version(in text: String) -> Int {
        let words = text.split { !($0.isASCII && $0.isNumber || $0 == ".") }
        guard let word = words.first(where: { $0.contains(".") }) else { return 0 }
        let numbers = word.split(separator: ".").map { min(Int($0) ?? 0, 9999) }
        return numbers.prefix(3).enumerated().reduce(0) { sum, number in
            sum + number.element * [10_000, 100, 1][number.offset]
        }
    }
}
