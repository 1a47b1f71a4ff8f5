package import Postgres
import SQL

/// Why there is no result.
package enum BenchError: Error, Equatable {
    case postgres(PostgresError, during: String)
    case pooled
    case inRecovery
    case missingExtension(isInstalled: Bool)
    case oldExtension(version: String)
    case mayNotCreate(database: String, role: String)
    case tooFewConnections(needed: Int, free: Int)
    /// Every single statement of a round failed.
    case allFailed(Workload, reasons: String)
    case interrupted
    /// The schema could not be removed.
    case leftBehind(SchemaName, PostgresError)
}

extension BenchError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .postgres(let error, let step): "\(step): \(error)"
        case .pooled:
            "there is a connection pooler in between, which does not let us have sessions of our own"
        case .inRecovery: "the server is a standby: a bench writes"
        case .missingExtension: "the database has no extension vector"
        case .oldExtension(let version): "the extension vector is \(version), which has no HNSW index"
        case .mayNotCreate(let database, let role):
            "the role \(role) may not make a schema in the database \(database)"
        case .tooFewConnections(let needed, let free):
            "the bench needs \(needed) connections, and \(free) are free"
        case .allFailed(let workload, let reasons):
            "\(workload.rawValue): every statement failed (\(reasons))"
        case .interrupted: "interrupted"
        case .leftBehind(let schema, let error): "the schema \(schema.text) could not be removed: \(error)"
        }
    }

    /// What an operator can do about it; nil where that is not known.
    package var remedy: String? {
        switch self {
        case .postgres, .allFailed, .interrupted: nil
        case .pooled: "name the server itself: host and port of PostgreSQL"
        case .inRecovery: "name the primary"
        case .missingExtension(isInstalled: true):
            "as a superuser, in this database: CREATE EXTENSION vector;"
        case .missingExtension(isInstalled: false):
            "install pgvector on the server, then CREATE EXTENSION vector;"
        case .oldExtension: "install pgvector 0.5.0 or later, then ALTER EXTENSION vector UPDATE;"
        case .mayNotCreate(let database, let role):
            "GRANT CREATE ON DATABASE \(database.quotedIdentifier) TO \(role.quotedIdentifier);"
        case .tooFewConnections:
            "close connections, choose a smaller profile, or fewer workloads with --only"
        case .leftBehind: "pgvigil bench --clean-up, once the server answers"
        }
    }
}
