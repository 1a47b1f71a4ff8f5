import ProbeDefinitions

extension CustomProbe {
    static let mostSteps = 16

    /// `name` and `server` are read by whoever reads the list; with the references to other probes' vectors.
    static func read(from map: inout MapReader, name: String) -> (probe: Self, references: [Value]) {
        var probe = Self(name: name, steps: [])
        probe.database = map.read("database", .identifier)
        map.read("run_on", .choice(), into: &probe.role)
        let schedule = Rule.map("custom_probes.schedule", ProbeSchedule.readOfCustomProbe)
        probe.schedule = map.read("schedule", schedule) ?? ProbeSchedule(coldEvery: 0)
        map.read("search_path", .oneOrMore(.identifier), into: &probe.searchPath)
        map.read(
            "limits", .map("custom_probes.limits", ProbeLimits.readOfCustomProbe),
            into: &probe.limits)
        map.read(
            "objective", .map("custom_probes.objective", Objective.readOfCustomProbe),
            into: &probe.objective)
        let step = Rule.map("custom_probes.steps", readStep)
        var steps: [Step]?
        map.require("steps", Rule<[Step]>.list("steps", of: step, upTo: mostSteps), into: &steps)
        probe.steps = steps ?? []
        let measured = probe.steps.count(where: \.isMeasured)
        if steps != nil, measured != 1 {
            map.report(
                "steps", found: measured == 0 ? "no step to measure" : "several steps to measure",
                allowed: "measure: true on exactly one statement")
        }
        return (probe, map.value(of: "steps").map(references) ?? [])
    }

    private static func readStep(from map: inout MapReader) -> Step {
        let settings = map.read("set", .serverSettings)
        let statement = CustomProbe.Statement.read(from: &map)
        map.requireOne(of: ["set", "sql"])
        for key in ["params", "measure", "expect"] where map.key("sql") == nil && map.key(key) != nil {
            map.report(key, found: "without sql", allowed: "beside it")
        }
        return map.key("sql") == nil ? .set(settings ?? []) : .statement(statement)
    }

    /// The names of search probes in `params: [{queries: …}]`.
    private static func references(in steps: Value) -> [Value] {
        let parameters = ((try? steps.items()) ?? []).compactMap { $0.value(of: "params") }
        return parameters.flatMap { (try? $0.items()) ?? [] }.compactMap { $0.value(of: "queries") }
    }
}

extension CustomProbe.Step {
    fileprivate var isMeasured: Bool {
        if case .statement(let statement) = self { statement.isMeasured } else { false }
    }
}
