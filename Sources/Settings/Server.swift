package import ProbeDefinitions

extension Settings {
    /// A PostgreSQL server to watch.
    package struct Server: LibpqTarget, Sendable, Equatable {
        /// At most 63 bytes, without control characters and "/"; unique.
        package let name: String
        /// A libpq keyword string or URI; what it does not say libpq takes from its environment and files.
        package var conninfo = Secret("")
        package var password: PasswordSource?
        package var labels: [String: String] = [:]
        package var cluster: String?
        package var interval = Settings.defaultInterval
        /// As the server counts them.
        package var maxConnections = 3
        /// Reached through a pooler that hands a server connection on between transactions.
        package var isPooled = false
        /// By name; a collector without an entry runs as it proposes itself.
        package var collectors: [String: CollectorChoice] = [:]
        package var databases = DatabaseChoice.all
        package var search = SearchDiscovery.off
        package var searchProbes: [SearchProbe] = []
        package var customProbes: [CustomProbe] = []
        package var ownCollectors: [OwnCollector] = []
        package var vectorColumns: [VectorColumn] = []

        package static let intervals: ClosedRange<Duration> = .seconds(1) ... .seconds(3600)

        package init(name: String) {
            self.name = name
        }
    }
}

extension Settings.Server {
    func polled(every interval: Duration) -> Self {
        var server = self
        server.interval = interval
        server.collectors = collectors.mapValues { $0.notBelow(interval) }
        return server
    }
}

// MARK: - Reading

extension Settings.Server {
    static func read(from map: inout MapReader, interval: Duration, in surroundings: Surroundings) -> Self? {
        var name: String?
        map.require("name", .serverName, into: &name)
        var server = Self(name: name ?? "")
        server.readConnection(from: &map, in: surroundings)
        server.interval = interval
        map.read("interval", .duration(intervals), into: &server.interval)
        map.read("max_connections", .integer(1...20), into: &server.maxConnections)
        map.read("pooled", .boolean, into: &server.isPooled)
        map.read("labels", .labels(reserved: surroundings.reservedLabels), into: &server.labels)
        server.cluster = map.read("pg_cluster", .labelValue)
        map.read(
            "collectors", .collectors(surroundings.collectors, interval: server.interval),
            into: &server.collectors)
        map.read("databases", .databases, into: &server.databases)
        map.read("vector_columns", .vectorColumns, into: &server.vectorColumns)
        map.read("search", .choice(), into: &server.search)
        if server.search == .auto, server.maxConnections < Settings.fewestConnections {
            map.report(
                "search", found: "auto with max_connections below \(Settings.fewestConnections)",
                allowed: "off, or \(Settings.fewestConnections) or more: \(Settings.useOfConnections)")
        }
        return name == nil ? nil : server
    }
}
