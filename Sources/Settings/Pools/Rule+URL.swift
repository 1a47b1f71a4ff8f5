extension Rule where Output == Secret {
    /// Of a document; what it says after "?" may be a secret, and so it is one.
    static var url: Rule {
        Rule("a URL that begins with http:// or https://, without a user") { value throws(Refusal) in
            let text = try Rule<String>.line("a URL", upTo: 2048, without: " ").read(value)
            guard let scheme = ["http://", "https://"].first(where: { text.lowercased().hasPrefix($0) })
            else {
                throw Refusal(found: "a text that begins with neither")
            }
            let authority = text.dropFirst(scheme.count).prefix { !"/?#".contains($0) }
            if authority.contains("@") {
                throw Refusal(found: "a user, write username and password_file")
            }
            guard isHost(authority), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw Refusal(found: "a text that is no URL")
            }
            return Secret(text)
        }
    }

    /// A name, an IPv4 address or an IPv6 address in brackets, with or without a port.
    private static func isHost(_ text: Substring) -> Bool {
        var host = text
        if let colon = text.lastIndex(of: ":"), !text[colon...].contains("]") {
            let port = text[text.index(after: colon)...]
            guard port.isAllDigits, let number = UInt16(port), number > 0 else { return false }
            host = text[..<colon]
        }
        if host.hasPrefix("["), host.hasSuffix("]") {
            return host.utf8.contains(UInt8(ascii: ":"))
                && host.dropFirst().dropLast().utf8.allSatisfy {
                    $0.isDigit || $0.isLetter || $0.isOne(of: ":.%")
                }
        }
        return !host.isEmpty && host.utf8.allSatisfy { $0.isDigit || $0.isLetter || $0.isOne(of: ".-_") }
    }
}
