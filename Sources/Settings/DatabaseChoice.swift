extension Settings {
    /// Into which databases of a server collectors look.
    package enum DatabaseChoice: Sendable, Equatable {
        case all
        /// That of the connection.
        case own
        case named([String])
    }
}

// MARK: - Reading

extension Rule where Output == Settings.DatabaseChoice {
    static var databases: Rule {
        let names = Rule<[String]>.list("databases", of: .identifier, upTo: 10_000)
        return Rule("all, own or \(names.allowed)") { value throws(Refusal) in
            switch value.text {
            case "all": .all
            case "own": .own
            default: .named(try names.read(value))
            }
        }
    }
}
