import Exposition
import Postgres
import Probes

/// What runs at its ticks and tells how it fared: a probe's prober, whichever kind of probe it is.
protocol Prober: Sendable {
    func run(_ tick: ProbeTick, on connection: inout Connection) throws(PostgresError)
    var summary: ProbeSummary { get }
    var families: [MetricFamily] { get }
}

extension SearchProber: Prober {}
extension CustomProber: Prober {}
