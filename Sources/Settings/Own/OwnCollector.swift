package import ProbeDefinitions

extension Settings {
    /// A statement of the operator's, and the metrics that its rows become.
    package struct OwnCollector: Sendable, Equatable {
        package struct Metric: Sendable, Equatable {
            package enum Kind: String, Sendable, CaseIterable {
                case counter
                case gauge
            }

            package var column: String
            /// Lower case, with `_total` where it is a counter and only there; no name of ours.
            package var name = ""
            package var kind = Kind.gauge
            package var help = ""

            package init(column: String) {
                self.column = column
            }
        }

        package let name: String
        package var databases = DatabaseChoice.own
        package var role = ServerRole.any
        /// nil for each poll, or each look into other databases.
        package var interval: Duration?
        /// Where names without a schema are looked for.
        package var searchPath = ["public"]
        package var sql = ""
        /// Columns.
        package var labels: [String] = []
        package var metrics: [Metric] = []
        package var maxRows = 1000

        package init(name: String) {
            self.name = name
        }
    }
}

// MARK: - Reading

extension Settings.OwnCollector {
    /// `servers` is read by whoever reads the list.
    static func read(from map: inout MapReader, in surroundings: Surroundings) -> Self {
        var name = ""
        map.require("name", .probeName, into: &name)
        if surroundings.reservedCollectors.contains(name) {
            map.report("name", found: "the name of a collector of pgvigil's", allowed: "a name of its own")
        }
        var collector = Self(name: name)
        map.read("databases", .databases, into: &collector.databases)
        map.read("run_on", .choice(), into: &collector.role)
        collector.interval = map.read("interval", .duration(.seconds(1) ... .seconds(86_400)))
        map.read("search_path", .oneOrMore(.identifier), into: &collector.searchPath)
        map.require("sql", .statement(takesParameters: false), into: &collector.sql)
        map.read("labels", .ownLabels, into: &collector.labels)
        map.require("metrics", .ownMetrics(surroundings.reservedMetrics), into: &collector.metrics)
        map.read("max_rows", .integer(1...10_000), into: &collector.maxRows)
        collector.reportClashes(in: map)
        return collector
    }

    private func reportClashes(in map: MapReader) {
        if databases != .own, labels.contains("datname") {
            map.report("labels", found: "datname, which databases adds", allowed: "it once")
        }
        if metrics.contains(where: { labels.contains($0.column) }) {
            map.report("metrics", found: "a column that is a label", allowed: "each column in one of the two")
        }
    }
}

extension Rule where Output == [String] {
    fileprivate static var ownLabels: Rule {
        let list = Rule.list(
            "labels", of: .labelName(except: Settings.OwnCollector.Metric.takenLabels), upTo: 20)
        return Rule(list.allowed) { value throws(Refusal) in
            let names = try list.read(value)
            if Set(names).count < names.count { throw Refusal(found: "a column that comes twice") }
            return names
        }
    }
}

extension Rule where Output == [Settings.OwnCollector.Metric] {
    /// A map from names of columns.
    fileprivate static func ownMetrics(_ reserved: [String]) -> Rule {
        let metric = Rule<Settings.OwnCollector.Metric>.map("own_collectors.metrics") { map in
            Settings.OwnCollector.Metric.read(from: &map, reserved)
        }
        return Rule("a map of 1 to 100 columns and the metrics that they become") { value throws(Refusal) in
            let pairs = try value.pairs()
            if pairs.isEmpty { throw Refusal(found: "an empty map") }
            if pairs.count > 100 { throw Refusal(found: "a longer map") }
            return pairs.compactMap { key, value in
                let column = key.read(as: "metrics", .identifier)
                guard let column, var metric = value.read(as: "metrics", metric) else { return nil }
                metric.column = column
                return metric
            }
        }
    }
}

extension Settings.OwnCollector.Metric {
    /// What Prometheus or the target itself puts on every series, or a family of ours tells apart.
    static let takenLabels: Set = [
        "collector", "instance", "job", "le", "pg_cluster", "quantile", "server",
    ]

    fileprivate static func read(from map: inout MapReader, _ reserved: [String]) -> Self {
        var metric = Self(column: "")
        map.require("name", .metricName(reserved), into: &metric.name)
        map.require("type", .choice(), into: &metric.kind)
        map.require("help", .line("a text", upTo: 256), into: &metric.help)
        if metric.isNamed, metric.name.hasSuffix("_total") != (metric.kind == .counter) {
            let (found, allowed) =
                metric.kind == .counter
                ? ("a counter without _total at its end", "a name with it")
                : ("a gauge with _total at its end", "a name without it")
            map.report("name", found: found, allowed: allowed)
        }
        return metric
    }

    /// False where its name or type is wrong, which is reported.
    private var isNamed: Bool { !name.isEmpty }

    /// The name that OpenMetrics gives the family.
    var familyName: Substring { kind == .counter ? name.dropLast("_total".count) : name[...] }
}
