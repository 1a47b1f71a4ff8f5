/// The software of a pooler, named as in the settings.
package enum PoolerKind: String, Sendable, CaseIterable {
    case pgbouncer
    case pgpool
    case odyssey
    case pgcat
    case pgdog
}

extension PoolerKind: CustomStringConvertible {
    /// As its makers write it.
    package var description: String {
        switch self {
        case .pgbouncer: "PgBouncer"
        case .pgpool: "Pgpool-II"
        case .odyssey: "Odyssey"
        case .pgcat: "PgCat"
        case .pgdog: "PgDog"
        }
    }
}
