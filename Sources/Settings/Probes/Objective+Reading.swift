import ProbeDefinitions

extension Objective {
    static func read(from map: inout MapReader) -> Self {
        var objective = readOfCustomProbe(from: &map)
        objective.recall = map.read("recall", .number(0...1))
        return objective
    }

    static func readOfCustomProbe(from map: inout MapReader) -> Self {
        var objective = Self()
        let duration = Rule<Duration>.duration(.milliseconds(1) ... .seconds(3600))
        objective.median = map.read("median", duration)
        objective.p95 = map.read("p95", duration)
        if let median = objective.median, let p95 = objective.p95, p95 < median {
            map.report("p95", found: "a duration below the median", allowed: "the same or more")
        }
        return objective
    }
}
