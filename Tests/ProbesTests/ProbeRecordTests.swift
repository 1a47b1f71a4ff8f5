import Exposition
import Postgres
import ProbeDefinitions
import Testing

@testable import Probes

@Suite struct ProbeRecordTests {
    private static var probe: SearchProbe {
        var probe = SearchProbe(
            name: "docs", target: SearchTarget(table: "docs", searched: .column("embedding"), operator: "<=>")
        )
        probe.database = "app"
        return probe
    }

    private static func prober(_ probe: SearchProbe = probe) -> SearchProber {
        SearchProber(probe, budget: ProbeBudget()) { 1_000_000 }
    }

    private func tick(_ number: Int, ago: Duration, cold: Duration? = nil, standby: Bool = false) -> ProbeTick
    {
        ProbeTick(
            number: number, due: .now - ago, server: ServerState(version: 180_000, isInRecovery: standby),
            cold: cold)
    }

    @Test func `each missed tick is an observation of the time until the run in its way had ended`() {
        let prober = Self.prober()
        let end = ContinuousClock.now
        prober.noteMissed(due: [40, 25, 10].map { end - .seconds($0) }, end: end)
        let families = prober.families
        #expect(families.value("duration_seconds_count", byDefault) == 3)
        #expect(abs((families.value("duration_seconds_sum", byDefault) ?? 0) - 75) < 1e-9)
        #expect(families.value("skipped_total", "reason=\"overrun\"") == 3)
        #expect(families.value("attempts_total", byDefault) == 0)
    }

    @Test func `a server that is silent is an observation, and one that refuses only a failure`() {
        let prober = Self.prober()
        prober.noteNoConnection(.cannotConnect(.refused, "refused"), due: .now - .seconds(1))
        #expect(prober.families.value("failures_total", reason: "connect") == 1)
        #expect(prober.families.value("duration_seconds_count", byDefault) == 0)
        #expect(prober.latestProblem == "cannot connect: refused")

        prober.noteNoConnection(.cannotConnect(.timeout, "silent"), due: .now - .seconds(7))
        let families = prober.families
        #expect(families.value("failures_total", reason: "connect") == 2)
        #expect(families.value("attempts_total", byDefault) == 2)
        #expect(families.value("duration_seconds_count", byDefault) == 1)
        #expect(families.value("duration_seconds_sum", byDefault) ?? 0 >= 7)
        #expect(families.value("success", byDefault) == 0)
        #expect(families.value("last_run_timestamp_seconds", byDefault) == 1_000_000)
    }

    @Test func `want of a connection of our own is no failure of the server's`() {
        let prober = Self.prober()
        prober.noteNoConnection(.cannotConnect(.connectionLimit, "full"), due: .now - .seconds(1))
        prober.noteNoConnection(.interrupted, due: .now)
        prober.noteNoConnectionForTruth(.cannotConnect(.connectionLimit, "full"))
        prober.noteNoConnectionForTruth(.cannotConnect(.refused, "refused"))
        let families = prober.families
        #expect(families.value("skipped_total", "reason=\"connections\"") == 1)
        #expect(families.value("attempts_total", byDefault) == 0)
        #expect(families.value("success", byDefault) == nil)
        #expect(families.value("ground_truth_skipped_total", "reason=\"connections\"") == 1)
        #expect(families.value("ground_truth_failures_total", "reason=\"connect\"") == 1)
    }

    @Test func `a fresh session that is not let in is a failure of the cold variant`() {
        let prober = Self.prober()
        prober.noteNoConnection(.cannotConnect(.timeout, "silent"), due: .now, cold: .seconds(5))
        let families = prober.families
        #expect(families.value("failures_total", "variant=\"cold\",reason=\"connect\"") == 1)
        #expect(families.value("duration_seconds_sum", "variant=\"cold\"") == 5)
        #expect(families.value("attempts_total", byDefault) == 0)
        #expect(families.value("connects_total") == 0)
    }

    @Test func `each variant runs in its own turn`() {
        var probe = Self.probe
        probe.variants += [
            Variant("slow", settings: [], every: 4), Variant("twice", settings: [], every: 2),
            Variant("always", settings: [], every: 1),
        ]
        let prober = Self.prober(probe)
        #expect((0..<6).map(prober.dueVariants) == [[2, 3], [1, 3], [2, 3], [3], [2, 3], [1, 3]])
    }

    @Test func `a probe stands back on the other role, in a blackout and without budget`() {
        var probe = Self.probe
        probe.role = .primary
        let budget = ProbeBudget(secondsPerHour: 60)
        let prober = SearchProber(probe, budget: budget)
        #expect(prober.reasonToSkip(tick(0, ago: .zero)) == nil)
        #expect(prober.reasonToSkip(tick(0, ago: .zero, standby: true)) == .role)
        budget.spend(.seconds(60))
        #expect(prober.reasonToSkip(tick(0, ago: .zero)) == .budget)
        let occasion = TruthOccasion(allowance: .seconds(60), server: ServerState(version: 180_000))
        #expect(prober.reasonToSkipTruth(occasion) == .budget)
        probe.limits.blackouts = [.init(start: 0, end: 7 * 86_400)]
        #expect(Self.prober(probe).reasonToSkip(tick(0, ago: .zero)) == .blackout)
        #expect(Self.prober(probe).reasonToSkipTruth(occasion) == .blackout)
    }

    @Test func `a learned baseline is the mean of the first full window, and outlives the index`() {
        var probe = Self.probe
        probe.recall.windowQueries = 2
        var record = ProbeRecord(of: probe)
        for recall in [[1.0, 2.0], [1.0], [1.0]] {
            let found = recall.enumerated().map { Hit(key: "\($0.offset)", distance: $0.element) }
            let truth = [Hit(key: "a", distance: 1), Hit(key: "b", distance: 2)]
            record.note(
                RecallOutcome(found: found, truth: truth, k: 2, tieEpsilon: 1e-6, isNegative: false), of: 0,
                by: .exact, in: probe.recall)
        }
        #expect(record.variants[0].baseline == 0.75)
        #expect(record.variants[0].recall[.exact]?.window.mean == 0.5)
        #expect(record.variants[0].recall[.exact]?.squares == 1.5)
        record.forgetWindows()
        #expect(record.variants[0].baseline == 0.75)
        #expect(record.variants[0].recall[.exact]?.window.count == 0)
        #expect(record.variants[0].recall[.exact]?.ratios.counts.reduce(0, +) == 3)
    }

    @Test func `a jump is more than three times what was usual`() {
        var trend = LatencyTrend()
        let early = [2, 2, 2, 2, 2, 2, 2, 2, 2, 7].map { trend.isJump(.milliseconds($0)) }
        #expect(!early.contains(true))
        for _ in 0..<40 { _ = trend.isJump(.milliseconds(2)) }
        let late = [5, 9, 2].map { trend.isJump(.milliseconds($0)) }
        #expect(late == [false, true, false])
    }

    @Test func `a plan is looked at at once, then rarely, and when in doubt`() {
        var clock = PlanClock()
        #expect(clock.look(at: 0, explainEvery: 20, checkEvery: 5) == .run)
        clock.note(.run, at: 0)
        #expect((1..<5).allSatisfy { clock.look(at: $0, explainEvery: 20, checkEvery: 5) == nil })
        #expect(clock.look(at: 5, explainEvery: 20, checkEvery: 5) == .plan)
        #expect(clock.look(at: 20, explainEvery: 20, checkEvery: 5) == .run)
        clock.doubt()
        #expect(clock.look(at: 1, explainEvery: 20, checkEvery: 5) == .plan)
        #expect(clock.look(at: 1, explainEvery: 0, checkEvery: 0) == nil)
    }

    @Test func `a run counts from its tick, or from its sending where that was in time`() throws {
        let due = ContinuousClock.now - .seconds(2)
        var late = RunClock(due: due)
        #expect(late.start == due)
        late.send()
        late.stop()
        #expect(late.start == due)
        #expect(late.duration >= .seconds(2))
        var own = RunClock(due: nil)
        own.send()
        #expect(own.start == own.sent)
        var early = RunClock(due: .now + .seconds(1))
        early.send()
        #expect(early.start == early.sent)
    }
}
