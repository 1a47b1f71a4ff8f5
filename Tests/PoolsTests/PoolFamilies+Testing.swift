import Exposition
import PoolDefinitions
import Pools

extension [MetricFamily] {
    /// The lines of a page in the text format, without what is said about the families, sorted.
    var lines: [String] {
        flatMap { family in
            String(decoding: RenderedFamily(family).samples(in: .text), as: UTF8.self).split(separator: "\n")
                .map(String.init)
        }.sorted()
    }
}

extension PoolReading {
    /// One of an application with these properties.
    static func of(
        _ kind: ApplicationPoolKind = .psycopgPool, _ pool: String = "orders",
        _ change: (inout PoolReading) -> Void
    ) -> PoolReading {
        var reading = PoolReading(kind, pool: pool)
        change(&reading)
        return reading
    }

    /// One of a pooler.
    static func of(
        _ kind: PoolerKind, user: String? = nil, _ change: (inout PoolReading) -> Void
    ) -> PoolReading {
        var reading = PoolReading(kind, pool: "orders", user: user)
        change(&reading)
        return reading
    }
}
