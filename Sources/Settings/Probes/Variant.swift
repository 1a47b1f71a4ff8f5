extension Settings {
    /// One way of running a probe's search: with some settings of the server changed.
    package struct Variant: Sendable, Equatable {
        package var name: String
        /// In the order of the file.
        package var settings: [ServerSetting]
        /// In ticks.
        package var every: Int

        package init(name: String = "default", settings: [ServerSetting] = [], every: Int = 1) {
            self.name = name
            self.settings = settings
            self.every = every
        }

        subscript(setting: String) -> String? {
            settings.last { $0.name == setting }?.value
        }
    }

    /// A setting of the server's, for a transaction.
    package struct ServerSetting: Sendable, Equatable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }

        /// What changes how a search runs, and nothing that protects the server or finds names.
        static let changeablePrefixes = [
            "hnsw.", "ivfflat.", "diskann.", "vchordrq.", "vchordg.", "vectors.", "ruvector.", "scann.",
            "citus.", "enable_",
        ]
        static let changeable = ["work_mem", "jit"]

        /// Whether a variant may change the setting of this name.
        package static func isChangeable(_ name: String) -> Bool {
            (changeable.contains(name) || changeablePrefixes.contains { name.hasPrefix($0) && name != $0 })
                && name.utf8.allSatisfy { $0.isLetter || $0.isDigit || $0.isOne(of: "_.") }
        }

        /// The names that it may have, for people.
        package static var allowed: String { alternatives(changeablePrefixes.map { "\($0)*" } + changeable) }
    }
}

// MARK: - Reading

extension Settings.Variant {
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
        var variant = Self(name: "")
        map.require("name", .probeName, into: &variant.name)
        map.read("set", .serverSettings, into: &variant.settings)
        map.read("every", .integer(1...100_000), into: &variant.every)
        return variant
    }
}

extension Rule where Output == [Settings.ServerSetting] {
    /// A map from names of settings, in its order.
    static var serverSettings: Rule {
        Rule("a map of the server's settings and their values") { value throws(Refusal) in
            try value.pairs().compactMap { key, value in
                let name = key.read(as: "set", .changeableSetting)
                let value = value.read(as: "set", .labelValue)
                guard let name, let value else { return nil }
                return Settings.ServerSetting(name: name, value: value)
            }
        }
    }
}

extension Rule where Output == String {
    fileprivate static var changeableSetting: Rule {
        Rule(Settings.ServerSetting.allowed) { value throws(Refusal) in
            let name = try Rule.text.read(value)
            guard Settings.ServerSetting.isChangeable(name) else {
                throw Refusal(found: "the name of another setting")
            }
            return name
        }
    }
}
