import Postgres

/// How often a collector runs where the settings do not say: what is dear on a large server runs rarely.
package enum CostClass: Sendable, CaseIterable {
    /// At each poll.
    case base
    /// Every minute: work that grows with the number of tables, indexes or statements.
    case minute
    /// Every five minutes: sizes and directory listings.
    case fiveMinutes
    /// Every hour: estimates and checks over whole catalogues.
    case hour

    /// The time between two runs; nil for every poll.
    package var interval: Duration? {
        switch self {
        case .base: nil
        case .minute: .seconds(60)
        case .fiveMinutes: .seconds(300)
        case .hour: .seconds(3600)
        }
    }
}

/// Where a collector's statement has to run.
package enum Scope: Sendable {
    /// In any one database of the server: its rows cover the whole server.
    case server
    /// In each database: its rows speak of that one alone, and all of its families begin with `datname`.
    case database
}

/// Which servers a collector speaks of.
package enum Audience: Sendable {
    case everyServer
    case primaries
    /// Those in recovery.
    case standbys

    func includes(_ server: ServerState) -> Bool {
        switch self {
        case .everyServer: true
        case .primaries: !server.isInRecovery
        case .standbys: server.isInRecovery
        }
    }
}
