/// What an operator asked for, checked: whom to watch and probe, where to serve, what to log.
package struct Settings: Sendable, Equatable {
    /// At least one, or else a pool; the names of all targets are unique.
    package var servers: [Server]
    package var poolers: [Pooler] = []
    package var applicationPools: [ApplicationPool] = []
    /// Whose names are served besides ours.
    package var compatibility: Set<Exporter> = []
    /// The key `server` of the file.
    package var page = Page()
    package var log = Log()
    /// What the file says and hardly means; nothing that keeps the daemon from starting.
    package var notes: [Problem] = []

    /// How often a server is polled where nothing else is said.
    package static let defaultInterval = Duration.seconds(15)

    package init(servers: [Server]) {
        self.servers = servers
    }
}

// MARK: - Reading

extension Settings {
    static func read(from map: inout MapReader, in surroundings: Surroundings) -> Settings {
        var interval = defaultInterval
        var settings = Settings(servers: [])
        map.read("interval", .duration(Server.intervals), into: &interval)
        map.read("server", .map("server", Page.read), into: &settings.page)
        map.read("log", .map("log", Log.read), into: &settings.log)
        map.read("compatibility", .exporters, into: &settings.compatibility)
        let servers = Rule<Server?>.map("servers") {
            Server.read(from: &$0, interval: interval, in: surroundings)
        }
        map.read("servers", .targets("servers", servers), into: &settings.servers)
        settings.readPools(from: &map, interval: interval, in: surroundings)
        if !lists.contains(where: { map.key($0) != nil }) {
            map.report(missing: "servers", required: "a list of servers")
        }
        reportDuplicateNames(in: map)
        settings.readProbes(from: &map)
        settings.readOwnCollectors(from: &map, in: surroundings)
        return settings
    }

    /// The keys that list targets.
    private static let lists = ["servers", "pools", "application_pools"]

    private static func reportDuplicateNames(in map: MapReader) {
        var seen: Set<String> = []
        for target in lists.flatMap({ map.value(of: $0)?.listed ?? [] }) {
            guard let name = target.value(of: "name"), let text = name.text, !seen.insert(text).inserted
            else { continue }
            name.report("name: found the name of an earlier target; allowed is a name of its own")
        }
    }
}

extension Rule {
    /// A list of at least one target; `target` reads each.
    static func targets<Target>(_ place: String, _ target: Rule<Target?>) -> Rule where Output == [Target] {
        Rule("a list of \(place)") { list throws(Refusal) in
            try list.items().compactMap { $0.read(as: place, target) ?? nil }
        }
    }
}
