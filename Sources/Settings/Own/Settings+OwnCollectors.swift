extension Settings {
    /// More would hardly fit into a poll.
    static let mostOwnCollectors = 100

    mutating func readOwnCollectors(from map: inout MapReader, in surroundings: Surroundings) {
        let listed = map.read("own_collectors", .ownCollectors(in: surroundings)) ?? []
        var names: Set<String> = []
        var families: Set<Substring> = []
        for own in listed {
            let collector = own.collector
            if !collector.name.isEmpty, !names.insert(collector.name).inserted {
                own.place.report(
                    "name", found: "the name of an earlier own collector", allowed: "a name of its own")
            }
            for metric in collector.metrics where !metric.name.isEmpty {
                guard !families.insert(metric.familyName).inserted else { continue }
                own.place.report(
                    "metrics", found: "a name that another metric has, with or without _total",
                    allowed: "each name once")
            }
            place(own)
        }
    }

    private mutating func place(_ own: ListedOwnCollector) {
        for name in own.servers ?? [] where !servers.contains(where: { $0.name == name }) && !servers.isEmpty
        {
            own.place.report("servers", found: "a name that is none", allowed: "names of the servers")
        }
        if servers.isEmpty, !poolers.isEmpty || !applicationPools.isEmpty {
            own.place.report("name", found: "a collector without servers", allowed: "it beside servers")
        }
        for index in servers.indices where own.servers?.contains(servers[index].name) ?? true {
            servers[index].ownCollectors.append(own.collector)
            if !Set(own.collector.labels).isDisjoint(with: servers[index].labels.keys) {
                own.place.report(
                    "labels", found: "a label that a server of the collector has on all its series",
                    allowed: "others")
            }
        }
    }
}
