import SQL

/// How long the statements of one transaction may take, all of them together.
struct TransactionLimit {
    private let duration: Duration
    /// What the server ends a statement by; nil where the transaction has not said.
    private var timeout: Duration?
    /// nil before the first statement.
    private var end: ContinuousClock.Instant?

    /// By so much a statement may have too long: to say it anew each time would cost a round trip.
    private static let tolerance = Duration.milliseconds(5)

    init(_ duration: Duration, after settings: [LocalSetting]) {
        self.duration = duration
        timeout = settings.last { $0.name == "statement_timeout" }.flatMap { Int64($0.value) }
            .map { .milliseconds($0) }
    }

    /// The statement timeout to be set before the next statement; nil where that in effect will do.
    ///
    /// The time begins with the first of them. Throws `.outOfTime` where nothing is left.
    mutating func nextTimeout(at now: ContinuousClock.Instant = .now) throws(PostgresError) -> Duration? {
        let end = end ?? now + duration - Self.tolerance
        self.end = end
        let left = end - now
        guard left >= .milliseconds(1) else { throw .outOfTime }
        if let timeout, timeout <= left + Self.tolerance { return nil }
        timeout = left
        return left
    }
}

extension PostgresError {
    /// There was no time left for a statement, which was not sent: as if the server had ended it.
    package static let outOfTime = PostgresError.statementFailed(.queryCanceled, "no time was left for it")
}
