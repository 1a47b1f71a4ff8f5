extension Rule where Output == [String: String] {
    /// Labels that every series of a target carries; `reserved` names those that the views use.
    static func labels(reserved: Set<String>) -> Rule {
        let taken = reserved.union(["server", "pg_cluster", "job", "instance", "le", "quantile"])
        return Rule("a map of label names and texts") { value throws(Refusal) in
            var labels: [String: String] = [:]
            for (key, value) in try value.pairs() {
                let name = key.read(as: "labels", .labelName(except: taken))
                let text = value.read(as: "labels", .labelValue)
                if let name, let text { labels[name] = text }
            }
            return labels
        }
    }
}

extension Rule where Output == String {
    static func labelName(except taken: Set<String>) -> Rule {
        let allowed =
            "a name of letters, digits and \"_\", not beginning with a digit or \"__\", other than "
            + taken.sorted().joined(separator: ", ")
        return Rule(allowed) { value throws(Refusal) in
            let name = try Rule.text.read(value)
            if taken.contains(name) { throw Refusal(found: "a label name that is taken") }
            if name.hasPrefix("__") { throw Refusal(found: "a label name that begins with \"__\"") }
            let isName = name.utf8.allSatisfy { $0.isLetter || $0.isDigit || $0.isOne(of: "_") }
            guard isName, name.utf8.first?.isDigit == false else {
                throw Refusal(found: "a text that is no label name")
            }
            return name
        }
    }
}
