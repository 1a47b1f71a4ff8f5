import Collectors
import Postgres
import ProbeDefinitions
import Probes
import SQL

extension CollectorError {
    /// What an operator can do about it; nil where that is not known.
    func remedy(for collector: Collector, on state: ServerState) -> String? {
        switch self {
        case .unmet(let requirement): requirement.grant(to: state.roleName)
        case .postgres(.statementFailed(.insufficientPrivilege, _)):
            Requirement.predefinedRole("pg_monitor").grant(to: state.roleName)
        case .postgres(.timedOut), .postgres(.statementFailed(.queryCanceled, _)):
            """
            give it more time with a longer interval of the server, or switch it off in the settings: \
            collectors: {\(collector.name): false}
            """
        case .postgres, .missingColumn, .notANumber: nil
        }
    }
}

extension SearchError {
    /// What an operator can do about it; nil where that is not known.
    func remedy(for probe: SearchProbe, as role: String) -> String? {
        let target = probe.target
        let table = "\(target.schema.quotedIdentifier).\(target.table.quotedIdentifier)"
        return switch self {
        case .postgres(let error): error.remedy
        case .missingExtension: "as a superuser, in this database: CREATE EXTENSION vector;"
        case .missingRelation, .notTable: "check the probe's database, target.schema and target.table"
        case .missingColumn: "check the probe's target.column, target.key and target.metric"
        case .notReadable(let name) where name.hasPrefix("\(target.schema).\(target.table)."):
            "GRANT SELECT ON \(table) TO \(role.quotedIdentifier);"
        case .notReadable(let schema):
            "GRANT USAGE ON SCHEMA \(schema.quotedIdentifier) TO \(role.quotedIdentifier);"
        case .notVector: "search a column of vector, halfvec, sparsevec or bit, or an expression that is one"
        case .noSuchOperator:
            "check the probe's target.operator: <->, <#>, <=> and <+> are of vectors, <~> and <%> of bits"
        case .unknownDimensions: "take the query vectors from elsewhere: queries: {source: table}"
        case .noQueries: "check the probe's queries: it may be that the table is still empty"
        case .queryFile: "check the probe's queries.file, and that this user may read it"
        }
    }
}

extension PostgresError {
    /// What an operator can do about a connection that failed; nil where that is not known.
    var remedy: String? {
        guard case .cannotConnect(let failure, let message) = self else { return nil }
        return switch failure {
        case .authentication: Self.accessRemedy(for: message)
        case .connectionLimit: "raise max_connections of this server in the settings"
        case .invalidSettings: "check conninfo in the settings: keyword=value pairs or a postgresql:// URI"
        case .nameResolution: "check the host's name, and the resolver of this machine"
        case .noDatabase: "name a database that exists with dbname in the settings; postgres usually does"
        case .passwordSource: "check password_file, password_credential or password_command in the settings"
        case .refused: "check host and port, and that the server runs and listens there (listen_addresses)"
        case .startingUp: "wait until the server has started"
        case .timeout, .unreachable: "check host, port and the network between, firewalls included"
        case .tls: "check sslmode and the certificates"
        case .tooManyConnections:
            "close connections, or ALTER SYSTEM SET max_connections to more and restart PostgreSQL"
        case .other: nil
        }
    }

    private static func shellQuoted(_ word: Substring) -> String {
        word.contains(#/[^\w.-]/#) ? "'\(word.replacing("'", with: #"'\''"#))'" : String(word)
    }

    /// The server says in words alone which of its checks refused us: in other languages we stay vague.
    private static func accessRemedy(for message: String) -> String {
        if let role = message.firstMatch(of: #/role "(.+)" does not exist/#)?.output.1 {
            return "run as a superuser: pgvigil grants --role \(shellQuoted(role)) | psql"
        }
        if let entry = message.firstMatch(
            of: #/no pg_hba.conf entry for host "(.+)", user "(.+)", database "(.+)",/#)?.output
        {
            let mask = entry.1.contains(":") ? 128 : 32
            return """
                add to the server's pg_hba.conf, then SELECT pg_reload_conf(): \
                host \(entry.3) \(entry.2) \(entry.1)/\(mask) scram-sha-256
                """
        }
        if message.contains("no password supplied") {
            return "give a password: password_file and the like in the settings, or pgpass"
        }
        if let role = message.firstMatch(of: #/password authentication failed for user "(.+)"/#)?.output.1 {
            return "set the same password in the settings and at the server: \\password \(role) in psql"
        }
        return "check the role, its password and the server's pg_hba.conf"
    }
}
