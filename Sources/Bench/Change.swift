/// By how much a percentile of a workload differs between two runs.
package struct Change: Sendable, Equatable {
    package let workload: String
    package let percentile: Percentile
    /// In seconds.
    package let before: Double
    package let after: Double
    /// `after / before`, and where it lies with a probability of 95 %.
    package let ratio: Double
    package let lower: Double
    package let upper: Double

    package enum Verdict: String, Sendable {
        case faster
        case noDifference = "no difference"
        case slower
    }

    /// A difference up to `tolerance` is none; 0.1 is a tenth.
    package func verdict(tolerance: Double) -> Verdict {
        if lower > 1 + tolerance { return .slower }
        return upper < 1 / (1 + tolerance) ? .faster : .noDifference
    }
}

extension Change {
    private static let replicates = 2000

    /// nil where one of the two runs observed too little.
    package init?(
        of percentile: Percentile, from before: WorkloadResult, to after: WorkloadResult, seed: UInt64 = 1
    ) {
        guard let was = before.latency[percentile], let isNow = after.latency[percentile], was > 0,
            let old = RoundResampler(before.rounds), let new = RoundResampler(after.rounds)
        else { return nil }
        var generator = SeededGenerator(seed: seed)
        let ratios = (0..<Self.replicates).compactMap { _ -> Double? in
            guard let now = new.draw(percentile, using: &generator),
                let then = old.draw(percentile, using: &generator)
            else { return nil }
            return now / then
        }.sorted()
        guard let lower = ratios.dropFirst(ratios.count / 40).first,
            let upper = ratios.dropLast(ratios.count / 40).last
        else { return nil }
        self.init(
            workload: after.name, percentile: percentile, before: was, after: isNow, ratio: isNow / was,
            lower: lower, upper: upper)
    }
}
