import ProbeDefinitions

extension CustomProbe.Expectation {
    static func read(from map: inout MapReader) -> Self {
        var expectation = Self()
        expectation.minimumRows = map.read("rows_min", .integer(0...1_000_000))
        expectation.maximumRows = map.read("rows_max", .integer(0...1_000_000))
        if let minimum = expectation.minimumRows, let maximum = expectation.maximumRows, maximum < minimum {
            map.report("rows_max", found: "a number below rows_min", allowed: "the same or more")
        }
        map.read("columns", .columnExpectations, into: &expectation.columns)
        expectation.plan = map.read("plan", .plan)
        return expectation
    }
}

extension CustomProbe.ColumnExpectation {
    fileprivate static func read(from map: inout MapReader) -> Self {
        var expectation = Self(column: "")
        expectation.matches = map.read("matches", .text)
        expectation.minimum = map.read("min", Rule<Double>.number)
        expectation.maximum = map.read("max", Rule<Double>.number)
        if let minimum = expectation.minimum, let maximum = expectation.maximum, maximum < minimum {
            map.report("max", found: "a number below min", allowed: "the same or more")
        }
        if !["matches", "min", "max"].contains(where: { map.key($0) != nil }) {
            map.report(missing: "matches, min or max", required: "at least one of them")
        }
        return expectation
    }
}

extension Rule where Output == [CustomProbe.ColumnExpectation] {
    /// A map from names of columns.
    fileprivate static var columnExpectations: Rule {
        let column = Rule<CustomProbe.ColumnExpectation>.map(
            "custom_probes.steps.expect.columns", CustomProbe.ColumnExpectation.read)
        return Rule("a map of columns and what their values must be") { value throws(Refusal) in
            try value.pairs().compactMap { key, value in
                let name = key.read(as: "columns", .identifier)
                guard let name, var expectation = value.read(as: "columns", column) else { return nil }
                expectation.column = name
                return expectation
            }
        }
    }
}
