/// What answers at the other end of a connection.
package enum ServerKind: String, Sendable, CaseIterable {
    case postgres
    case pgbouncer
    case pgpool
    case odyssey
    case pgcat
    case pgdog

    /// The first word of its metrics.
    package var prefix: String { self == .postgres ? "pg" : rawValue }

    package var isPooler: Bool { self != .postgres }

    /// What a pooler is asked for its version; its console knows commands, and no SQL.
    var versionCommand: String { self == .pgpool ? "SHOW POOL_VERSION" : "SHOW VERSION" }

    /// Whether such a pooler may have said this: Pgpool-II and Odyssey give their number alone.
    func says(version: String) -> Bool {
        let named = Self.allCases.first { version.lowercased().contains($0.rawValue) }
        return named == self || named == nil && (self == .pgpool || self == .odyssey)
    }
}

extension ServerKind: CustomStringConvertible {
    /// As its makers write it.
    package var description: String {
        switch self {
        case .postgres: "PostgreSQL"
        case .pgbouncer: "PgBouncer"
        case .pgpool: "Pgpool-II"
        case .odyssey: "Odyssey"
        case .pgcat: "PgCat"
        case .pgdog: "PgDog"
        }
    }
}
