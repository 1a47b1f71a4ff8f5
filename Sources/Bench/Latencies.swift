/// All latencies of a workload, sorted; in seconds.
package struct Latencies: Sendable, Equatable {
    package let sorted: [Double]

    package init(_ seconds: [Double]) {
        sorted = seconds.sorted()
    }

    /// By nearest rank; nil where there are too few to tell.
    package subscript(_ percentile: Percentile) -> Double? {
        guard sorted.count >= percentile.smallestCount else { return nil }
        return sorted[percentile.rank(among: sorted.count) - 1]
    }

    package var mean: Double? {
        sorted.isEmpty ? nil : sorted.reduce(0, +) / Double(sorted.count)
    }
}
