extension Rule where Output == Double {
    static func number(_ range: ClosedRange<Double>) -> Rule {
        Rule("a number from \(words(range.lowerBound)) to \(words(range.upperBound))") {
            value throws(Refusal) in
            let number = try finite(value)
            if !range.contains(number) { throw Refusal(found: "a number out of range") }
            return number
        }
    }

    static var number: Rule { Rule("a number") { value throws(Refusal) in try Self.finite(value) } }

    private static func finite(_ value: Value) throws(Refusal) -> Double {
        guard value.kind == .number, let text = value.text else { throw Refusal(found: value.kind.words) }
        guard let number = Double(text), number.isFinite else {
            throw Refusal(found: "another kind of number")
        }
        return number
    }

    private static func words(_ bound: Double) -> String {
        let text = "\(bound)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}

extension Rule where Output == Int {
    static func bytes(_ range: ClosedRange<Int>) -> Rule {
        let bounds = "from \(ByteText.write(range.lowerBound)) to \(ByteText.write(range.upperBound))"
        return Rule("a size \(bounds), like 64MiB") { value throws(Refusal) in
            if value.kind == .number { throw Refusal(found: "a number without a unit, write 64MiB") }
            guard value.kind == .text, let text = value.text else { throw Refusal(found: value.kind.words) }
            guard let bytes = ByteText.read(text) else { throw Refusal(found: "a text that is no size") }
            if bytes < range.lowerBound { throw Refusal(found: "a smaller size") }
            if bytes > range.upperBound { throw Refusal(found: "a larger size") }
            return bytes
        }
    }
}

extension Rule where Output == Duration? {
    /// How long something is kept; `0s` is for good.
    static func refresh(_ range: ClosedRange<Duration>) -> Rule {
        let duration = Rule<Duration>.duration(range)
        return Rule("0s for never, or \(duration.allowed)") { value throws(Refusal) in
            value.text == "0s" ? nil : try duration.read(value)
        }
    }
}

extension Rule {
    /// Nil where a word stands instead, such as `auto`.
    static func either<Other>(_ word: String, or rule: Rule<Other>) -> Rule where Output == Other? {
        Rule("\(word) or \(rule.allowed)") { value throws(Refusal) in
            value.text == word ? nil : try rule.read(value)
        }
    }

    /// A list of at least one and at most `limit`; `setting` begins the messages about its items.
    static func list<Item>(_ setting: String, of rule: Rule<Item>, upTo limit: Int) -> Rule
    where Output == [Item] {
        Rule("a list of 1 to \(limit), each \(rule.allowed)") { value throws(Refusal) in
            let items = try value.items()
            if items.count > limit { throw Refusal(found: "a longer list") }
            return items.compactMap { $0.read(as: setting, rule) }
        }
    }

    /// A list of some of the cases of a type, or the empty one for none.
    static func some<Case>() -> Rule
    where Output == Set<Case>, Case: CaseIterable & RawRepresentable<String> {
        let choice = Rule<Case>.choice()
        return Rule("a list of \(choice.allowed), or [] for none") { value throws(Refusal) in
            if value.isEmptyList { return [] }
            var cases: Set<Case> = []
            for item in try value.items() { cases.insert(try choice.read(item)) }
            return cases
        }
    }
}

extension Rule where Output == Void {
    /// A setting that has one good value; `reason` says why.
    static func only(_ text: String, since reason: String) -> Rule {
        Rule("\(text), since \(reason)") { value throws(Refusal) in
            if value.text != text { throw Refusal(found: "another value") }
        }
    }
}
