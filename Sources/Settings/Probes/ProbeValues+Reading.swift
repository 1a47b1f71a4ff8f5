import ProbeDefinitions

extension Rule where Output == ProbeValues {
    static var filterValues: Rule {
        .map("search_probes.target.filter_params") { map in
            let sets = Rule<[[String]]>.list("values", of: .set, upTo: 1000)
            let values = map.read("values", sets)
            let sql = map.read("sql", .statement(takesParameters: false))
            var refresh: Duration? = .seconds(3600)
            map.read("refresh", .refresh(.seconds(60) ... .seconds(7 * 86_400)), into: &refresh)
            map.requireOne(of: ["values", "sql"])
            if map.key("sql") == nil, map.key("refresh") != nil {
                map.report("refresh", found: "beside values, which do not change", allowed: "beside sql")
            }
            if let sql { return .sql(sql, refresh: refresh) }
            return values.map { .listed($0) } ?? .none
        }
    }
}

extension Rule where Output == [String] {
    /// A value for each parameter; where there is one, it may stand alone.
    fileprivate static var set: Rule {
        let values = Rule.list("values", of: .text, upTo: 32)
        return Rule("a text or a list of them, one for each parameter") { value throws(Refusal) in
            value.kind == .list ? try values.read(value) : [try Rule<String>.text.read(value)]
        }
    }
}
