/// Which servers a probe runs on, by their role in replication.
package enum ServerRole: String, Sendable, CaseIterable {
    case any
    case primary
    case standby

    package func includes(standby isInRecovery: Bool) -> Bool {
        switch self {
        case .any: true
        case .primary: !isInRecovery
        case .standby: isInRecovery
        }
    }
}
