/// Writes a family's sample lines; a value of another kind than the family's stops the process.
struct SampleWriter {
    private let metric: Metric
    private let target: Labels
    private let exemplars: Bool
    /// How a line without a suffix begins: with the name and the target's labels.
    private let beginning: [UInt8]
    private var bytes: [UInt8] = []
    private(set) var seriesCount = 0
    private(set) var metExemplars = false

    init(_ metric: Metric, target: Labels, exemplars: Bool) {
        self.metric = metric
        self.target = target
        self.exemplars = exemplars
        beginning = Array(metric.name.description.utf8) + (target.isEmpty ? [] : "{".utf8 + target.text)
    }

    /// What was written, without the room that the array has kept for more: it is held for many seconds.
    var exactBytes: [UInt8] {
        var exact: [UInt8] = []
        exact.reserveCapacity(bytes.count)
        exact += bytes
        return exact
    }

    mutating func append(_ sample: Sample) {
        if case .histogram(let histogram) = sample.value {
            precondition(metric.kind == .histogram, "\(metric.name) is no histogram")
            append(histogram, sample.labels)
            return
        }
        precondition(metric.kind != .histogram, "\(metric.name) is a histogram")
        startLine(sample.labels)
        switch sample.value {
        case .integer(let value): bytes.append(value)
        case .real(let value): bytes.append(value)
        case .histogram: break
        }
        endLine(metric.kind == .counter ? sample.exemplar : nil)
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

    private mutating func startLine(_ labels: Labels) {
        bytes += beginning
        if !labels.isEmpty {
            bytes.append(target.isEmpty ? UInt8(ascii: "{") : UInt8(ascii: ","))
            bytes += labels.text
        }
        if !labels.isEmpty || !target.isEmpty { bytes.append(UInt8(ascii: "}")) }
        bytes.append(UInt8(ascii: " "))
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
