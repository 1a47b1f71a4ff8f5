package import Postgres

/// Why a run failed; the `reason` of `pg_probe_failures_total`.
package enum ProbeFailure: String, Sendable, CaseIterable {
    case timeout
    case connect
    case query
    /// Somebody cancelled it, or replay did on a standby.
    case cancelled
    /// The answer is not what the operator expects.
    case validation
    /// SQLSTATE 55P03.
    case lock
    /// Cancelled since another session waited behind it, or since nobody could look for one.
    case yield

    /// What an error means that came `elapsed` after the run had begun; nil where we ended it ourselves.
    package init?(
        _ error: PostgresError, after elapsed: Duration, timeout: Duration, wasYielded: Bool = false
    ) {
        switch error {
        case .timedOut where wasYielded: self = .yield
        case .statementFailed(.queryCanceled, _) where wasYielded: self = .yield
        case .timedOut: self = .timeout
        case .cannotConnect: self = .connect
        case .connectionLost: self = .connect
        case .interrupted: return nil
        case .noTable: self = .query
        case .statementFailed(.lockNotAvailable, _): self = .lock
        case .statementFailed(.serializationFailure, _): self = .cancelled
        case .statementFailed(.queryCanceled, _):
            // The server's text says whether it was statement_timeout, in the server's language.
            self = elapsed >= timeout - .milliseconds(1) ? .timeout : .cancelled
        case .statementFailed(let state, _): self = state.errorClass == "57" ? .connect : .query
        }
    }

    /// Whether a user would have waited in vain: then the time is a duration like any other.
    var isObserved: Bool { self == .timeout || self == .lock || self == .yield }
}

/// The `reason` of `pg_probe_ground_truth_failures_total`.
package enum TruthFailure: String, Sendable, CaseIterable {
    case timeout
    /// The plan of what should be exact uses an ANN index.
    case notExact = "not_exact"
    case query
    /// Cancelled since another session waited behind it.
    case yield
    case cancelled
    case connect

    /// nil where we ended it ourselves.
    package init?(_ error: PostgresError, after elapsed: Duration, allowance: Duration, wasYielded: Bool) {
        switch ProbeFailure(error, after: elapsed, timeout: allowance, wasYielded: wasYielded) {
        case .timeout, .lock: self = .timeout
        case .connect: self = .connect
        case .cancelled: self = .cancelled
        case .yield: self = .yield
        case .query, .validation: self = .query
        case nil: return nil
        }
    }
}

extension PostgresError {
    /// Whether the connection is of no use any more.
    var endsConnection: Bool {
        switch self {
        case .timedOut, .interrupted, .connectionLost, .cannotConnect: true
        case .statementFailed(let state, _): state.errorClass == "57" && state != .queryCanceled
        case .noTable: false
        }
    }

    /// Whether the server ended the statement for its time, or since somebody asked it to.
    var isCancel: Bool {
        if case .statementFailed(.queryCanceled, _) = self { true } else { false }
    }

    /// Whether the server was silent until we gave up on being let in.
    var isConnectTimeout: Bool {
        if case .cannotConnect(.timeout, _) = self { true } else { false }
    }

    /// Whether it may be the catalogue that has changed: names and types (42, 22), plans (0A).
    var doubtsCatalogue: Bool {
        guard case .statementFailed(let state, _) = self else { return false }
        return ["0A", "22", "42"].contains(state.errorClass)
    }

    /// What failed, without the server's text, which may quote a value.
    var withoutValues: String {
        switch self {
        case .statementFailed(let state, _): "the server refused the statement (SQLSTATE \(state.rawValue))"
        case .cannotConnect, .connectionLost, .timedOut, .interrupted, .noTable: description
        }
    }
}
