import CLibPQ

/// Everything that can go wrong between us and the server.
///
/// No message holds a secret: what libpq says of a connection string that it cannot read is withheld.
package enum PostgresError: Error, Equatable {
    case cannotConnect(ConnectFailure, String)
    case connectionLost(String)
    case statementFailed(SQLState, String)
    /// Our own deadline has passed; what was under way is still under way.
    case timedOut
    /// The daemon is stopping, or the target has been taken out of the settings.
    case interrupted
    /// The statement returned no rows where it should have returned a table, possibly an empty one.
    case noTable
}

/// Why there is no connection; the `reason` of `pg_connect_failures_total`.
package enum ConnectFailure: String, Sendable, CaseIterable {
    case authentication
    case connectionLimit = "connection_limit"
    case invalidSettings = "invalid_settings"
    case nameResolution = "name_resolution"
    case noDatabase = "no_database"
    case passwordSource = "password_source"
    case refused
    case startingUp = "starting_up"
    case timeout
    case tls
    case tooManyConnections = "too_many_connections"
    case unreachable
    case other
}

/// The five characters of a server's error: 42501 is insufficient_privilege (PostgreSQL, appendix A).
package struct SQLState: RawRepresentable, Hashable, Sendable {
    package let rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }

    package static let featureNotSupported = SQLState(rawValue: "0A000")
    package static let readOnlyTransaction = SQLState(rawValue: "25006")
    package static let serializationFailure = SQLState(rawValue: "40001")
    package static let insufficientPrivilege = SQLState(rawValue: "42501")
    package static let syntaxError = SQLState(rawValue: "42601")
    package static let undefinedColumn = SQLState(rawValue: "42703")
    package static let undefinedFunction = SQLState(rawValue: "42883")
    package static let undefinedTable = SQLState(rawValue: "42P01")
    package static let lockNotAvailable = SQLState(rawValue: "55P03")
    package static let queryCanceled = SQLState(rawValue: "57014")

    /// The two characters that name the class: `57` is operator intervention.
    package var errorClass: Substring { rawValue.prefix(2) }
}

extension PostgresError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .cannotConnect(_, let message): "cannot connect: \(message)"
        case .connectionLost(let message): "connection lost: \(message)"
        case .statementFailed(let state, let message): "\(message) (SQLSTATE \(state.rawValue))"
        case .timedOut: "no answer within the deadline"
        case .interrupted: "interrupted"
        case .noTable: "the statement returned no table"
        }
    }

    init(failed result: OpaquePointer) {
        let state = unsafe PQresultErrorField(result, CInt(UInt8(ascii: "C")))
        let message = unsafe PQresultErrorField(result, CInt(UInt8(ascii: "M")))
        self = .statementFailed(
            SQLState(rawValue: unsafe state.map { unsafe String(cString: $0) } ?? ""),
            unsafe message.map { unsafe String(cString: $0) } ?? "the server gave no reason")
    }
}
