/// What the settings of a server say about one collector.
package struct CollectorChoice: Sendable, Equatable {
    package var isEnabled: Bool
    /// Nil means as often as the collector itself proposes; never below the server's interval.
    package var interval: Duration?

    package init(isEnabled: Bool = true, interval: Duration? = nil) {
        self.isEnabled = isEnabled
        self.interval = interval
    }

    func notBelow(_ interval: Duration) -> CollectorChoice {
        CollectorChoice(isEnabled: isEnabled, interval: self.interval.map { max($0, interval) })
    }
}

// MARK: - Reading

extension Rule where Output == [String: CollectorChoice] {
    /// A map from names of collectors; `interval` is the server's.
    static func collectors(_ known: [String], interval: Duration) -> Rule {
        .map("collectors") { map in
            var choices: [String: CollectorChoice] = [:]
            for name in known {
                choices[name] = map.read(name, .collector(notBelow: interval))
            }
            return choices
        }
    }
}

extension Rule where Output == CollectorChoice {
    fileprivate static func collector(notBelow interval: Duration) -> Rule {
        let duration = Rule<Duration>.duration(interval ... .seconds(86_400))
        let detailed = Rule.map("collectors.*") { map in
            var choice = CollectorChoice()
            map.read("enabled", .boolean, into: &choice.isEnabled)
            choice.interval = map.read("interval", duration)
            return choice
        }
        return Rule("true, false, \(duration.allowed), or a map of enabled and interval") {
            value throws(Refusal) in
            switch value.kind {
            case .boolean: CollectorChoice(isEnabled: try Rule<Bool>.boolean.read(value))
            case .map: try detailed.read(value)
            default: CollectorChoice(interval: try duration.read(value))
            }
        }
    }
}
