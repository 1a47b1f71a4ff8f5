import ProbeDefinitions
import Testing

@testable import Probes

@Suite struct TruthObstaclesTests {
    private func obstacles(
        build: Bool = false, backup: Bool = false, lag: Duration? = .zero, changes: Int64 = 0
    ) -> TruthObstacles {
        TruthObstacles(
            isIndexBuilding: build, isBaseBackup: backup, replayLag: lag, sharedBuffers: 128 << 20,
            changes: changes)
    }

    @Test func `a truth waits for index builds, base backups and a standby that lags`() {
        let limits = ProbeLimits()
        #expect(obstacles().reason(limits) == nil)
        #expect(obstacles(build: true).reason(limits) == .indexBuild)
        #expect(obstacles(backup: true).reason(limits) == .baseBackup)
        #expect(obstacles(lag: .seconds(30)).reason(limits) == nil)
        #expect(obstacles(lag: .seconds(31)).reason(limits) == .lag)
        #expect(obstacles(lag: nil).reason(limits) == .lag)
    }

    @Test func `what the settings allow is no obstacle`() {
        var limits = ProbeLimits()
        limits.pauses = []
        limits.maxReplayLag = nil
        #expect(obstacles(build: true, backup: true, lag: nil).reason(limits) == nil)
    }

    @Test func `a quarter of shared buffers may be scanned on a primary, and anything on a standby`() {
        var plan = RecallPlan.Exact()
        #expect(obstacles().longestScan(plan, isStandby: false) == 32 << 20)
        #expect(obstacles().longestScan(plan, isStandby: true) == nil)
        plan.longestScan = 1000
        #expect(obstacles().longestScan(plan, isStandby: true) == 1000)
    }

    @Test func `a kept truth holds until one row in a hundred has changed`() {
        var memory = TruthMemory()
        let question = Question(text: "[1]", key: nil, filterValues: [])
        let truth = [Hit(key: "a", distance: 1)]
        #expect(memory.truth(for: question, changes: 500, rows: 1000) == nil)
        memory.keep(truth, for: question, changes: 500)
        #expect(memory.truth(for: question, changes: 510, rows: 1000) == truth)
        #expect(memory.truth(for: question, changes: 511, rows: 1000) == nil)
        #expect(memory.truth(for: question, changes: 499, rows: 1000) == nil)  // The statistics were reset.
        memory.forget()
        #expect(memory.truth(for: question, changes: 500, rows: 1000) == nil)
    }
}
