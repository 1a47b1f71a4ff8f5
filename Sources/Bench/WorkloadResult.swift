/// What a workload came to.
package struct WorkloadResult: Sendable, Equatable, Codable {
    package var name: String
    package var clients: Int
    /// Between the first statement and the last answer of each round, added up.
    package var seconds: Double
    /// Statements that succeeded.
    package var count: Int
    package var errors: [String: Int]
    /// Per second.
    package var callRate: Double
    /// Rows that came back.
    package var rows: Int
    /// Searches that returned fewer rows than they were asked for, with as many rows in the table.
    package var shortResults: Int
    /// Per second; nil where nothing is written.
    package var writtenRowRate: Double?
    package var latency: LatencyFigures
    /// nil where another version of the program measured it.
    package var targets: [ServiceTarget]?
    package var verdict: ServiceTarget.Verdict?
    /// Latencies of each round.
    package var rounds: [LatencySketch]

    package var errorCount: Int { errors.values.reduce(0, +) }

    /// The percentiles with a target of which there were too few calls to tell.
    package var unjudged: [Percentile] {
        (targets ?? []).compactMap(\.measure.percentile).filter { latency[$0] == nil }
    }
}

extension WorkloadResult {
    /// The targets that are missed critically, and what there was instead.
    package var criticallyMissed: [(target: ServiceTarget, value: Double)] {
        (targets ?? []).compactMap { target in
            guard let value = value(of: target.measure), target.verdict(of: value) == .critical else {
                return nil
            }
            return (target, value)
        }
    }

    /// Of the rounds' tallies, each of all clients.
    init(_ workload: Workload, clients: Int, rounds: [Tally], targets: [ServiceTarget]) {
        var tally = Tally()
        for round in rounds { tally.add(round) }
        let latencies = Latencies(tally.latencies)
        let seconds = rounds.reduce(0) { $0 + $1.seconds }
        name = workload.rawValue
        self.clients = clients
        self.seconds = seconds
        count = latencies.sorted.count
        errors = tally.errors
        callRate = Double(count) / max(seconds, 1e-9)
        rows = tally.rows
        shortResults = tally.shortResults
        writtenRowRate = tally.writtenRows > 0 ? Double(tally.writtenRows) / max(seconds, 1e-9) : nil
        latency = LatencyFigures(latencies)
        self.rounds = rounds.map { LatencySketch(Latencies($0.latencies)) }
        self.targets = targets
        verdict = targets.compactMap { target in
            value(of: target.measure).map { target.verdict(of: $0) }
        }.max()
    }

    private func value(of measure: ServiceTarget.Measure) -> Double? {
        switch measure {
        case .p50, .p95, .p99, .p999: measure.percentile.flatMap { latency[$0] }
        case .callsPerSecond: callRate
        case .rowsPerSecond: writtenRowRate ?? 0
        case .successRatio:
            count + errorCount > 0 ? Double(count) / Double(count + errorCount) : nil
        }
    }
}
