import Glibc

/// Where a server listens: `:9187`, `127.0.0.1:9187`, `[::1]:9187`, `localhost:9187`.
///
/// - Without a host: every address of the machine, IPv6 and IPv4.
/// - An address means itself: `[::]` is IPv6 alone, `0.0.0.0` IPv4 alone.
/// - A name means every address that it has, each with a socket of its own.
///
/// Port 0 lets the system choose one.
package struct ListenAddress: Sendable, Hashable {
    enum Host: Sendable, Hashable {
        case every
        case ipv4(String)
        case ipv6(String)
        case name(String)
    }

    let host: Host
    package let port: UInt16

    /// Nil where `text` is not a host (or nothing), a colon, and a port from 0 to 65535.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"),
            let port = Self.port(text[text.index(after: colon)...]),
            let host = Self.host(text[..<colon])
        else { return nil }
        self.host = host
        self.port = port
    }

    private static func port(_ text: Substring) -> UInt16? {
        guard (1...5).contains(text.utf8.count), text.utf8.allSatisfy(isDigit) else { return nil }
        return UInt16(text)
    }

    private static func host(_ text: Substring) -> Host? {
        if text.isEmpty { return .every }
        if text.hasPrefix("[") {
            guard text.hasSuffix("]") else { return nil }
            let inner = String(text.dropFirst().dropLast())
            return isAddress(inner, of: AF_INET6) ? .ipv6(inner.lowercased()) : nil
        }
        if isAddress(String(text), of: AF_INET) { return .ipv4(String(text)) }
        return isName(text) ? .name(text.lowercased()) : nil
    }

    // MARK: - Grammar

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// Whether `text` is an address of `family`; for IPv6 also one with a zone, as in `fe80::1%eth0`.
    private static func isAddress(_ text: String, of family: CInt) -> Bool {
        if text.utf8.contains(0) { return false }
        let parts = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2, parts[1].isEmpty || family == AF_INET { return false }
        var parsed = in6_addr()  // Large enough for either family.
        return unsafe inet_pton(family, String(parts[0]), &parsed) == 1
    }

    /// Whether `text` may be a host's name; a name that ends in a number is a mistyped address.
    private static func isName(_ text: Substring) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count <= 253, let last = labels.last, !last.utf8.allSatisfy(isDigit) else {
            return false
        }
        return labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                && label.utf8.allSatisfy { byte in
                    isDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
                        || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                }
        }
    }
}

extension ListenAddress: CustomStringConvertible {
    package var description: String {
        switch host {
        case .every: ":\(port)"
        case .ipv4(let text), .name(let text): "\(text):\(port)"
        case .ipv6(let text): "[\(text)]:\(port)"
        }
    }
}
