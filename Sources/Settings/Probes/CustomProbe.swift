extension Settings {
    /// Statements run in one read-only transaction again and again, one of them timed.
    package struct CustomProbe: Sendable, Equatable {
        /// `[a-z][a-z0-9_]{0,62}`; unique among the probes of its server.
        package var name: String
        /// nil for the one that the server's connection leads to.
        package var database: String?
        package var role = ProbeRole.any
        package var schedule = ProbeSchedule()
        /// Where names without a schema are looked for.
        package var searchPath = ["public"]
        package var steps: [Step]
        package var limits = ProbeLimits()
        package var objective = Objective()

        package init(name: String, steps: [Step]) {
            self.name = name
            self.steps = steps
        }

        package enum Step: Sendable, Equatable {
            case set([ServerSetting])
            case statement(ProbeStatement)
        }
    }
}

// MARK: - Reading

extension Settings.CustomProbe {
    static let mostSteps = 16

    /// `name` and `server` are read by whoever reads the list; with the references to other probes' vectors.
    static func read(from map: inout MapReader, name: String) -> (probe: Self, references: [Value]) {
        var probe = Self(name: name, steps: [])
        probe.database = map.read("database", .identifier)
        map.read("run_on", .choice(), into: &probe.role)
        let schedule = Rule.map("custom_probes.schedule", Settings.ProbeSchedule.readOfCustomProbe)
        probe.schedule = map.read("schedule", schedule) ?? Settings.ProbeSchedule(coldEvery: 0)
        map.read("search_path", .oneOrMore(.identifier), into: &probe.searchPath)
        map.read(
            "limits", .map("custom_probes.limits", Settings.ProbeLimits.readOfCustomProbe),
            into: &probe.limits)
        map.read(
            "objective", .map("custom_probes.objective", Settings.Objective.readOfCustomProbe),
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
        let statement = Settings.ProbeStatement.read(from: &map)
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

extension Settings.CustomProbe.Step {
    fileprivate var isMeasured: Bool {
        if case .statement(let statement) = self { statement.isMeasured } else { false }
    }
}
