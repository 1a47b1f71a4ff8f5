import SQL

/// What every session of ours asks of the server, so that it can hurt nobody.
package struct SessionSettings: Sendable, Equatable {
    /// How the server tells our sessions from others, in `pg_stat_activity.application_name`.
    package static let applicationName = "pgvigil"

    /// The server ends a statement of ours that takes longer.
    package let statementTimeout: Duration
    /// The server ends a statement of ours that waits longer for a lock.
    package let lockTimeout: Duration

    /// Whether the planner is left as the role has it: compiling our own statements would cost more than
    /// running them, but a probe has to see what the application sees.
    package let isOfProbes: Bool

    /// Whether the session may change nothing: only the bench's may, which writes into a schema of its own.
    package let isReadOnly: Bool
    package let application: String

    package init(
        statementTimeout: Duration, lockTimeout: Duration = .milliseconds(100), isOfProbes: Bool = false,
        isReadOnly: Bool = true, application: String = SessionSettings.applicationName
    ) {
        self.statementTimeout = statementTimeout
        self.lockTimeout = lockTimeout
        self.isOfProbes = isOfProbes
        self.isReadOnly = isReadOnly
        self.application = application
    }

    private var all: [LocalSetting] {
        [
            LocalSetting("statement_timeout", statementTimeout),
            LocalSetting("lock_timeout", lockTimeout),
            LocalSetting("search_path", "pg_catalog"),  // A database's own could put other functions there.
        ] + (isOfProbes ? [] : [LocalSetting("jit", "off")])
    }

    /// For the startup packet, behind options that the operator set.
    func options(after others: String) -> String {
        let ours =
            all.map { "-c \($0.name)=\($0.value)" } + [
                "-c default_transaction_read_only=\(isReadOnly ? "on" : "off")"
            ]
        return ((others.isEmpty ? [] : [others]) + ours).joined(separator: " ")
    }

    /// What a transaction of ours sets behind a pooler, which may hand the next one to another session.
    var locals: [LocalSetting] { all + [LocalSetting("application_name", application)] }

    /// One message for a pooler.
    func wrapping(_ sql: String) -> String {
        "BEGIN READ ONLY; \(locals.map { "\($0.statement); " }.joined())\(sql); COMMIT"
    }

    /// Asks for what is in effect.
    static let readBack = """
        /* pgvigil session settings */
        SELECT (1000 * extract(epoch FROM pg_catalog.current_setting('statement_timeout')::interval))::bigint
                   AS statement_timeout,
               (1000 * extract(epoch FROM pg_catalog.current_setting('lock_timeout')::interval))::bigint
                   AS lock_timeout,
               pg_catalog.current_setting('default_transaction_read_only') = 'on' AS read_only
        """

    /// Whether the answer to `readBack` says what was asked for.
    func areInEffect(_ rows: borrowing Rows) -> Bool {
        guard rows.count == 1, let statement = rows.column("statement_timeout"),
            let lock = rows.column("lock_timeout"), let readOnly = rows.column("read_only")
        else { return false }
        return rows.integer(row: 0, column: statement) == statementTimeout.wholeMilliseconds
            && rows.integer(row: 0, column: lock) == lockTimeout.wholeMilliseconds
            && rows.truth(row: 0, column: readOnly) == isReadOnly
    }
}
