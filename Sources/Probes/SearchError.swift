package import Postgres

/// Why a probe has nothing to search, or nothing to search for; silent on rows and on the operator's SQL.
package enum SearchError: Error, Equatable {
    case postgres(PostgresError)
    /// None of the extensions that bring vectors is in the database.
    case missingExtension
    case missingRelation(String)
    /// There is such a relation, but no table.
    case notTable(String)
    case missingColumn(String)
    /// A schema, or a column of the table, that the role may not use.
    case notReadable(String)
    /// What is searched is of a type that is none of vectors.
    case notVector(type: String)
    case noSuchOperator(String, type: String)
    /// Random vectors need a number of dimensions, and the column has none.
    case unknownDimensions
    /// The source had no vector to search for.
    case noQueries
    case queryFile(QueryFileError)

    /// A failure of a statement that saw rows or the operator's SQL, without what the server quotes of them.
    package init(_ error: PostgresError) {
        guard case .statementFailed(let state, _) = error, Self.mayQuote(state) else {
            self = .postgres(error)
            return
        }
        self = .postgres(.statementFailed(state, Self.withheld))
    }

    /// Whether nothing will change until somebody changes the database or its grants.
    package var isUnresolved: Bool {
        switch self {
        case .postgres, .unknownDimensions, .noQueries, .queryFile: false
        case .missingExtension, .missingRelation, .notTable, .missingColumn, .notReadable, .notVector,
            .noSuchOperator:
            true
        }
    }

    private static let withheld = "the server's message is withheld, since it may quote SQL or values"

    /// Messages of resources, cancels, privileges and missing things name objects at most.
    private static func mayQuote(_ state: SQLState) -> Bool {
        let named: Set<SQLState> = [
            .insufficientPrivilege, .undefinedColumn, .undefinedFunction, .undefinedTable,
            SQLState(rawValue: "42704"),  // undefined_object
        ]
        return !["08", "25", "40", "53", "55", "57", "58"].contains(state.errorClass)
            && !named.contains(state)
    }
}

extension SearchError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .postgres(let error): "\(error)"
        case .missingExtension: "the database has no extension vector: CREATE EXTENSION vector"
        case .missingRelation(let name): "there is no table \(name)"
        case .notTable(let name): "\(name) is neither a table nor a materialized view"
        case .missingColumn(let name): "the table has no column \(name)"
        case .notReadable(let name): "the role may not read \(name): GRANT SELECT, and USAGE on its schema"
        case .notVector(let type): "what is searched is of type \(type), which is none of vectors"
        case .noSuchOperator(let name, let type):
            "there is no operator \(name) for two values of type \(type)"
        case .unknownDimensions: "random vectors need a column whose type says how many dimensions it has"
        case .noQueries: "the source of query vectors has none"
        case .queryFile(let error): "the file of query vectors cannot be read: \(error)"
        }
    }
}
