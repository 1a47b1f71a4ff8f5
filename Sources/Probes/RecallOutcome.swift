/// How right one search was.
package struct RecallOutcome: Sendable, Equatable {
    /// The share of the true neighbours that were found, or others just as near.
    package let recall: Double
    /// By how much what was found is farther than what is true, relative to it; nil where that means nothing.
    package let distanceExcess: Double?

    /// Compares what was found with the truth; nil where that is empty, as where no row matches a filter.
    ///
    /// Both sides may be in any order. Of what was found the first `k` rows count, as an application would
    /// have got them, and a key only once; of the truth the nearest `k`. Rows without a distance are on
    /// neither side.
    ///
    /// What is farther than the k-th true distance by no more than `tieEpsilon` of it counts as found.
    /// Negative inner products, `isNegative`, have no ratio: differences are measured by the k-th true one.
    package init?(found: [Hit], truth: [Hit], k: Int, tieEpsilon: Double, isNegative: Bool) {
        let truth = truth.map(\.distance).filter { !$0.isNaN }.sorted().prefix(k)
        guard let farthest = truth.last else { return nil }
        var keys: Set<String> = []
        let found = found.prefix(k).filter { keys.insert($0.key).inserted && !$0.distance.isNaN }
            .map(\.distance).sorted()

        let limit = farthest + Hit.tieWidth(at: farthest, epsilon: tieEpsilon)
        let matches = min(found.count { $0 <= limit }, truth.count)
        recall = Double(matches) / Double(truth.count)
        distanceExcess = Self.excess(
            of: found, over: truth, scale: isNegative ? abs(farthest) : nil)
    }

    /// Of the nearest rows of both, as many as both have.
    ///
    /// So a short result is judged here by what it has; its recall says what it lacks. Never below 0: a truth
    /// that is not exact may be beaten.
    private static func excess(of found: [Double], over truth: ArraySlice<Double>, scale: Double?) -> Double?
    {
        let count = min(found.count, truth.count)
        guard count > 0 else { return nil }
        let (ours, least) = (found.prefix(count).reduce(0, +), truth.prefix(count).reduce(0, +))
        if ours <= least { return 0 }
        let excess = (ours - least) / (scale.map { $0 * Double(count) } ?? least)
        return excess.isFinite ? excess : nil
    }
}

extension Hit {
    /// How much farther than `distance` is just as near.
    static func tieWidth(at distance: Double, epsilon: Double) -> Double {
        max(1e-9, epsilon * abs(distance))
    }
}
