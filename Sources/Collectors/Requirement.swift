package import Postgres
import SQL

/// What a collector needs beyond a connection.
package enum Requirement: Sendable, Hashable {
    /// The rights of one of PostgreSQL's predefined roles (PostgreSQL, "Predefined Roles").
    case predefinedRole(String)

    package static let monitor = Requirement.predefinedRole("pg_monitor")
    package static let readAllSettings = Requirement.predefinedRole("pg_read_all_settings")
    package static let readAllStats = Requirement.predefinedRole("pg_read_all_stats")

    package func isMet(by server: ServerState) -> Bool {
        switch self {
        case .predefinedRole(let name): server.predefinedRoles.contains(name)
        }
    }

    /// The statement that meets it.
    package func grant(to role: String) -> String {
        switch self {
        case .predefinedRole(let name): "GRANT \(name) TO \(role.quotedIdentifier);"
        }
    }
}

extension Requirement: CustomStringConvertible {
    package var description: String {
        switch self {
        case .predefinedRole(let name): "the rights of \(name)"
        }
    }
}
