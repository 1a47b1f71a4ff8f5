/// What a probe may cost, and when it stands back.
package struct ProbeLimits: Sendable, Equatable {
    package var databaseSecondsPerHour = 60.0
    package var maxReplayLag: Duration? = .seconds(30)
    package var pauses: Set<Pause> = [.indexBuild, .baseBackup]
    package var blackouts: [Blackout] = []

    package init() {}

    /// For ground truth only; searches go on.
    package enum Pause: String, Sendable, CaseIterable {
        case indexBuild = "index_build"
        case baseBackup = "base_backup"
    }

    /// A span of each week in UTC, in seconds since Monday 00:00; it may run over the week's end.
    package struct Blackout: Sendable, Equatable {
        package var start: Int
        package var end: Int

        package init(start: Int, end: Int) {
            self.start = start
            self.end = end
        }
    }
}
