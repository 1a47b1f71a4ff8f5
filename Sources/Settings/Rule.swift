/// How a value is read, and the words for what is allowed.
///
/// Reading a list or a map may also report problems further down, and then gives what is left.
struct Rule<Output> {
    /// What may stand there, as the end of a sentence: "a whole number from 1 to 20".
    let allowed: String
    let read: (Value) throws(Refusal) -> Output

    init(_ allowed: String, read: @escaping (Value) throws(Refusal) -> Output) {
        self.allowed = allowed
        self.read = read
    }

    func map<Other>(_ transform: @escaping (Output) -> Other) -> Rule<Other> {
        Rule<Other>(allowed) { value throws(Refusal) in transform(try read(value)) }
    }

    /// A map whose keys `body` reads; the others are unknown, and an empty value is a map without keys.
    ///
    /// `place` tells its keys from those of other maps.
    static func map(_ place: String, _ body: @escaping (inout MapReader) -> Output) -> Rule {
        Rule("a map") { value throws(Refusal) in
            var map = try MapReader(value, place: place)
            let output = body(&map)
            map.reportUnknownKeys()
            return output
        }
    }
}

// MARK: - Rules for any setting

extension Rule where Output == Bool {
    static var boolean: Rule {
        Rule("true or false") { value throws(Refusal) in
            guard value.kind == .boolean, let text = value.text?.lowercased() else {
                throw Refusal(found: value.kind.words)
            }
            return ["true", "yes", "on"].contains(text)
        }
    }
}

extension Rule where Output == Int {
    static func integer(_ range: ClosedRange<Int>) -> Rule {
        Rule("a whole number from \(range.lowerBound) to \(range.upperBound)") { value throws(Refusal) in
            guard value.kind == .number, let text = value.text else {
                throw Refusal(found: value.kind.words)
            }
            // A leading zero is octal in YAML and decimal elsewhere: nobody can know what was meant.
            let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
            guard digits.isAllDigits, digits == "0" || !digits.hasPrefix("0") else {
                throw Refusal(found: "another kind of number")
            }
            guard let number = Int(text), range.contains(number) else {
                throw Refusal(found: "a number out of range")
            }
            return number
        }
    }
}

extension Rule where Output == Duration {
    static func duration(_ range: ClosedRange<Duration>) -> Rule {
        let bounds = "from \(DurationText.write(range.lowerBound)) to \(DurationText.write(range.upperBound))"
        return Rule("a duration \(bounds), like 15s or 1h30m") { value throws(Refusal) in
            if value.kind == .number { throw Refusal(found: "a number without a unit, write 15s") }
            guard value.kind == .text, let text = value.text else { throw Refusal(found: value.kind.words) }
            guard let duration = DurationText.read(text) else {
                throw Refusal(found: "a text that is no duration")
            }
            if duration < range.lowerBound { throw Refusal(found: "a shorter duration") }
            if duration > range.upperBound { throw Refusal(found: "a longer duration") }
            return duration
        }
    }
}

extension Rule where Output: CaseIterable & RawRepresentable<String> {
    /// One of the cases of a type.
    static func choice() -> Rule { choice(of: Array(Output.allCases)) }

    static func choice(of cases: [Output]) -> Rule {
        let name = Rule<String>.choice(of: cases.map(\.rawValue))
        return Rule(name.allowed) { value throws(Refusal) in
            guard let choice = Output(rawValue: try name.read(value)) else {
                throw Refusal(found: value.kind.words)
            }
            return choice
        }
    }
}

/// "a, b or c".
func alternatives(_ names: [String]) -> String {
    guard let last = names.last, names.count > 1 else { return names.joined() }
    return names.dropLast().joined(separator: ", ") + " or " + last
}
