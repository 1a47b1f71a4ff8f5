package import Postgres
import ProbeDefinitions

/// One turn of a probe: when its search is due, and with whom.
package struct ProbeTick: Sendable {
    /// Of the grid of its probe, from 0.
    package let number: Int
    package let due: ContinuousClock.Instant
    package let server: ServerState
    /// How long a fresh session of this tick's own took to connect, or to fail; nil in the warm one.
    package let cold: Duration?
    /// Whether nothing has been done on this connection yet.
    package let isNewConnection: Bool
    /// The longest that one transaction may take.
    package let allowance: Duration
    /// Whether the statement under way was cancelled since somebody waited behind it.
    let wasYielded: @Sendable () -> Bool
    /// Until when nobody else wants the session, as it looks now.
    let freeUntil: @Sendable () -> ContinuousClock.Instant

    package init(
        number: Int, due: ContinuousClock.Instant, server: ServerState, cold: Duration? = nil,
        isNewConnection: Bool = false, allowance: Duration = .seconds(3600),
        wasYielded: @escaping @Sendable () -> Bool = { false },
        freeUntil: @escaping @Sendable () -> ContinuousClock.Instant = { .now + .seconds(3600) }
    ) {
        self.number = number
        self.due = due
        self.server = server
        self.cold = cold
        self.isNewConnection = isNewConnection
        self.allowance = allowance
        self.wasYielded = wasYielded
        self.freeUntil = freeUntil
    }

    /// How long a statement of the schedule's may take at this tick.
    func timeout(_ schedule: ProbeSchedule) -> Duration { min(schedule.timeout, allowance) }

    /// Until when what is besides the search may keep the session: well before anybody's next tick.
    func upkeepEnd(_ schedule: ProbeSchedule) -> Deadline {
        .at(min(due + schedule.interval * 0.6, freeUntil()))
    }
}
