extension Settings {
    /// What a probe may cost, and when it stands back.
    package struct ProbeLimits: Sendable, Equatable {
        package var databaseSecondsPerHour = 60.0
        /// nil for any.
        package var maxReplayLag: Duration? = .seconds(30)
        /// For ground truth only.
        package var pauses: Set<Pause> = [.indexBuild, .baseBackup]
        package var blackouts: [Blackout] = []

        package enum Pause: String, Sendable, CaseIterable {
            case indexBuild = "index_build"
            case baseBackup = "base_backup"
        }
    }
}

// MARK: - Reading

extension Settings.ProbeLimits {
    static func read(from map: inout MapReader) -> Self {
        var limits = readOfCustomProbe(from: &map)
        map.read("pause_during", .some(), into: &limits.pauses)
        return limits
    }

    /// Without what only ground truth has.
    static func readOfCustomProbe(from map: inout MapReader) -> Self {
        var limits = Self()
        map.read("db_seconds_per_hour", .number(1...3600), into: &limits.databaseSecondsPerHour)
        let lag = Rule<Duration?>.either("unlimited", or: .duration(.milliseconds(100) ... .seconds(86_400)))
        map.read("max_replay_lag", lag, into: &limits.maxReplayLag)
        map.read("blackout", .blackouts, into: &limits.blackouts)
        return limits
    }
}
