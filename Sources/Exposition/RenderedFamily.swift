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
        plain = writer.bytes
        guard writer.metExemplars else {
            withExemplars = nil
            return
        }
        var openMetrics = SampleWriter(family.metric, target: target, exemplars: true)
        family.samples.forEach { openMetrics.append($0) }
        withExemplars = openMetrics.bytes
    }

    package func samples(in format: Format) -> [UInt8] {
        format.isOpenMetrics ? withExemplars ?? plain : plain
    }

    /// Bytes of memory that the samples take.
    package var byteCount: Int { plain.count + (withExemplars?.count ?? 0) }
}

/// Writes sample lines.
private struct SampleWriter {
    private let metric: Metric
    private let target: Labels
    private let exemplars: Bool
    private(set) var bytes: [UInt8] = []
    private(set) var seriesCount = 0
    private(set) var metExemplars = false

    init(_ metric: Metric, target: Labels, exemplars: Bool) {
        self.metric = metric
        self.target = target
        self.exemplars = exemplars
    }

    mutating func append(_ sample: Sample) {
        switch sample.value {
        case .integer(let value):
            startLine("", sample.labels)
            bytes.append(value)
            endLine(sample.exemplar)
        case .real(let value):
            startLine("", sample.labels)
            bytes.append(value)
            endLine(sample.exemplar)
        case .histogram(let histogram):
            append(histogram, sample.labels)
        }
    }

    private mutating func append(_ histogram: Histogram, _ labels: Labels) {
        var count: UInt64 = 0
        for (index, inBucket) in histogram.counts.enumerated() {
            count += inBucket
            let bound = index < histogram.bounds.count ? histogram.bounds[index] : .infinity
            startLine("_bucket", labels, bound: bound)
            bytes += count.description.utf8
            endLine(histogram.exemplars.isEmpty ? nil : histogram.exemplars[index])
        }
        startLine("_sum", labels)
        bytes.append(histogram.sum)
        endLine(nil)
        startLine("_count", labels)
        bytes += count.description.utf8
        endLine(nil)
    }

    private mutating func startLine(_ suffix: String, _ labels: Labels, bound: Double? = nil) {
        bytes += metric.name.description.utf8
        bytes += suffix.utf8
        if !target.isEmpty || !labels.isEmpty || bound != nil {
            bytes.append(UInt8(ascii: "{"))
            bytes += target.text
            separate(from: target.isEmpty || labels.isEmpty)
            bytes += labels.text
            if let bound {
                separate(from: target.isEmpty && labels.isEmpty)
                bytes += "le=\"".utf8
                bytes.append(bound: bound)
                bytes.append(UInt8(ascii: "\""))
            }
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(UInt8(ascii: " "))
    }

    private mutating func separate(from isNothing: Bool) {
        if !isNothing { bytes.append(UInt8(ascii: ",")) }
    }

    private mutating func endLine(_ exemplar: Exemplar?) {
        if let exemplar {
            metExemplars = true
            if exemplars { append(exemplar) }
        }
        bytes.append(UInt8(ascii: "\n"))
        seriesCount += 1
    }

    private mutating func append(_ exemplar: Exemplar) {
        bytes += " # {".utf8
        bytes += exemplar.labels.text
        bytes += "} ".utf8
        bytes.append(exemplar.value)
        guard let timestamp = exemplar.timestamp else { return }
        bytes.append(UInt8(ascii: " "))
        bytes.append(timestamp)
    }
}
