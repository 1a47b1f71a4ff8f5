import ProbeDefinitions

extension ProbeSchedule {
    static func read(from map: inout MapReader) -> Self {
        var schedule = Self()
        schedule.readTimes(from: &map)
        let reason = "a probe runs one search at a time, on one connection"
        _ = map.read("burst", .only("1", since: reason))
        _ = map.read("max_concurrency", .only("1", since: reason))
        return schedule
    }

    /// Without what only searches have.
    static func readOfCustomProbe(from map: inout MapReader) -> Self {
        var schedule = Self(coldEvery: 0)
        schedule.readTimes(from: &map)
        return schedule
    }

    private mutating func readTimes(from map: inout MapReader) {
        map.read("interval", .duration(.seconds(1) ... .seconds(3600)), into: &interval)
        timeout = map.readTimeout(below: interval, otherwise: timeout)
    }
}

extension MapReader {
    /// Where nothing is said: `usual`, but never more than a third of the interval.
    mutating func readTimeout(below interval: Duration, otherwise usual: Duration) -> Duration {
        let timeout = read("timeout", .duration(.milliseconds(10) ... .seconds(3600)))
        guard let timeout else { return min(usual, interval / 3) }
        if timeout >= interval {
            report("timeout", found: "no less than the interval", allowed: "a duration below it")
        }
        return timeout
    }
}
