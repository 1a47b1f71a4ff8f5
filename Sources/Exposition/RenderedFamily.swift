/// A family's samples as the bytes of a page, made once when they are published.
package struct RenderedFamily: Sendable {
    package let metric: Metric
    package let seriesCount: Int
    /// The lines of all samples, which differ between the formats only where there are exemplars.
    private let plain: [UInt8]
    private let withExemplars: [UInt8]?

    /// Renders the samples, each with the target's labels in front of its own.
    package init(_ family: MetricFamily, of target: Labels = [:]) {
        var writer = SampleWriter(family.metric, target: target, exemplars: false)
        family.samples.forEach { writer.append($0) }
        metric = family.metric
        seriesCount = writer.seriesCount
        plain = writer.exactBytes
        guard writer.metExemplars else {
            withExemplars = nil
            return
        }
        var openMetrics = SampleWriter(family.metric, target: target, exemplars: true)
        family.samples.forEach { openMetrics.append($0) }
        withExemplars = openMetrics.exactBytes
    }

    private init(joining families: [RenderedFamily], of metric: Metric) {
        self.metric = metric
        seriesCount = families.reduce(0) { $0 + $1.seriesCount }
        plain = Array(families.map(\.plain).joined())
        withExemplars =
            families.contains { $0.withExemplars != nil }
            ? Array(families.map { $0.withExemplars ?? $0.plain }.joined()) : nil
    }

    /// One family for each metric, with the samples of all, in the order in which they come.
    package static func joined(_ families: [RenderedFamily]) -> [RenderedFamily] {
        var order: [MetricName] = []
        let byName = Dictionary(grouping: families, by: \.metric.name)
        for name in families.map(\.metric.name) where order.last != name && !order.contains(name) {
            order.append(name)
        }
        return order.compactMap { name in
            byName[name].flatMap { same in
                same.first.map { RenderedFamily(joining: same, of: $0.metric) }
            }
        }
    }

    package func samples(in format: Format) -> [UInt8] {
        format.isOpenMetrics ? withExemplars ?? plain : plain
    }

    /// Bytes of memory that the samples take.
    package var byteCount: Int { plain.count + (withExemplars?.count ?? 0) }
}
