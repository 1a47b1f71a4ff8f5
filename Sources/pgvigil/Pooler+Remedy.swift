import PoolDefinitions
import Postgres
import Settings

extension Settings.Pooler {
    /// What an operator can do about a console that keeps us out or refuses a command; nil where unknown.
    func remedy(for error: PostgresError) -> String? {
        switch error {
        case .cannotConnect(.authentication, let message) where isOfPostgreSQL(message),
            .cannotConnect(.noDatabase, let message) where isOfPostgreSQL(message):
            remedyOfPostgreSQL
        case .cannotConnect(.authentication, let message): accessRemedy(for: message)
        case .cannotConnect(.noDatabase, _): "name the console in conninfo: \(console)"
        case .cannotConnect(.refused, _):
            "check host and port, and that \(kind) runs and listens there\(listening)"
        case .cannotConnect(.tooManyConnections, _):
            "let in more clients\(kind == .pgbouncer ? ": raise max_client_conn" : "")"
        case .cannotConnect(.invalidSettings, let message) where message.hasPrefix("what answers there"):
            "check host and port, or write the kind of pooler that is there: \(Self.kinds)"
        case .cannotConnect(_, let message)
        where message.contains("startup parameter") && connectionTarget.saidInConninfo("options") != nil:
            "remove options from conninfo: a console has no settings"
        case .cannotConnect(_, let message) where message.contains("startup parameter"):
            """
            unset PGGEQO, PGTZ and PGDATESTYLE in pgvigil's environment, or name the parameter in \
            ignore_startup_parameters of pgbouncer.ini
            """
        case .statementFailed(SQLState(rawValue: "42704"), _):
            // PostgreSQL's own word for a SHOW that it does not know: what answers is no console.
            kind == .pgpool
                ? "conninfo leads to PostgreSQL itself: give the host and port of Pgpool-II"
                : remedyOfPostgreSQL
        case .statementFailed(SQLState(rawValue: "08P01"), _):
            "check that kind is right: what answers there has no such command"
        default: error.remedy
        }
    }

    private static let kinds = PoolerKind.allCases.map(\.rawValue).joined(separator: ", ")

    /// Whether PostgreSQL itself refused us, be it through a pooler: a console knows no roles.
    ///
    /// Pgpool-II has no console, and lets PostgreSQL refuse.
    private func isOfPostgreSQL(_ message: String) -> Bool {
        kind != .pgpool && message.contains(#/(role|database) ".+" does not exist/#)
    }

    /// What to do where PostgreSQL answers in place of the console.
    private var remedyOfPostgreSQL: String {
        let database = connectionTarget.saidInConninfo("dbname")
        return database != nil && database == consoleName
            ? "what answers there is PostgreSQL itself: check host and port, which are to be \(kind)'s"
            : "conninfo leads to a database and not to the console: \(console)"
    }

    private func accessRemedy(for message: String) -> String {
        switch kind {
        case .pgbouncer where message.contains("not allowed"):
            "add the user to stats_users in pgbouncer.ini, then send RELOAD on the console"
        case .pgbouncer where message.contains("no password supplied"):
            "give a password: password_file and the like in the settings, or pgpass"
        case .pgbouncer where message.contains("authentication failed"):
            """
            check password_file (or where else the password comes from) and the user's line in auth_file \
            (userlist.txt); auth_query knows no user of the console
            """
        case .pgbouncer:
            """
            add the user and its password to auth_file (userlist.txt), as auth_type in pgbouncer.ini wants \
            it; auth_query knows no user of the console
            """
        case .pgpool: "check the user's password in pool_passwd, and its line in pool_hba.conf"
        case .odyssey: "give the user a rule with storage local and role stat in the Odyssey configuration"
        case .pgcat: "use admin_username and admin_password of pgcat.toml"
        case .pgdog: "use the user and password of [admin] in pgdog.toml"
        }
    }

    private var console: String {
        switch kind {
        case .pgbouncer, .pgcat, .pgdog: "dbname=\(consoleName ?? "")"
        case .odyssey: "dbname=console, or what a rule with storage local is called"
        case .pgpool: "dbname of any database behind Pgpool-II"
        }
    }

    /// The database that is the console; nil where the operator of the pooler names it.
    private var consoleName: String? {
        switch kind {
        case .pgbouncer: "pgbouncer"
        case .pgcat: "pgcat"
        case .pgdog: "admin"
        case .odyssey, .pgpool: nil
        }
    }

    private var listening: String {
        switch kind {
        case .pgbouncer: " (listen_addr, listen_port)"
        case .pgpool: " (listen_addresses, port)"
        case .odyssey, .pgcat, .pgdog: ""
        }
    }
}
