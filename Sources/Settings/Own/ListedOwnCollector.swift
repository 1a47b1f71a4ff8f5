/// An own collector as it stands in its list, before its servers are known.
struct ListedOwnCollector {
    let collector: Settings.OwnCollector
    /// nil for all.
    let servers: [String]?
    let place: MapReader
}

// MARK: - Reading

extension Rule where Output == [ListedOwnCollector] {
    static func ownCollectors(in surroundings: Surroundings) -> Rule {
        let collector = Rule<ListedOwnCollector>.map("own_collectors") { map in
            let own = Settings.OwnCollector.read(from: &map, in: surroundings)
            let names = Rule<[String]>.list("servers", of: .text, upTo: 10_000)
            let servers = map.read("servers", .either("all", or: names)) ?? nil
            return ListedOwnCollector(collector: own, servers: servers, place: map)
        }
        let list = Rule<[ListedOwnCollector]>.list(
            "own_collectors", of: collector, upTo: Settings.mostOwnCollectors)
        return Rule("a list of up to \(Settings.mostOwnCollectors) collectors, or [] for none") {
            value throws(Refusal) in
            value.isEmptyList ? [] : try list.read(value)
        }
    }
}
