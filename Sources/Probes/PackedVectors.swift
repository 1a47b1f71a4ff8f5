/// Dense vectors of one length, in lanes, so that distances to all of them are fast.
///
/// The lanes behind the last element are zero and change no sum.
struct PackedVectors: Sendable {
    private let lanes: [SIMD8<Float>]
    private let lanesOfRow: Int
    private let norms: [Float]

    /// - Precondition: all have as many elements as the first.
    init(_ vectors: [[Float]]) {
        let lanesOfRow = ((vectors.first?.count ?? 0) + 7) / 8
        var lanes: [SIMD8<Float>] = []
        lanes.reserveCapacity(lanesOfRow * vectors.count)
        for vector in vectors {
            precondition(vector.count == vectors[0].count)
            for start in stride(from: 0, to: vector.count, by: 8) {
                var lane = SIMD8<Float>.zero
                for index in start..<min(start + 8, vector.count) { lane[index - start] = vector[index] }
                lanes.append(lane)
            }
        }
        self.lanes = lanes
        self.lanesOfRow = lanesOfRow
        norms = vectors.indices.map { row in
            lanes[row * lanesOfRow..<(row + 1) * lanesOfRow].reduce(.zero) { $0 + $1 * $1 }.sum()
        }
    }

    /// Of the vectors as arrows.
    var greatestLength: Double { Double(norms.max() ?? 0).squareRoot() }

    /// The distance of one row to the only row of `query`; nil where there is none.
    func distance(to query: PackedVectors, by distance: DistanceOperator, row: Int) -> Double? {
        guard lanesOfRow == query.lanesOfRow else { return nil }
        var sums = DistanceOperator.Sums(norms: (norms[row], query.norms[0]))
        switch distance {
        case .l2: sums.squares = sum(of: row, query) { ($0 - $1) * ($0 - $1) }
        case .l1:
            sums.differences = sum(of: row, query) { ($0 - $1).replacing(with: $1 - $0, where: $0 .< $1) }
        default: sums.products = sum(of: row, query, *)
        }
        return distance.distance(sums)
    }

    @inline(__always)
    private func sum(
        of row: Int, _ query: PackedVectors, _ combine: (SIMD8<Float>, SIMD8<Float>) -> SIMD8<Float>
    ) -> Float {
        let start = row * lanesOfRow
        var sum = SIMD8<Float>.zero
        for index in 0..<lanesOfRow {
            sum += combine(lanes[start + index], query.lanes[index])
        }
        return sum.sum()
    }
}
