import CLibPQ
import Glibc

/// How to reach one database, as libpq and the operator say it.
package struct ConnectionTarget: Sendable, Equatable {
    /// A keyword string or URI, which may hold a password; empty for what libpq finds by itself.
    private let conninfo: String
    private let password: PasswordSource
    package let kind: ServerKind
    /// Whether the operator says that a transaction pooler stands in between.
    package let isPooled: Bool
    package private(set) var settings: SessionSettings
    /// Takes the place of the database that the connection string or libpq's environment names.
    package var database: String?

    package init(
        conninfo: String, password: PasswordSource = .libpq, kind: ServerKind = .postgres,
        isPooled: Bool = false, settings: SessionSettings
    ) {
        self.conninfo = conninfo
        self.password = password
        self.kind = kind
        self.isPooled = isPooled
        self.settings = settings
    }

    /// Whether libpq can read this connection string, and reads it as it was meant.
    ///
    /// What it says of one that it cannot read, or of a password that it takes for a host, may quote that
    /// password, so nobody gets it.
    package static func isReadable(conninfo: String) -> Bool {
        guard let options = ConnectionOptions(parsing: conninfo) else { return false }
        return !options.hasMisplacedURI && !ConnectionOptions.isAmbiguous(uri: conninfo)
    }

    /// What the connection string itself says of a keyword of libpq's; nil where it leaves that to others.
    package func saidInConninfo(_ keyword: String) -> String? {
        ConnectionOptions(parsing: conninfo)?[keyword]
    }

    /// The same, with statements ended sooner.
    package func limited(to statementTimeout: Duration) -> ConnectionTarget {
        var target = self
        target.settings = SessionSettings(
            statementTimeout: min(statementTimeout, settings.statementTimeout),
            lockTimeout: settings.lockTimeout)
        return target
    }

    /// The same, with the planner left alone.
    package var forProbes: ConnectionTarget {
        var target = self
        target.settings = SessionSettings(
            statementTimeout: settings.statementTimeout, lockTimeout: settings.lockTimeout, isOfProbes: true)
        return target
    }

    /// What libpq gets, later ones overriding earlier ones.
    func parameters(withOptions: Bool, by deadline: Deadline, unless interrupt: Interrupt)
        throws(PostgresError) -> [(keyword: String, value: String)]
    {
        guard Self.isReadable(conninfo: conninfo) else {
            throw .cannotConnect(
                .invalidSettings,
                """
                libpq cannot read the connection string, or not as it was meant: in a URI's password, write \
                "@" as %40 and "/" as %2F (what libpq says is withheld, it may quote a password)
                """)
        }
        guard !ConnectionOptions.defaults.hasMisplacedURI else {
            throw .cannotConnect(
                .invalidSettings,
                "one of PGHOST, PGPORT, PGDATABASE, PGUSER holds a URI (withheld, it may hold a password)")
        }
        var parameters = [("dbname", conninfo)]
        if let database { parameters.append(("dbname", database)) }  // libpq expands the first one only.
        if let password = try password.read(by: deadline, unless: interrupt) {
            parameters.append(("password", password))
        }
        parameters.append(("application_name", settings.application))
        parameters.append(("client_encoding", "UTF8"))
        // A pooler's console has no settings, and PgBouncer refuses whoever sends it some.
        if !kind.isPooler {
            let options = withOptions ? settings.options(after: operatorsOptions) : operatorsOptions
            parameters.append(("options", options))
        }
        return parameters
    }

    /// `options` of the connection string, else of `PGOPTIONS`: ours take their place in what libpq sends.
    private var operatorsOptions: String {
        ConnectionOptions(parsing: conninfo)?["options"] ?? ProcessEnvironment.serverOptions
    }
}
