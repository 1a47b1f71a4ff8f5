/// A search that is made again and again, timed and checked, as the operator or the catalogue describes it.
package struct SearchProbe: Sendable, Equatable {
    /// `[a-z][a-z0-9_]{0,62}`; the label `probe`, unique among the probes of its server.
    package var name: String
    /// nil for the database that the server's settings name.
    package var database: String?
    package var role: ServerRole = .any
    package var target: SearchTarget
    package var queries = QuerySource()
    package var schedule = ProbeSchedule()
    /// At least one; the first runs at each tick.
    package var variants = [Variant()]
    /// The role whose settings, as `ALTER ROLE … SET` left them, hold in the probe's transactions.
    package var settingsFromRole: String?
    /// Every how many ticks one EXPLAIN ANALYZE is taken beside the search; 0 for never.
    package var explainEvery = 20
    package var planCheckEvery = 20
    package var expectedPlan: PlanExpectation = .annIndex
    package var recall = RecallPlan()
    package var limits = ProbeLimits()
    package var objective = Objective()

    package init(name: String, target: SearchTarget) {
        self.name = name
        self.target = target
    }
}
