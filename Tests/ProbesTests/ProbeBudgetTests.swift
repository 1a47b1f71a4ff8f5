import ProbeDefinitions
import Testing

@testable import Probes

@Suite struct ProbeBudgetTests {
    @Test func `no hour costs more than the budget, however greedy the probes are`() {
        let budget = ProbeBudget(secondsPerHour: 60)
        let start = ContinuousClock.now
        var spent: [(at: Int, duration: Duration)] = []
        for second in 0..<(5 * 3600) {
            let now = start + .seconds(second)
            let wanted = Duration.milliseconds([5, 400, 3000][second % 3])
            let taken = min(wanted, budget.left(at: now))
            budget.spend(taken, at: now)
            spent.append((second, taken))
        }
        for end in stride(from: 0, to: 5 * 3600, by: 97) {
            let hour = spent.filter { $0.at <= end && $0.at > end - 3600 }.reduce(.zero) { $0 + $1.duration }
            #expect(hour <= .seconds(60))
        }
        let total = spent.reduce(Duration.zero) { $0 + $1.duration }
        #expect(total >= .seconds(4 * 60))
    }

    @Test func `what was spent is forgotten after an hour and not before`() {
        let budget = ProbeBudget(secondsPerHour: 60)
        let start = ContinuousClock.now
        budget.spend(.seconds(45), at: start)
        #expect(budget.left(at: start + .seconds(3599)) == .seconds(15))
        #expect(budget.left(at: start + .seconds(3722)) == .seconds(60))
        budget.spend(.seconds(100), at: start + .seconds(3722))
        #expect(budget.left(at: start + .seconds(3722)) == .zero)
        #expect(budget.left(at: start + .seconds(100_000)) == .seconds(60))
    }

    @Test func `ground truth leaves a quarter for searches`() {
        let budget = ProbeBudget(secondsPerHour: 100)
        var limits = ProbeLimits()
        limits.databaseSecondsPerHour = 40
        var restraint = Restraint(role: .any, limits: limits)
        let before = (restraint.left(of: budget), restraint.leftForTruth(of: budget))
        #expect(before == (.seconds(40), .seconds(30)))
        budget.spend(.seconds(70))
        restraint.spend(.seconds(1))
        let after = (restraint.left(of: budget), restraint.leftForTruth(of: budget))
        #expect(after == (.seconds(30), .seconds(5)))
    }

    @Test(arguments: [
        // 1970-01-05 was a Monday.
        (4 * 86_400 + 2 * 3600 - 1, false), (4 * 86_400 + 2 * 3600, true),
        (4 * 86_400 + 4 * 3600 - 1, true), (4 * 86_400 + 4 * 3600, false),
        (11 * 86_400 + 3 * 3600, true), (3 * 86_400 + 23 * 3600, true), (4 * 86_400, true),
        (4 * 86_400 + 3600, false), (3 * 86_400 + 22 * 3600 - 1, false),
    ])
    func `a blackout is a span of the week in UTC, over its end too`(_ time: Int, _ isBlackout: Bool) {
        var limits = ProbeLimits()
        limits.blackouts = [
            .init(start: 2 * 3600, end: 4 * 3600), .init(start: 6 * 86_400 + 22 * 3600, end: 3600),
        ]
        #expect(limits.isBlackout(at: Double(time)) == isBlackout)
    }
}
