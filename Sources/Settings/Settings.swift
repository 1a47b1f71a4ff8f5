/// What an operator asked for, checked: whom to watch and probe, where to serve, what to log.
package struct Settings: Sendable, Equatable {
    /// At least one; names are unique.
    package var servers: [Server]
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
        map.require("servers", .servers(interval: interval, in: surroundings), into: &settings.servers)
        settings.readProbes(from: &map)
        return settings
    }
}

extension Rule where Output == [Settings.Server] {
    /// A list of at least one server; `interval` is for those that name none.
    fileprivate static func servers(interval: Duration, in surroundings: Surroundings) -> Rule {
        let server = Rule<Settings.Server?>.map("servers") { map in
            Settings.Server.read(from: &map, interval: interval, in: surroundings)
        }
        return Rule("a list of servers") { list throws(Refusal) in
            let items = try list.items()
            reportDuplicateNames(in: items)
            return items.compactMap { $0.read(as: "servers", server) ?? nil }
        }
    }

    private static func reportDuplicateNames(in servers: [Value]) {
        var seen: Set<String> = []
        for name in servers.compactMap({ $0.value(of: "name") }) {
            guard let text = name.text, !seen.insert(text).inserted else { continue }
            name.report("name: found the name of an earlier server; allowed is a name of its own")
        }
    }
}
