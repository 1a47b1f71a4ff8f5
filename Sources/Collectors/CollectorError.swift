package import Postgres

/// Why a collector found nothing.
package enum CollectorError: Error, Equatable {
    case postgres(PostgresError)
    case unmet(Requirement)
    /// The statement returned no such column: this collector does not fit this server.
    case missingColumn(String)
    /// A cell that should be a number is none; its text is withheld.
    case notANumber(column: String)
}

extension CollectorError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .postgres(let error): error.description
        case .unmet(let requirement): "needs \(requirement.description)"
        case .missingColumn(let name): "the statement returned no column \(name)"
        case .notANumber(let column): "column \(column) returned a text where a number belongs"
        }
    }
}
