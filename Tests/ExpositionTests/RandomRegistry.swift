import Exposition

/// What several sources published, beside what readers must find of it.
struct RandomRegistry {
    private struct Source {
        let target: [(String, String)]
        var families: [MetricFamily] = []
    }

    private var values: RandomValues
    private var sources: [Source] = []
    private var metrics: [(metric: Metric, samples: [Expected])] = []

    /// A sample as it was made; exemplars are for those who read OpenMetrics.
    private struct Expected {
        let suffix: String
        let labels: [String: String]
        let value: ReadBack.Value
        var exemplar: ReadBack.Exemplar?
        var bound: ReadBack.Value?
    }

    init(seed: UInt64) {
        values = RandomValues(seed: seed)
        for number in 0..<1 + values.below(3) {
            let target =
                number == 0 && values.oneIn(4) ? [] : [("server", "s\(number)"), ("own", values.text())]
            sources.append(Source(target: target))
        }
        for number in 0..<1 + values.below(8) { addMetric(number) }
    }

    private mutating func addMetric(_ number: Int) {
        let kind = values.pick([.counter, .gauge, .histogram, .info, .unknown] as [Metric.Kind])
        let word = values.pick(["pg", "z", "_", "pg_stat_9"])
        let unit = values.pick(["", "_seconds", "_bytes", "_ratio", "_xids"])
        let suffix = kind == .counter ? "_total" : kind == .info ? "_info" : ""
        let name = MetricName(stringLiteral: "\(word)_\(number)\(unit)\(suffix)")
        let metric = Metric(name, kind, help: values.help())
        var expected: [Expected] = []
        for index in sources.indices where !values.oneIn(4) {
            var family = MetricFamily(metric)
            for row in 0..<values.below(5) {
                let (sample, lines) = sample(kind, row, of: sources[index].target)
                family.samples.append(sample)
                expected += lines
            }
            sources[index].families.append(family)
        }
        if !expected.isEmpty { metrics.append((metric, expected)) }
    }

    // MARK: - Samples

    private mutating func sample(
        _ kind: Metric.Kind, _ row: Int, of target: [(String, String)]
    ) -> (Sample, [Expected]) {
        // The first label tells the rows apart, whatever the others become.
        var pairs = row == 0 && values.oneIn(2) ? [] : [("row", "\(row)")]
        for name in ["datname", "b", "c_9"] where values.oneIn(2) { pairs.append((name, values.text())) }
        var labels = Labels()
        for (name, value) in pairs { labels.append(name, value) }
        let found = Self.found(target + pairs)
        switch kind {
        case .histogram:
            return histogram(labels, found)
        case .info:
            return (
                Sample(.integer(1), labels: labels),
                [Expected(suffix: "", labels: found, value: .integer("1"))]
            )
        case .counter, .gauge, .unknown:
            let isCounter = kind == .counter
            let exemplar = isCounter && values.oneIn(2) ? self.exemplar(values.real()) : nil
            if values.oneIn(2) {
                let any = values.integer()
                let integer = isCounter ? Int64(clamping: any.magnitude) : any
                return (
                    Sample(.integer(integer), labels: labels, exemplar: exemplar?.made),
                    [
                        Expected(
                            suffix: "", labels: found, value: .integer("\(integer)"),
                            exemplar: exemplar?.found)
                    ]
                )
            }
            let real = isCounter ? values.amount() : values.real()
            return (
                Sample(.real(real), labels: labels, exemplar: exemplar?.made),
                [Expected(suffix: "", labels: found, value: .real(real), exemplar: exemplar?.found)]
            )
        }
    }

    private mutating func histogram(_ labels: Labels, _ found: [String: String]) -> (Sample, [Expected]) {
        let bounds = values.bounds() + [.infinity]
        var histogram = Histogram(bounds: bounds.dropLast())
        var observed: [Double] = []
        var exemplars: [Double: ReadBack.Exemplar] = [:]
        for _ in 0..<values.below(20) {
            let value = values.oneIn(3) ? max(0, values.pick(bounds)) : values.amount()
            let exemplar = values.oneIn(4) ? self.exemplar(value) : nil
            histogram.observe(value, exemplar: exemplar?.made)
            observed.append(value)
            guard let exemplar, let bound = bounds.first(where: { value <= $0 }) else { continue }
            exemplars[bound] = exemplar.found
        }
        let buckets = bounds.map { bound in
            Expected(
                suffix: "_bucket", labels: found, value: .integer("\(observed.count { $0 <= bound })"),
                exemplar: exemplars[bound], bound: .real(bound))
        }
        let rest = [
            Expected(suffix: "_sum", labels: found, value: .real(observed.reduce(0, +))),
            Expected(suffix: "_count", labels: found, value: .integer("\(observed.count)")),
        ]
        return (Sample(histogram, labels: labels), buckets + rest)
    }

    /// Its labels have no quotes: prometheus_client takes an escaped one in an exemplar for the end.
    private mutating func exemplar(_ value: Double) -> (made: Exemplar, found: ReadBack.Exemplar) {
        let text = values.hostile(upTo: 8).filter { $0 != "\"" }
        let pairs = values.oneIn(4) ? [] : [("trace_id", text), ("b", "🐘")]
        let timestamp = values.oneIn(2) ? Double(values.below(1 << 40)) / 512 : nil
        var labels = Labels()
        for (name, value) in pairs { labels.append(name, value) }
        return (
            Exemplar(value, labels: labels, timestamp: timestamp),
            ReadBack.Exemplar(
                labels: Self.found(pairs), value: .real(value), timestamp: timestamp.map { .real($0) })
        )
    }

    /// What becomes of labels: the empty ones vanish, the long ones are cut.
    private static func found(_ pairs: [(String, String)]) -> [String: String] {
        var found: [String: String] = [:]
        for (name, value) in pairs where !value.isEmpty {
            var kept = String.UnicodeScalarView()
            var size = 0
            for scalar in value.unicodeScalars {
                size += String(scalar).utf8.count
                if size > 1024 { break }
                kept.append(scalar)
            }
            found[name] = String(kept) + (size > 1024 ? "…" : "")
        }
        return found
    }
}

extension RandomRegistry {
    func page(in format: Format) -> Page {
        let rendered = sources.flatMap { source in
            var target = Labels()
            for (name, value) in source.target { target.append(name, value) }
            return source.families.map { RenderedFamily($0, of: target) }
        }
        return Page(rendered, in: format)
    }

    /// What a reader of the format must find.
    func families(in format: Format) -> [ReadBack.Family] {
        metrics.sorted { $0.metric.name < $1.metric.name }.map { metric, samples in
            let name = metric.name.description
            let isInfo = metric.kind == .info
            let isOpen = format.isOpenMetrics
            // The reader drops the suffix of counters in text too; infos are gauges there.
            let family =
                metric.kind == .counter
                ? String(name.dropLast(6)) : isInfo && isOpen ? String(name.dropLast(5)) : name
            let unit = ["seconds", "bytes", "ratio"].first { family.hasSuffix("_\($0)") && !isInfo && isOpen }
            return ReadBack.Family(
                name: family, type: isInfo && !isOpen ? "gauge" : "\(metric.kind)", help: metric.help,
                unit: unit ?? "",
                samples: samples.map {
                    ReadBack.Sample(
                        name: name + $0.suffix, labels: $0.labels, value: $0.value,
                        exemplar: isOpen ? $0.exemplar : nil, bound: $0.bound)
                })
        }
    }
}
