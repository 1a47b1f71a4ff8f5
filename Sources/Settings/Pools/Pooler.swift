package import PoolDefinitions

extension Settings {
    /// A pooler to watch by its console.
    package struct Pooler: LibpqTarget, Sendable, Equatable {
        /// Like a server's; no server has the same.
        package let name: String
        package let kind: PoolerKind
        package var conninfo = Secret("")
        package var password: PasswordSource?
        package var labels: [String: String] = [:]
        package var cluster: String?
        package var interval = Settings.defaultInterval
        /// By name; a collector without an entry runs as it proposes itself.
        package var collectors: [String: CollectorChoice] = [:]
        /// The name of the server, or of another pool, that this one leads to.
        package var behind: String?
        package var sizing = Sizing()

        package init(name: String, kind: PoolerKind) {
            self.name = name
            self.kind = kind
        }
    }
}

extension Settings.Pooler {
    func polled(every interval: Duration) -> Self {
        var pooler = self
        pooler.interval = interval
        pooler.collectors = collectors.mapValues { $0.notBelow(interval) }
        return pooler
    }
}

// MARK: - Reading

extension Settings.Pooler {
    static func read(
        from map: inout MapReader, interval: Duration, sizing: Sizing, in surroundings: Surroundings
    ) -> Self? {
        var name: String?
        var kind: PoolerKind?
        map.require("name", .serverName, into: &name)
        map.require("kind", .choice(), into: &kind)
        var pooler = Self(name: name ?? "", kind: kind ?? .pgbouncer)
        pooler.readConnection(from: &map, in: surroundings)
        pooler.interval = interval
        map.read("interval", .duration(Settings.Server.intervals), into: &pooler.interval)
        map.read("labels", .labels(reserved: surroundings.reservedLabels), into: &pooler.labels)
        pooler.cluster = map.read("pg_cluster", .labelValue)
        let collectors = surroundings.consoleCollectors[pooler.kind.rawValue] ?? []
        map.read("collectors", .collectors(collectors, interval: pooler.interval), into: &pooler.collectors)
        pooler.behind = map.read("behind", .serverName)
        pooler.sizing = sizing
        map.read("sizing", .sizing("sizing", over: sizing), into: &pooler.sizing)
        return name == nil || kind == nil ? nil : pooler
    }
}
