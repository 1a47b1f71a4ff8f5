/// What a workload of a bench should reach.
package struct WorkloadTargets: Sendable, Equatable {
    /// By the name of the percentile.
    package var latencies: [String: TargetBounds<Duration>]
    package var callsPerSecond: TargetBounds<Double>?
    package var rowsPerSecond: TargetBounds<Double>?
    package var successRatio: TargetBounds<Double>?

    package init(
        latencies: [String: TargetBounds<Duration>] = [:], callsPerSecond: TargetBounds<Double>? = nil,
        rowsPerSecond: TargetBounds<Double>? = nil, successRatio: TargetBounds<Double>? = nil
    ) {
        self.latencies = latencies
        self.callsPerSecond = callsPerSecond
        self.rowsPerSecond = rowsPerSecond
        self.successRatio = successRatio
    }
}

extension WorkloadTargets {
    /// By the name of the workload.
    ///
    /// - Throws: all problems of the file at once. No message holds a value of the file.
    package static func load(file: String, _ terms: BenchTerms) throws(SettingsErrors) -> [String: Self] {
        let bytes: [UInt8]
        do throws(Refusal) {
            bytes = try readFile(file)
        } catch {
            throw SettingsErrors([Problem(file: file, position: nil, text: error.found)])
        }
        return try load(bytes, file: file, terms)
    }

    /// The same from the bytes of a file; `file` is only for messages.
    package static func load(_ bytes: [UInt8], file: String, _ terms: BenchTerms)
        throws(SettingsErrors) -> [String: Self]
    {
        let findings = Findings(file: file)
        let root = checkedText(bytes, findings).flatMap { yamlRoot(of: $0, findings) }
        return try findings.settled(root?.read(as: nil, .map("") { map in read(from: &map, terms) }))
    }

    // MARK: - Reading

    private static func read(from map: inout MapReader, _ terms: BenchTerms) -> [String: Self] {
        var targets: [String: Self] = [:]
        for (name, writes) in terms.workloads {
            targets[name] = map.read(
                name, .map(name) { map in read(from: &map, terms.percentiles, writes: writes) })
        }
        return targets
    }

    private static func read(from map: inout MapReader, _ percentiles: [String], writes: Bool) -> Self {
        var targets = Self()
        let latency = Rule<Duration>.duration(.milliseconds(1) ... .seconds(3600))
        for name in percentiles {
            targets.latencies[name] = map.read(name, .ceiling(name, latency)) ?? nil
        }
        func floor(_ name: String, _ range: ClosedRange<Double>) -> TargetBounds<Double>? {
            map.read(name, .floor(name, .number(range))) ?? nil
        }
        targets.callsPerSecond = floor("calls_per_second", 1...1e9)
        if writes { targets.rowsPerSecond = floor("rows_per_second", 1...1e9) }
        targets.successRatio = floor("success_ratio", 0...1)
        return targets
    }
}
