package import Exposition
package import PoolDefinitions

extension PoolReading {
    /// The pools of a pooler, out of what its collectors found in one poll.
    package static func readings(of kind: PoolerKind, from tables: [FigureTable]) -> [PoolReading] {
        let figures = PoolerFigures(tables)
        return switch kind {
        case .pgbouncer: pgbouncer(figures)
        case .pgpool: pgpool(figures)
        case .odyssey: odyssey(figures)
        case .pgcat: pgcat(figures)
        case .pgdog: pgdog(figures)
        }
    }
}
