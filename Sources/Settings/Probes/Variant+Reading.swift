import ProbeDefinitions
import SQL

extension Variant {
    static let most = 8
    /// The variant of searches in fresh sessions.
    static let cold = "cold"

    static var all: Rule<[Self]> {
        let variant = Rule<(Self, MapReader)>.map("search_probes.variants") { (read(from: &$0), $0) }
        let list = Rule<[(Self, MapReader)]>.list("variants", of: variant, upTo: most)
        return Rule(list.allowed) { value throws(Refusal) in
            let variants = try list.read(value)
            var seen: Set<String> = [cold]
            for (index, (variant, map)) in variants.enumerated() {
                if !variant.name.isEmpty, !seen.insert(variant.name).inserted {
                    map.report(
                        "name", found: "a name that an earlier variant has, or fresh sessions (\(cold))",
                        allowed: "a name of its own")
                }
                if index == 0, variant.every != 1 {
                    map.report("every", found: "another number for the first variant", allowed: "1")
                }
            }
            return variants.map(\.0)
        }
    }

    private static func read(from map: inout MapReader) -> Self {
        var variant = Self("")
        map.require("name", .probeName, into: &variant.name)
        map.read("set", .serverSettings, into: &variant.settings)
        map.read("every", .integer(1...100_000), into: &variant.every)
        return variant
    }
}

extension Rule where Output == [LocalSetting] {
    /// A map from names of settings, in its order.
    static var serverSettings: Rule {
        Rule("a map of the server's settings and their values") { value throws(Refusal) in
            try value.pairs().compactMap { key, value in
                let name = key.read(as: "set", .changeableSetting)
                let value = value.read(as: "set", .labelValue)
                guard let name, let value else { return nil }
                return LocalSetting(name, value)
            }
        }
    }
}

extension Rule where Output == String {
    fileprivate static var changeableSetting: Rule {
        Rule(LocalSetting.changeableNames) { value throws(Refusal) in
            let name = try Rule.text.read(value)
            guard LocalSetting.isChangeable(name) else {
                throw Refusal(found: "the name of another setting")
            }
            return name
        }
    }
}
