import Exposition
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
    /// One with these properties.
    static func of(
        _ kind: PoolKind = .psycopgPool, _ pool: String = "orders", user: String? = nil,
        _ change: (inout PoolReading) -> Void
    ) -> PoolReading {
        var reading = PoolReading(kind, pool: pool, user: user)
        change(&reading)
        return reading
    }
}
