import Postgres

/// What one client saw.
struct Tally: Sendable {
    /// In seconds, of the statements that succeeded.
    var latencies: [Double] = []
    /// By class of SQLSTATE, or by what happened to the connection.
    var errors: [String: Int] = [:]
    var rows = 0
    var shortResults = 0
    var writtenRows = 0
    var began: ContinuousClock.Instant?
    var ended: ContinuousClock.Instant?

    mutating func note(_ error: PostgresError) { errors[Self.kind(of: error), default: 0] += 1 }

    mutating func add(_ other: Tally) {
        latencies += other.latencies
        errors.merge(other.errors, uniquingKeysWith: +)
        rows += other.rows
        shortResults += other.shortResults
        writtenRows += other.writtenRows
        began = [began, other.began].compactMap(\.self).min()
        ended = [ended, other.ended].compactMap(\.self).max()
    }

    /// Between the first statement and the last answer of all clients.
    var seconds: Double {
        guard let began, let ended else { return 0 }
        return (ended - began) / .seconds(1)
    }

    static func kind(of error: PostgresError) -> String {
        switch error {
        case .statementFailed(let state, _): "class \(state.errorClass)"
        case .cannotConnect(let failure, _): "connect \(failure.rawValue)"
        case .connectionLost: "connection lost"
        case .timedOut: "timeout"
        case .interrupted, .noTable: "other"
        }
    }
}
