/// When a target's probes will want their session, as far as their ticks were seen.
struct ProbeTurns: Sendable {
    private struct Turn {
        let database: String?
        let due: ContinuousClock.Instant
        let interval: Duration
        var isWaiting = true

        func next(after now: ContinuousClock.Instant) -> ContinuousClock.Instant {
            if isWaiting { return due }
            return due + interval * max(1, Int(((now - due) / interval).rounded(.down)) + 1)
        }
    }

    /// The latest of each probe, by its name.
    private var turns: [String: Turn] = [:]
    /// With probes in more databases than this any session may be wanted for any of them.
    private let mostSessions: Int

    init(mostSessions: Int) {
        self.mostSessions = mostSessions
    }

    /// The probe waits for the session of `database`, for a tick that is due then.
    mutating func wait(
        _ probe: String, in database: String?, due: ContinuousClock.Instant, every interval: Duration
    ) {
        turns[probe] = Turn(database: database, due: due, interval: interval)
    }

    /// The probe waits no more: it has the session, or will not get it.
    mutating func begin(_ probe: String) {
        turns[probe]?.isWaiting = false
    }

    mutating func forgetAll(but probes: Set<String>) {
        turns = turns.filter { probes.contains($0.key) }
    }

    /// The next tick for which the session of `database` is wanted: one that has passed where it is waited
    /// for already; nil where nobody is known to want it.
    func next(in database: String?, after now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        let isAnyones = Set(turns.values.map(\.database)).count > mostSessions
        return turns.values.filter { isAnyones || $0.database == database }.map { $0.next(after: now) }.min()
    }
}
