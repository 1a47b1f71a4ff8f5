/// Counts of observations by upper bound; they only grow.
package struct Histogram: Sendable, Equatable {
    /// Rising strictly, without +Inf, which is implied.
    package let bounds: [Double]
    /// Not cumulative; one more than `bounds`, the last for what is above all of them.
    package private(set) var counts: [UInt64]
    package private(set) var sum = 0.0
    /// The latest exemplar of each bucket; empty until there is one.
    package private(set) var exemplars: [Exemplar?] = []

    /// Bounds that do not rise strictly, or are negative or not finite, stop the process.
    package init(bounds: [Double]) {
        precondition(bounds.allSatisfy(\.isFinite), "bounds must be finite")
        // OpenMetrics allows no sum beside negative buckets, and the text format wants one.
        precondition(bounds.allSatisfy { $0 >= 0 }, "bounds must not be negative")
        precondition(zip(bounds, bounds.dropFirst()).allSatisfy(<), "bounds must rise")
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count + 1)
    }

    package mutating func observe(_ value: Double, exemplar: Exemplar? = nil) {
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        counts[bucket] += 1
        sum += value
        guard let exemplar else { return }
        if exemplars.isEmpty { exemplars = Array(repeating: nil, count: counts.count) }
        exemplars[bucket] = exemplar
    }
}
