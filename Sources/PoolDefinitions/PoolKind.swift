/// The software that keeps a pool.
package enum PoolKind: Sendable, Hashable {
    case pooler(PoolerKind)
    case application(ApplicationPoolKind)

    /// The label `kind`.
    package var label: String {
        switch self {
        case .pooler(let kind): kind.rawValue
        case .application(let kind): kind.rawValue
        }
    }
}
