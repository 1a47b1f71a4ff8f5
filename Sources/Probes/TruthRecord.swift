import Exposition

/// How the search for truth has gone.
struct TruthRecord: Sendable {
    private(set) var durations = Histogram(bounds: [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300])
    private(set) var failures: [TruthFailure: Int] = [:]
    private(set) var skips: [TruthSkipReason: Int] = [:]
    /// Seconds since 1970.
    private(set) var lastSuccess: Double?

    mutating func noteScan(of duration: Duration) {
        durations.observe(duration / .seconds(1))
    }

    mutating func note(_ failure: TruthFailure) {
        failures[failure, default: 0] += 1
    }

    mutating func note(_ reason: TruthSkipReason) {
        skips[reason, default: 0] += 1
    }

    mutating func noteSuccess(at time: Double) {
        lastSuccess = time
    }
}
