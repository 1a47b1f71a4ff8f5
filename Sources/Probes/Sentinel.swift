/// A sample of a table's rows, kept here: what a search misses of them costs the server nothing to know.
///
/// Says nothing of rows that were changed since they were sampled: one that was deleted looks missed.
package struct Sentinel: Sendable {
    private let keys: [String]
    private let vectors: Vectors
    private let distance: DistanceOperator

    private enum Vectors: Sendable {
        case dense(PackedVectors, elements: Int)
        case other([VectorValue])
    }

    /// Of dense vectors those count that have as many elements as the first.
    package init(rows: [(key: String, vector: VectorValue)], distance: DistanceOperator) {
        self.distance = distance
        guard case .dense(let first)? = rows.first?.vector else {
            keys = rows.map(\.key)
            vectors = .other(rows.map(\.vector))
            return
        }
        let dense = rows.compactMap { row -> (key: String, elements: [Float])? in
            guard case .dense(let elements) = row.vector, elements.count == first.count else { return nil }
            return (row.key, elements)
        }
        keys = dense.map(\.key)
        vectors = .dense(PackedVectors(dense.map(\.elements)), elements: first.count)
    }

    package var count: Int { keys.count }

    /// The keys of sampled rows that are nearer than the k-th found row and were not found, nearest first.
    ///
    /// nil where the sample has no distance to `query` at all. A row counts as nearer where no tie and no
    /// rounding explains it. Where fewer than `k` rows were found, the `k` nearest are told that were not; so
    /// this is only for searches without a filter.
    ///
    /// The row that the query came from, `own`, is left out of `found` and sample.
    package func missedKeys(
        query: VectorValue, found: [Hit], k: Int, tieEpsilon: Double, excluding own: String?
    ) -> [String]? {
        let found = found.filter { $0.key != own }.prefix(k).filter { !$0.distance.isNaN }
        let foundKeys = Set(found.map(\.key))
        let farthest = foundKeys.count < k ? nil : found.map(\.distance).max()
        let limit: Double = farthest.map { self.limit(at: $0, tieEpsilon, query) } ?? .infinity

        let distances = distances(to: query)
        guard distances.contains(where: { $0 != nil }) else { return nil }
        let missed = zip(keys, distances).compactMap { key, distance -> (key: String, distance: Double)? in
            guard let distance, distance < limit, key != own, !foundKeys.contains(key) else { return nil }
            return (key, distance)
        }
        let nearest = missed.sorted { ($0.distance, $0.key) < ($1.distance, $1.key) }.map(\.key)
        return farthest == nil ? Array(nearest.prefix(k)) : nearest
    }

    // MARK: -

    /// Below which a row is nearer than the farthest that was found.
    private func limit(at farthest: Double, _ tieEpsilon: Double, _ query: VectorValue) -> Double {
        let rounding = distance.rounding(count: query.dimensions, scale: scale(of: query))
        let relative = max(tieEpsilon, rounding.relative)
        return farthest - max(Hit.tieWidth(at: farthest, epsilon: relative), rounding.absolute)
    }

    /// The product of the lengths of the query and of the longest row.
    private func scale(of query: VectorValue) -> Double {
        switch vectors {
        case .dense(let rows, _):
            guard case .dense(let elements) = query else { return 0 }
            return rows.greatestLength * PackedVectors([elements]).greatestLength
        case .other(let rows):
            return query.length * (rows.map(\.length).max() ?? 0)
        }
    }

    private func distances(to query: VectorValue) -> [Double?] {
        switch vectors {
        case .dense(let rows, let count):
            guard case .dense(let elements) = query, elements.count == count else { return [] }
            let packed = PackedVectors([elements])
            return keys.indices.map { rows.distance(to: packed, by: distance, row: $0) }
        case .other(let rows):
            return rows.map { distance.distance(query, $0) }
        }
    }
}

extension VectorValue {
    /// Of the vector as an arrow.
    fileprivate var length: Double {
        switch self {
        case .dense(let elements), .sparse(_, let elements, _):
            elements.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
        case .bits(let words, _):
            Double(words.reduce(0) { $0 + $1.nonzeroBitCount }).squareRoot()
        }
    }
}
