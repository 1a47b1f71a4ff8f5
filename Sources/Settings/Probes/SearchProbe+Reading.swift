import ProbeDefinitions

extension SearchProbe {
    /// `name` and `server` are read by whoever reads the list.
    static func read(from map: inout MapReader, name: String) -> Self {
        var target = SearchTarget(table: "", searched: .column(""), operator: "")
        map.require("target", .map("search_probes.target", SearchTarget.read), into: &target)
        var probe = Self(name: name, target: target)
        probe.database = map.read("database", .identifier)
        map.read("run_on", .choice(), into: &probe.role)
        map.read("queries", .map("search_probes.queries", QuerySource.read), into: &probe.queries)
        map.read(
            "schedule", .map("search_probes.schedule", ProbeSchedule.read), into: &probe.schedule)
        _ = map.read("session", .map("search_probes.session") { probe.readSession(from: &$0) })
        map.read("variants", Variant.all, into: &probe.variants)
        _ = map.read("explain", .map("search_probes.explain") { probe.readExplain(from: &$0) })
        _ = map.read("plan_check", .map("search_probes.plan_check") { probe.readPlanCheck(from: &$0) })
        let readsRecall = Rule.map("search_probes.recall") { recall in
            RecallPlan.read(from: &recall, of: probe)
        }
        probe.recall = map.read("recall", readsRecall) ?? .initial(of: probe)
        map.read("limits", .map("search_probes.limits", ProbeLimits.read), into: &probe.limits)
        map.read(
            "objective", .map("search_probes.objective", Objective.read), into: &probe.objective)
        probe.judgePlan(in: map)
        probe.advise(in: map)
        return probe
    }

    private static var everyTicks: Rule<Int> { .integer(0...100_000) }

    private mutating func readSession(from map: inout MapReader) {
        _ = map.read("mode", .only("warm", since: "cold_every: 1 runs each search in a fresh session too"))
        map.read("cold_every", Self.everyTicks, into: &schedule.coldEvery)
        settingsFromRole = map.read("settings_from_role", .identifier)
    }

    private mutating func readExplain(from map: inout MapReader) {
        map.read("every", Self.everyTicks, into: &explainEvery)
        _ = map.read("analyze", .only("true", since: "plan_check takes the plans without running them"))
    }

    private mutating func readPlanCheck(from map: inout MapReader) {
        map.read("every", Self.everyTicks, into: &planCheckEvery)
        expectedPlan = map.read("expect", .plan) ?? expectedPlan
    }

    /// `expect_index` and `plan_check.expect` say two things of one plan, and must not differ.
    private mutating func judgePlan(in map: MapReader) {
        let said = map.value(of: "plan_check")?.value(of: "expect")
        if map.value(of: "target")?.value(of: "expect_index")?.text == SearchTarget.noIndex {
            if said == nil { expectedPlan = .any }
            if said != nil, expectedPlan == .annIndex {
                said?.report(
                    "expect: found ann_index beside expect_index: none; allowed is seq_scan or any")
            }
        }
        if case .named = target.expectedIndex, expectedPlan == .seqScan {
            said?.report("expect: found seq_scan beside the name of an index; allowed is ann_index or any")
        }
    }

    /// Names what is allowed and would show as short results or unjudged searches.
    private func advise(in map: MapReader) {
        let rows = target.rerankedCandidates ?? target.k + (queries.excludesOwnRow ? 1 : 0)
        for (variant, place) in zip(variants, (try? map.value(of: "variants")?.items()) ?? []) {
            guard let effort = variant["hnsw.ef_search"].flatMap({ Int($0) }), effort < rows,
                variant["hnsw.iterative_scan"] ?? "off" == "off"
            else { continue }
            place.value(of: "set")?.value(of: "hnsw.ef_search")?.advise(
                "hnsw.ef_search: is below the \(rows) rows that the search asks for; without "
                    + "hnsw.iterative_scan it returns no more than this")
        }
        if !["<->", "<#>", "<=>", "<+>", "<~>", "<%>"].contains(target.metric?.operator ?? target.operator) {
            map.value(of: "target")?.value(of: "operator")?.advise(
                "operator: is none of pgvector's; the resident sample cannot judge these searches")
        }
        if queries.count < 100 {
            map.value(of: "queries")?.value(of: "count")?.advise(
                "count: is below 100; so few searches keep the pages that they need in memory")
        }
    }
}
