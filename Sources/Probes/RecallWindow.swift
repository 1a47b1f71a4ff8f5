/// The recalls of the latest queries, their mean, and how far it can be trusted.
package struct RecallWindow: Sendable {
    private let size: Int
    /// Once it is full, a ring.
    private var recalls: [Double] = []
    private var oldest = 0

    package init(size: Int) {
        precondition(size > 0)
        self.size = size
    }

    package mutating func add(_ recall: Double) {
        if isFull {
            recalls[oldest] = recall
            oldest = (oldest + 1) % size
        } else {
            recalls.append(recall)
        }
    }

    /// Forgets everything, as after the index was rebuilt.
    package mutating func reset() {
        recalls = []
        oldest = 0
    }

    package var count: Int { recalls.count }

    package var isFull: Bool { recalls.count == size }

    package var mean: Double? {
        guard let first = recalls.first else { return nil }
        // A sum of equal numbers, divided, may be another number.
        return isUniform ? first : recalls.reduce(0, +) / Double(count)
    }

    /// Between which the true mean lies with 95 % confidence; nil for fewer than two queries.
    ///
    /// A t-interval over queries, never over their rows: an index fails for some queries wholly, not for some
    /// rows of each. Where all recalls are equal it would have no width; then the rule of three holds: up
    /// to 3 of `count` queries may be of a kind that was not seen, with any recall.
    package var bounds: (lower: Double, upper: Double)? {
        guard count > 1, let mean else { return nil }
        if isUniform {
            let unseen = min(1, 3 / Double(count))
            return (mean * (1 - unseen), mean + (1 - mean) * unseen)
        }
        let squares = recalls.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let error = (squares / Double(count - 1) / Double(count)).squareRoot()
        let width = error * StudentT.quantile95(degreesOfFreedom: count - 1)
        return (max(0, mean - width), min(1, mean + width))
    }

    private var isUniform: Bool { recalls.allSatisfy { $0 == recalls[0] } }
}
