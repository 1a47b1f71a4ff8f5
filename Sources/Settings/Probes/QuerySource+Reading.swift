import ProbeDefinitions

extension QuerySource {
    private enum Source: String, CaseIterable {
        case file, sql, table
        case vectorChordSamples = "vchord_samples"
        case randomUnit = "random_unit"
    }

    private enum Order: String, CaseIterable {
        case shuffle
        case roundRobin = "round_robin"
    }

    static func read(from map: inout MapReader) -> Self {
        var queries = Self()
        queries.origin = readOrigin(from: &map)
        map.read("count", .integer(1...10_000), into: &queries.count)
        map.read("refresh", .refresh(.seconds(60) ... .seconds(7 * 86_400)), into: &queries.refresh)
        queries.seed = map.read("seed", .integer(0...Int.max)).map { UInt64($0) } ?? queries.seed
        queries.isShuffled = map.read("order", Rule<Order>.choice()) != .roundRobin
        return queries
    }

    private static func readOrigin(from map: inout MapReader) -> Origin {
        let source = map.read("source", Rule<Source>.choice()) ?? .table
        let file = map.read("file", .vectorFile)
        let sql = map.read("sql", .statement(takesParameters: false))
        let excludesDuplicates = map.read("table", .map("search_probes.queries.table", readTable)) ?? false
        for other in [Source.file, .sql, .table] where other != source && map.key(other.rawValue) != nil {
            map.report(
                other.rawValue, found: "beside another source", allowed: "with source: \(other.rawValue)")
        }
        switch source {
        case .file:
            if map.key("file") == nil { map.report(missing: "file", required: "a path, with source: file") }
            return .file(path: file ?? "")
        case .sql:
            if map.key("sql") == nil { map.report(missing: "sql", required: "a statement, with source: sql") }
            return .sql(sql ?? "")
        case .table: return .table(excludesDuplicates: excludesDuplicates)
        case .vectorChordSamples: return .vectorChordSamples
        case .randomUnit: return .randomUnit
        }
    }

    /// Whether duplicates are left out.
    private static func readTable(from map: inout MapReader) -> Bool {
        _ = map.read(
            "method", .only("random_tid", since: "it alone draws all rows alike and reads few pages"))
        _ = map.read(
            "exclude_self", .only("true", since: "a search for a row that finds the row itself tells nothing")
        )
        return map.read("exclude_duplicates", .boolean) ?? false
    }
}

extension Rule where Output == String {
    /// What is in the file is seen when the probe runs.
    fileprivate static var vectorFile: Rule {
        let endings = [".jsonl", ".txt", ".fvecs", ".npy"]
        return Rule("an absolute path that ends in \(alternatives(endings))") { value throws(Refusal) in
            let path = try Rule.text.read(value)
            guard path.hasPrefix("/"), endings.contains(where: path.lowercased().hasSuffix) else {
                throw Refusal(found: "\(value.kind.words) that is no such path")
            }
            return path
        }
    }
}
