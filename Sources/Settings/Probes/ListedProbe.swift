import ProbeDefinitions

/// A probe as it stands in its list, before its server is known.
struct ListedProbe<Probe> {
    let probe: Probe
    /// Empty where the name itself is wrong, which is reported.
    let name: String
    let server: String?
    /// How many ways it runs.
    let variants: Int
    /// Where it names search probes.
    let references: [Value]
    let place: MapReader
}

// MARK: - Reading

extension Rule where Output == [ListedProbe<SearchProbe>] {
    static var searchProbes: Rule {
        listed("search_probes") { map, name, server in
            let probe = SearchProbe.read(from: &map, name: name)
            return ListedProbe(
                probe: probe, name: name, server: server, variants: probe.variants.count, references: [],
                place: map)
        }
    }
}

extension Rule where Output == [ListedProbe<CustomProbe>] {
    static var customProbes: Rule {
        listed("custom_probes") { map, name, server in
            let (probe, references) = CustomProbe.read(from: &map, name: name)
            return ListedProbe(
                probe: probe, name: name, server: server, variants: 1, references: references, place: map)
        }
    }
}

extension Rule {
    /// A list; whose messages are about its items, not about it.
    fileprivate static func listed<Probe>(
        _ list: String,
        _ read: @escaping (inout MapReader, _ name: String, _ server: String?) -> ListedProbe<Probe>
    ) -> Rule where Output == [ListedProbe<Probe>] {
        let probe = Rule<ListedProbe<Probe>>.map(list) { map in
            var name = ""
            map.require("name", .probeName, into: &name)
            let server = map.read("server", .text)
            return read(&map, name, server)
        }
        return Rule("a list of probes, or [] for none") { value throws(Refusal) in
            if value.isEmptyList { return [] }
            return try value.items().compactMap { $0.read(as: list, probe) }
        }
    }
}
