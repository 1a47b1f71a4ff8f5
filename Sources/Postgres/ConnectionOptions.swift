import CLibPQ

/// What libpq makes of a connection string, or of its own environment: values by keyword.
struct ConnectionOptions {
    private let values: [String: String]

    /// nil where libpq cannot read the string.
    init?(parsing conninfo: String) {
        guard let options = unsafe PQconninfoParse(conninfo, nil) else { return nil }
        values = unsafe Self.taking(options)
    }

    /// What the `PG*` variables say, and what is built into libpq; empty where it cannot tell.
    static var defaults: ConnectionOptions {
        ConnectionOptions(values: unsafe PQconndefaults().map { unsafe taking($0) } ?? [:])
    }

    private init(values: [String: String]) {
        self.values = values
    }

    subscript(keyword: String) -> String? { values[keyword] }

    /// Whether some value is no host, port or name, but a piece of a URI, which may hold a password.
    ///
    /// libpq and the server would quote such a value in their errors.
    var hasMisplacedURI: Bool {
        let hosts = (values["host"] ?? "").split(separator: ",")
        return ["host", "hostaddr", "port", "dbname", "user", "service"].contains {
            values[$0]?.contains("://") ?? false
        } || hosts.contains { $0.dropFirst().contains("@") }  // At the front it names an abstract socket.
            || !(values["port"] ?? "").utf8.allSatisfy { (48...57).contains($0) || $0 == UInt8(ascii: ",") }
    }

    /// Whether a URI has an `@` or `/` in its password that should be percent-encoded.
    ///
    /// libpq ends the user's part at the first of the two, and takes the rest for host, port and database.
    static func isAmbiguous(uri text: String) -> Bool {
        guard let scheme = text.firstRange(of: "://"), text.hasPrefix("postgres") else { return false }
        let rest = text[scheme.upperBound...]
        guard let end = rest.firstIndex(where: { $0 == "@" || $0 == "/" }) else { return false }
        return rest[rest.index(after: end)...].prefix { $0 != "?" }.contains("@")
    }

    // MARK: -

    /// Copies the values and frees the options.
    private static func taking(_ options: UnsafeMutablePointer<PQconninfoOption>) -> [String: String] {
        defer { unsafe PQconninfoFree(options) }
        var values: [String: String] = [:]
        var next = unsafe options
        while let keyword = unsafe next.pointee.keyword {
            if let value = unsafe next.pointee.val {
                unsafe values[String(cString: keyword)] = String(cString: value)
            }
            unsafe next += 1
        }
        return values
    }
}
