/// At which polls of its target a job runs.
struct Cadence: Sendable, Equatable {
    /// Every how many polls.
    private let period: Int
    /// Which of them, so that rare jobs do not all run in the same poll.
    private let offset: Int

    /// A job with an interval that is no multiple of the target's runs at the nearest multiple.
    init(every interval: Duration, target: Duration, number: Int) {
        period = max(1, Int((interval / target).rounded()))
        offset = number % period
    }

    /// Whether the job is due at the `poll`-th poll since the connection was made.
    ///
    /// A rare job's first run after a connect comes soon, one job a poll, and does not wait for its period.
    func isDue(poll: Int) -> Bool {
        (poll - offset).isMultiple(of: period)
    }
}
