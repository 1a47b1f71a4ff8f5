import Synchronization

/// The database seconds that the probes of one server may take in any hour, all of them together.
///
/// What they took in the last hour is counted by the minute, so nothing taken is forgotten too soon.
/// Ground truth leaves a quarter for searches, which cost little and tell more.
package final class ProbeBudget: Sendable {
    let limit: Duration
    private let spending: Mutex<Spending>

    package init(secondsPerHour: Double = 60) {
        limit = .seconds(secondsPerHour)
        spending = Mutex(Spending(limit: .seconds(secondsPerHour)))
    }

    /// What is left of this hour, never less than nothing.
    package func left(at now: ContinuousClock.Instant = .now) -> Duration {
        spending.withLock { $0.left(at: now) }
    }

    package func spend(_ duration: Duration, at now: ContinuousClock.Instant = .now) {
        spending.withLock { $0.spend(duration, at: now) }
    }
}

/// What was spent in the last hour.
struct Spending: Sendable {
    let limit: Duration
    /// One more than an hour has, since the oldest is only partly older.
    private var minutes = [Duration](repeating: .zero, count: 61)
    private var latest = 0
    private let start = ContinuousClock.now

    init(limit: Duration) {
        self.limit = limit
    }

    mutating func left(at now: ContinuousClock.Instant) -> Duration {
        forget(until: now)
        return max(.zero, limit - minutes.reduce(.zero, +))
    }

    mutating func spend(_ duration: Duration, at now: ContinuousClock.Instant) {
        forget(until: now)
        minutes[latest % minutes.count] += duration
    }

    private mutating func forget(until now: ContinuousClock.Instant) {
        let minute = max(latest, Int((now - start) / .seconds(60)))
        for passed in 0..<min(minute - latest, minutes.count) {
            minutes[(minute - passed) % minutes.count] = .zero
        }
        latest = minute
    }
}
