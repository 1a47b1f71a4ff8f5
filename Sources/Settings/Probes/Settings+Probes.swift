import ProbeDefinitions

extension Settings {
    /// Ways in which the probes of one server run, all together: 20 probes with 8 variants each.
    ///
    /// Each is about 100 series.
    static let mostVariants = 20 * Variant.most

    /// A probe's server has a connection that polls, one that probes, and one for truth and fresh sessions.
    static let fewestConnections = 3

    mutating func readProbes(from map: inout MapReader) {
        let searches = map.read("search_probes", .searchProbes) ?? []
        let customs = map.read("custom_probes", .customProbes) ?? []
        if servers.isEmpty { return }  // Which is said already.
        var names: [Int: Set<String>] = [:]
        var variants: [Int: Int] = [:]
        for search in searches {
            guard let server = place(search, &names, &variants) else { continue }
            servers[server].searchProbes.append(search.probe)
        }
        for custom in customs {
            guard let server = place(custom, &names, &variants) else { continue }
            servers[server].customProbes.append(custom.probe)
            let known = servers[server].searchProbes.map(\.name)
            for reference in custom.references where !known.contains(reference.text ?? "") {
                reference.report(
                    "queries: found a name that is none; allowed is that of a search probe of the same server"
                )
            }
        }
    }

    /// The index of the probe's server; nil, and a problem, where there is none.
    private func place<Probe>(
        _ listed: ListedProbe<Probe>, _ names: inout [Int: Set<String>], _ variants: inout [Int: Int]
    ) -> Int? {
        let allowed = "the name of one of the servers"
        guard let index = servers.firstIndex(where: { $0.name == listed.server ?? servers[0].name }) else {
            listed.place.report("server", found: "a name that is none", allowed: allowed)
            return nil
        }
        if listed.place.key("server") == nil, servers.count > 1 {
            listed.place.report(missing: "server", required: "\(allowed), since there are several")
            return nil
        }
        if servers[index].maxConnections < Self.fewestConnections {
            listed.place.report(
                "name", found: "a probe of a server with max_connections below \(Self.fewestConnections)",
                allowed: "\(Self.fewestConnections) or more: \(Self.useOfConnections)")
        }
        if !listed.name.isEmpty, !names[index, default: []].insert(listed.name).inserted {
            listed.place.report(
                "name", found: "the name of an earlier probe of this server", allowed: "a name of its own")
        }
        let before = variants[index, default: 0]
        variants[index] = before + listed.variants
        if before <= Self.mostVariants, before + listed.variants > Self.mostVariants {
            listed.place.report(
                "name", found: "more than \(Self.mostVariants) variants of probes on one server",
                allowed: "no more in all")
        }
        return index
    }

    static let useOfConnections = "one polls, one probes, one is for ground truth and fresh sessions"
}
