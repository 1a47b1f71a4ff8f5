import ProbeDefinitions
import SQL

extension SearchTarget {
    static let mostRows = 1000
    static let mostCandidates = 10_000
    /// Where no index is meant, no plan is: the probe's reader sees to it.
    static let noIndex = "none"

    static func read(from map: inout MapReader) -> Self {
        var target = Self(table: "", searched: readSearched(from: &map), operator: "")
        map.read("schema", .identifier, into: &target.schema)
        map.require("table", .identifier, into: &target.table)
        map.require("operator", .operatorName, into: &target.operator)
        map.read("k", .integer(1...mostRows), into: &target.k)
        map.read("key", .oneOrMore(.identifier), into: &target.key)
        target.metric = map.read("metric", .map("search_probes.target.metric", TrueMetric.read))
        target.readReranking(from: &map)
        target.readFilter(from: &map)
        target.expectedIndex =
            switch map.read("expect_index", .either("auto", or: .identifier)) ?? nil {
            case nil, Self.noIndex: .any
            case let name?: .named(name)
            }
        return target
    }

    private static func readSearched(from map: inout MapReader) -> Searched {
        let column = map.read("column", .identifier)
        let expression = map.read("expression", .expression)
        map.requireOne(of: ["column", "expression"])
        return expression.map { .expression($0) } ?? .column(column ?? "")
    }

    private mutating func readReranking(from map: inout MapReader) {
        let candidates = Rule<Int>.integer(k...Self.mostCandidates)
        let rule = Rule<Int?>.map("search_probes.target.rerank") { rerank in
            var found: Int?
            rerank.require("candidates", candidates, into: &found)
            return found
        }
        rerankedCandidates = map.read("rerank", rule) ?? nil
        if map.key("rerank") != nil, map.key("metric") == nil {
            map.report(missing: "metric", required: "the column and operator by which rerank sorts")
        }
    }

    private mutating func readFilter(from map: inout MapReader) {
        filter = map.read("filter", .condition)
        let values = map.read("filter_params", .filterValues)
        if map.key("filter") == nil, map.key("filter_params") != nil {
            map.report("filter_params", found: "without a filter", allowed: "both or none")
        }
        filterValues = values ?? .none
        guard let filter, let count = SQLText(filter).parameterCount else { return }
        switch filterValues {
        case .none where count > 0 && map.key("filter_params") == nil:
            map.report(missing: "filter_params", required: "a value for each parameter of the filter")
        case .listed(let sets) where sets.contains { $0.count != count }:
            map.report(
                "filter_params", found: "sets of another number of values than the filter has parameters",
                allowed: "a value for each parameter, here \(count)")
        case .sql where count == 0:
            map.report("filter_params", found: "beside a filter without parameters", allowed: "none")
        default:
            break
        }
    }
}

extension SearchTarget.TrueMetric {
    fileprivate static func read(from map: inout MapReader) -> Self {
        var metric = Self(column: "", operator: "")
        map.require("column", .identifier, into: &metric.column)
        map.require("operator", .operatorName, into: &metric.operator)
        return metric
    }
}
