/// Reading libpq's mind: in version 15 the text is all that tells why a connection failed.
extension ConnectFailure {
    /// The failure that libpq's text speaks of, and a line of it for the log.
    ///
    /// With verbose errors, the server's own refusals begin `FATAL:  28P01: password authentication failed`.
    static func reading(_ text: String) -> PostgresError {
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("LOCATION:") }
        guard let last = lines.last(where: { !$0.hasPrefix("\t") }) else {
            return .cannotConnect(.other, "libpq gave no reason")
        }
        let message = String(last)
        if let state = serverState(in: last), state.errorClass != "08" {
            return .cannotConnect(failure(for: state), message)
        }
        let known = phrases.first { message.contains($0.text) }
        return .cannotConnect(known?.failure ?? .other, message)
    }

    /// What libpq says of a connection that broke: the server's own word where it has one, else libpq's.
    ///
    /// The lines that follow, indented, explain what libpq guesses.
    static func firstLine(of text: String) -> String? {
        text.split(separator: "\n").first { !$0.hasPrefix("\t") }.map(String.init)
    }

    private static let phrases: [(text: String, failure: ConnectFailure)] = [
        // PgBouncer, whose refusals are all 08P01.
        ("no more connections allowed", .tooManyConnections),
        ("no such database", .noDatabase),
        ("no such user", .authentication),
        ("not allowed", .authentication),
        ("authentication failed", .authentication),
        // PostgreSQL's own, as PgBouncer 1.18 passes them on.
        (#"08P01: role ""#, .authentication),
        (#"08P01: database ""#, .noDatabase),
        ("08P01: too many connections for", .tooManyConnections),
        ("08P01: sorry, too many clients already", .tooManyConnections),
        ("08P01: remaining connection slots are reserved", .tooManyConnections),
        // libpq and the system.
        ("could not translate host name", .nameResolution),
        ("Connection refused", .refused),
        ("No such file or directory", .refused),
        ("Connection reset", .refused),
        ("server closed the connection unexpectedly", .refused),
        ("This probably means the server terminated abnormally", .refused),
        ("before or while processing the request", .refused),
        ("No route to host", .unreachable),
        ("Network is unreachable", .unreachable),
        ("Host is down", .unreachable),
        ("Connection timed out", .timeout),
        ("timeout expired", .timeout),
        ("no password supplied", .authentication),
        ("password", .authentication),
        ("SSL", .tls),
        ("certificate", .tls),
        ("no pg_hba.conf entry", .authentication),
        ("connection info string", .invalidSettings),
        ("invalid", .invalidSettings),
    ]

    private static func failure(for state: SQLState) -> ConnectFailure {
        switch state.rawValue {
        case "3D000": .noDatabase
        case "53300": .tooManyConnections
        case "55P03", "57014": .timeout  // Our lock_timeout and statement_timeout hold while connecting, too.
        case "57P03": .startingUp
        default: state.errorClass == "28" ? .authentication : .other
        }
    }

    /// The state in `…: SEVERITY:  STATE: message`; the severity may be in any language.
    private static func serverState(in line: Substring) -> SQLState? {
        line.split(separator: " ").lazy.compactMap { word -> SQLState? in
            let code = word.dropLast()
            let isCode =
                word.hasSuffix(":") && code.utf8.count == 5
                && code.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) }
            return isCode && code.utf8.contains { (48...57).contains($0) }
                ? SQLState(rawValue: String(code)) : nil
        }.first
    }
}
