package import PoolDefinitions

/// What answers at the other end of a connection.
package enum ServerKind: Sendable, Hashable {
    case postgres
    case pooler(PoolerKind)

    /// The first word of its metrics.
    package var prefix: String {
        switch self {
        case .postgres: "pg"
        case .pooler(let kind): kind.rawValue
        }
    }

    package var isPooler: Bool { self != .postgres }

    /// What a pooler is asked for its version; its console knows commands, and no SQL.
    var versionCommand: String { self == .pooler(.pgpool) ? "SHOW POOL_VERSION" : "SHOW VERSION" }

    /// Whether such a pooler may have said this: Pgpool-II and Odyssey give their number alone.
    func says(version: String) -> Bool {
        let version = version.lowercased()
        guard !version.contains("postgres") else { return self == .postgres }
        let named = PoolerKind.allCases.first { version.contains($0.rawValue) }.map(Self.pooler)
        return named == self || named == nil && (self == .pooler(.pgpool) || self == .pooler(.odyssey))
    }
}

extension ServerKind: CustomStringConvertible {
    /// As its makers write it.
    package var description: String {
        switch self {
        case .postgres: "PostgreSQL"
        case .pooler(let kind): "\(kind)"
        }
    }
}
