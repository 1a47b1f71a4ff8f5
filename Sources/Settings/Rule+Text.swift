extension Rule where Output == String {
    /// Any text but the empty one, exactly as it is written: a password of digits keeps its zeros.
    static var text: Rule {
        Rule("a text") { value throws(Refusal) in
            guard let text = value.text, value.kind != .empty else { throw Refusal(found: value.kind.words) }
            if text.isEmpty { throw Refusal(found: "an empty text") }
            // Where C reads a text it would end here.
            if text.unicodeScalars.contains("\0") { throw Refusal(found: "a text with a NUL character") }
            return text
        }
    }

    /// A text of up to `limit` bytes without control characters.
    static func line(_ what: String, upTo limit: Int, without forbidden: String = "") -> Rule {
        let exceptions = forbidden.isEmpty ? "" : " or \"\(forbidden)\""
        return Rule("\(what) of 1 to \(limit) bytes without control characters\(exceptions)") {
            value throws(Refusal) in
            let text = try Rule.text.read(value)
            if text.utf8.count > limit { throw Refusal(found: "a longer text") }
            if text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
                throw Refusal(found: "a text with a control character")
            }
            if text.contains(where: forbidden.contains) {
                throw Refusal(found: "a text with \"\(forbidden)\"")
            }
            return text
        }
    }

    static var serverName: Rule { line("a name", upTo: 63, without: "/") }

    static var labelValue: Rule { line("a text", upTo: 256) }

    /// What systemd takes for a credential's name, and what is a file in its folder and nowhere else.
    static var credentialName: Rule {
        Rule("a name of 1 to 255 printable ASCII characters without \"/\" or \":\", not \".\" or \"..\"") {
            value throws(Refusal) in
            let text = try Rule.text.read(value)
            if text.utf8.count > 255 { throw Refusal(found: "a longer text") }
            guard text.utf8.allSatisfy({ (0x20...0x7E).contains($0) && !$0.isOne(of: "/:") }),
                text != ".", text != ".."
            else { throw Refusal(found: "\(value.kind.words) that is no such name") }
            return text
        }
    }

    static func choice(of names: [String]) -> Rule {
        Rule(alternatives(names)) { value throws(Refusal) in
            let text = try Rule.text.read(value)
            guard names.contains(text) else {
                throw Refusal(found: "\(value.kind.words) that is none of them")
            }
            return text
        }
    }

    /// One port, or one for each host, separated by commas.
    static var ports: Rule {
        Rule("a port from 1 to 65535, or one for each host with commas between them") {
            value throws(Refusal) in
            let text = try Rule.text.read(value)
            let ports = text.split(separator: ",", omittingEmptySubsequences: false).map { Self.port($0) }
            guard ports.allSatisfy({ $0.map { $0 > 0 } ?? false }) else {
                throw Refusal(found: "\(value.kind.words) that is no port")
            }
            return text
        }
    }

    /// Where to listen; only the shape is checked.
    static var address: Rule {
        Rule("an address such as \":9187\", \"127.0.0.1:9187\" or \"[::1]:9187\"") { value throws(Refusal) in
            if value.kind == .number { throw Refusal(found: "a number") }
            let text = try Rule.text.read(value)
            guard let colon = text.lastIndex(of: ":"), isHost(text[..<colon]),
                text[colon...].dropFirst().isAllDigits
            else { throw Refusal(found: "a text of another shape") }
            if port(text[colon...].dropFirst()) == nil { throw Refusal(found: "a port above 65535") }
            return text
        }
    }

    /// Nothing, an IPv6 address in brackets, or what may be an IPv4 address or a name.
    private static func isHost(_ text: Substring) -> Bool {
        if text.hasPrefix("["), text.hasSuffix("]") {
            let address = text.dropFirst().dropLast().utf8
            return address.contains(UInt8(ascii: ":"))
                && address.allSatisfy { $0.isDigit || $0.isLetter || $0.isOne(of: ":.%") }
        }
        return text.utf8.allSatisfy { $0.isDigit || $0.isLetter || $0.isOne(of: ".-_") }
    }

    private static func port(_ text: Substring) -> UInt16? {
        text.isAllDigits ? UInt16(text) : nil
    }
}

extension Rule where Output == Secret {
    /// A libpq keyword string or URI.
    ///
    /// What libpq says of one that it cannot read may quote a password, so it is not shown.
    static func conninfo(isReadable: @escaping (String) -> Bool) -> Rule {
        Rule("\"keyword=value ...\" or a URI that begins with postgresql://") { value throws(Refusal) in
            let text = try Rule<String>.text.read(value)
            let starts = ["postgresql://", "postgres://"]
            guard text.contains("=") || starts.contains(where: text.hasPrefix) else {
                throw Refusal(found: "a text of another shape")
            }
            guard isReadable(text) else { throw Refusal(found: "a text that libpq cannot read") }
            return Secret(text)
        }
    }
}

extension Rule where Output == [Secret] {
    /// A program and its arguments.
    static var command: Rule {
        Rule("a list of texts: a program and its arguments") { value throws(Refusal) in
            try value.items().compactMap { $0.read(as: "password_command", .text).map { Secret($0) } }
        }
    }
}

extension Rule where Output == [String] {
    /// A single text or a list of at least one.
    static func oneOrMore(_ rule: Rule<String>) -> Rule {
        Rule("\(rule.allowed), or a list of such") { value throws(Refusal) in
            if value.kind != .list { return [try rule.read(value)] }
            return try value.items().compactMap { $0.read(as: nil, rule) }
        }
    }
}
