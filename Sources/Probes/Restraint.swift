import Postgres
import ProbeDefinitions

/// When a probe stands back: by its role, its budget, its blackouts, and after timeouts.
struct Restraint: Sendable {
    private let role: ServerRole
    private let limits: ProbeLimits
    private var backOff = BackOff()
    private var spending: Spending

    /// The share of the hour's database seconds that is kept from ground truth, for searches.
    private static let keptForSearches = 0.25

    init(role: ServerRole, limits: ProbeLimits) {
        self.role = role
        self.limits = limits
        spending = Spending(limit: .seconds(limits.databaseSecondsPerHour))
    }

    /// nil where the probe may run at `time`, in seconds since 1970.
    mutating func reasonToSkip(_ tick: ProbeTick, at time: Double, budget: ProbeBudget) -> SkipReason? {
        if !role.includes(standby: tick.server.isInRecovery) { return .role }
        if limits.isBlackout(at: time) { return .blackout }
        if backOff.passes(over: tick.number) || left(of: budget) == .zero { return .budget }
        return nil
    }

    func isBlackout(at time: Double) -> Bool { limits.isBlackout(at: time) }

    mutating func note(timedOut: Bool, at tick: Int) {
        backOff.note(timedOut: timedOut, at: tick)
    }

    mutating func spend(_ duration: Duration) {
        spending.spend(duration, at: .now)
    }

    /// What the probe and its server's probes together may still take this hour.
    mutating func left(of budget: ProbeBudget) -> Duration {
        min(budget.left(), spending.left(at: .now))
    }

    /// The same without what is kept for searches.
    mutating func leftForTruth(of budget: ProbeBudget) -> Duration {
        min(
            budget.left() - budget.limit * Self.keptForSearches,
            spending.left(at: .now) - spending.limit * Self.keptForSearches)
    }
}

extension ProbeLimits {
    private static let week = 7 * 86_400
    /// 1970 began on a Thursday.
    private static let mondayBefore1970 = 3 * 86_400

    func isBlackout(at time: Double) -> Bool {
        let second = (Int(time) + Self.mondayBefore1970) % Self.week
        return blackouts.contains { span in
            span.start <= span.end
                ? (span.start..<span.end).contains(second) : second >= span.start || second < span.end
        }
    }
}
