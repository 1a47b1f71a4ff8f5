package import Postgres

/// Why a job found nothing.
package struct JobFailure: Error, Sendable, Equatable {
    /// The `reason` of `pgvigil_collector_success`.
    package enum Reason: String, Sendable {
        /// Our role lacks a right.
        case privileges
        /// The server lacks a view, column, function or extension.
        case missing
        /// The server ended the statement at `statement_timeout`, or we did at our deadline.
        case timeout
        /// Something else holds a lock that the statement needs.
        case lock
        /// Replay on a standby needed what the statement was reading.
        case recoveryConflict = "recovery_conflict"
        /// The server's answer is not what the job expects.
        case result
        /// The connection broke, or there is none.
        case connection
        case other
    }

    package let reason: Reason
    package let message: String

    package init(_ reason: Reason, _ message: String) {
        self.reason = reason
        self.message = message
    }

    /// Whether trying again soon would only fill the server's log.
    var isRefusal: Bool { reason == .privileges || reason == .missing }
}

extension JobFailure {
    package init(_ error: PostgresError) {
        self.init(Self.reason(of: error), error.description)
    }

    private static func reason(of error: PostgresError) -> Reason {
        switch error {
        case .cannotConnect, .connectionLost, .interrupted: .connection
        case .timedOut: .timeout
        case .noTable: .result
        case .statementFailed(let state, _): reason(of: state)
        }
    }

    private static func reason(of state: SQLState) -> Reason {
        switch state {
        case .insufficientPrivilege: .privileges
        case .undefinedTable, .undefinedColumn, .undefinedFunction, .featureNotSupported: .missing
        case .lockNotAvailable: .lock
        case .queryCanceled: .timeout
        case .serializationFailure: .recoveryConflict
        default: state.errorClass == "57" || state.errorClass == "08" ? .connection : .other
        }
    }
}

extension PostgresError {
    /// In a word, why the server does not answer: of a failed connect, else as a job would say it.
    var reason: String {
        if case .cannotConnect(let failure, _) = self {
            failure.rawValue
        } else {
            JobFailure(self).reason.rawValue
        }
    }
}
