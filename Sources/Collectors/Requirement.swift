package import Postgres

/// What a collector needs beyond a connection.
package enum Requirement: Sendable, Hashable {
    /// The rights of one of PostgreSQL's predefined roles (PostgreSQL, "Predefined Roles").
    case predefinedRole(String)

    package static let readAllStats = Requirement.predefinedRole("pg_read_all_stats")

    package func isMet(by server: ServerState) -> Bool {
        switch self {
        case .predefinedRole(let name): server.predefinedRoles.contains(name)
        }
    }

    /// The statement that meets it.
    package func remedy(for server: ServerState) -> String {
        switch self {
        case .predefinedRole(let name):
            "GRANT \(name) TO \(quoted(server.roleName));"
        }
    }
}

/// A name as SQL takes it, whatever it holds.
private func quoted(_ identifier: String) -> String {
    "\"\(String(identifier.flatMap { $0 == "\"" ? [$0, $0] : [$0] }))\""
}

extension Requirement: CustomStringConvertible {
    package var description: String {
        switch self {
        case .predefinedRole(let name): "the rights of \(name)"
        }
    }
}
