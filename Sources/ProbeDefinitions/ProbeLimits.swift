/// What a probe may cost, and when it stands back.
package struct ProbeLimits: Sendable, Equatable {
    package var databaseSecondsPerHour = 60.0
    /// nil for any.
    package var maxReplayLag: Duration? = .seconds(30)
    package var pauses: Set<Pause> = [.indexBuild, .baseBackup]
    package var blackouts: [Blackout] = []

    package init() {}

    /// For ground truth only; searches go on.
    package enum Pause: String, Sendable, CaseIterable {
        case indexBuild = "index_build"
        case baseBackup = "base_backup"
    }
}
