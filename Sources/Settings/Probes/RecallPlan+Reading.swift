import ProbeDefinitions

extension RecallPlan {
    /// What holds where nothing is said.
    static func initial(of probe: SearchProbe) -> Self {
        var recall = Self()
        if probe.queries.origin == .randomUnit { recall.modes = [] }
        recall.exact.interval = max(recall.exact.interval, probe.schedule.interval)
        return recall
    }

    static func read(from map: inout MapReader, of probe: SearchProbe) -> Self {
        var recall = initial(of: probe)
        map.read("mode", .some(), into: &recall.modes)
        if probe.queries.origin == .randomUnit, !recall.modes.isEmpty {
            map.report(
                "mode", found: "a way to judge random vectors",
                allowed: "[], since recall of random vectors tells nothing of real ones")
        }
        let exact = Rule.map("search_probes.recall.exact") { exact in
            Exact.read(from: &exact, notBelow: probe.schedule.interval)
        }
        map.read("exact", exact, into: &recall.exact)
        map.read(
            "resident_sample", .map("search_probes.recall.resident_sample", ResidentSample.read),
            into: &recall.sample)
        map.read("window_queries", .integer(10...100_000), into: &recall.windowQueries)
        map.read("tie_epsilon", .number(0...0.01), into: &recall.tieEpsilon)
        map.read("baseline", .baseline(probe.variants.map(\.name)), into: &recall.baseline)
        return recall
    }
}

extension RecallPlan.Exact {
    fileprivate static func read(from map: inout MapReader, notBelow tick: Duration) -> Self {
        var exact = Self()
        exact.interval = max(exact.interval, tick)
        map.read(
            "interval", .duration(tick ... .seconds(7 * 86_400)), into: &exact.interval)
        exact.timeout = map.readTimeout(below: exact.interval, otherwise: exact.timeout)
        map.read("run_on", .choice(), into: &exact.role)
        map.read("parallel_workers", .integer(0...64), into: &exact.parallelWorkers)
        exact.longestScan =
            map.read("max_scan_bytes", .either("auto", or: .bytes(1 << 20...100 << 40))) ?? nil
        _ = map.read(
            "isolation",
            .only("repeatable_read", since: "the search and its truth have to see the same rows"))
        return exact
    }
}

extension RecallPlan.ResidentSample {
    fileprivate static func read(from map: inout MapReader) -> Self {
        var sample = Self()
        map.read("rows", .integer(10...100_000), into: &sample.rows)
        map.read("refresh", .duration(.seconds(60) ... .seconds(7 * 86_400)), into: &sample.refresh)
        map.read("max_bytes", .bytes(64 << 10...1 << 30), into: &sample.maxBytes)
        return sample
    }
}

extension Rule where Output == RecallPlan.Baseline {
    fileprivate static func baseline(_ variants: [String]) -> Rule {
        let ratio = Rule<Double>.number(0...1)
        let variant = Rule<String>.choice(of: variants)
        return Rule("auto, \(ratio.allowed), or a map of variants and such numbers") {
            value throws(Refusal) in
            if value.text == "auto" { return .learned }
            guard value.kind == .map else { return .fixed(try ratio.read(value)) }
            var ratios: [String: Double] = [:]
            for (key, value) in try value.pairs() {
                let name = key.read(as: "baseline", variant)
                if let name, let found = value.read(as: "baseline", ratio) { ratios[name] = found }
            }
            return .byVariant(ratios)
        }
    }
}
