import ProbeDefinitions
import SQL

extension CustomProbe.Statement {
    /// The keys of a step but `set`.
    static func read(from map: inout MapReader) -> Self {
        var statement = Self(sql: "")
        map.read("sql", .statement(takesParameters: true), into: &statement.sql)
        let parameters = Rule<[CustomProbe.Parameter]>.list("params", of: .parameter, upTo: 100)
        let given = map.read("params", parameters)
        statement.parameters = given ?? []
        map.read("measure", .boolean, into: &statement.isMeasured)
        map.read(
            "expect", .map("custom_probes.steps.expect", CustomProbe.Expectation.read),
            into: &statement.expectation)
        let isKnown = map.key("params") == nil || given != nil
        if isKnown, let count = SQLText(statement.sql).parameterCount, count != statement.parameters.count {
            if map.key("params") == nil {
                map.report(missing: "params", required: "a value for each parameter of the statement")
            } else {
                map.report(
                    "params", found: "another number of values than the statement has parameters",
                    allowed: "a value for each parameter, here \(count)")
            }
        }
        return statement
    }
}

extension Rule where Output == CustomProbe.Parameter {
    fileprivate static var parameter: Rule {
        let values = Rule<[String]>.list("values", of: .text, upTo: 1000)
        let source = Rule<Output?>.map("custom_probes.steps.params") { map in
            let found: [Output?] = [
                map.read("values", values).map { .values($0) },
                map.read("sql", .statement(takesParameters: false)).map { .sql($0) },
                map.read("queries", .probeName).map { .queries(probe: $0) },
            ]
            map.requireOne(of: ["values", "sql", "queries"])
            return found.compactMap(\.self).first
        }
        return Rule("a text, or a map of values, sql or queries") { value throws(Refusal) in
            guard value.kind == .map else { return .value(try Rule<String>.text.read(value)) }
            return try source.read(value) ?? .value("")
        }
    }
}
