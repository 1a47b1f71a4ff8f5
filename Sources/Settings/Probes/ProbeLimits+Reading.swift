import ProbeDefinitions

extension ProbeLimits {
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
