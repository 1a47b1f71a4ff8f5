/// The operators by which pgvector sorts, and the distances that they compute.
package enum DistanceOperator: String, Sendable, CaseIterable {
    case l2 = "<->"
    /// Negative, so that the nearest comes first.
    case innerProduct = "<#>"
    case cosine = "<=>"
    case l1 = "<+>"
    case hamming = "<~>"
    case jaccard = "<%>"

    /// As pgvector computes it but for the order of summation, in single precision; see `rounding`.
    ///
    /// nil where it is undefined: for another type or number of elements, or with cosine for a zero vector.
    package func distance(_ a: VectorValue, _ b: VectorValue) -> Double? {
        guard a.dimensions == b.dimensions else { return nil }
        switch (a, b) {
        case (.dense(let a), .dense(let b)):
            return PackedVectors([a]).distance(to: PackedVectors([b]), by: self, row: 0)
        case (.sparse(let i, let a, _), .sparse(let j, let b, _)):
            return distance(Sums(sparse: (i, a), (j, b)))
        case (.bits(let a, _), .bits(let b, _)):
            return distance(bits: a, b)
        default:
            return nil
        }
    }

    /// The sums from which the distance of two vectors follows.
    struct Sums {
        /// Of products of one's elements with the other's.
        var products: Float = 0
        /// Of squares of differences.
        var squares: Float = 0
        /// Of absolute differences.
        var differences: Float = 0
        /// Of squares of elements of each.
        var norms: (Float, Float) = (0, 0)
    }

    /// nil where these sums have no such distance.
    func distance(_ sums: Sums) -> Double? {
        switch self {
        case .l2: return Double(sums.squares).squareRoot()
        case .innerProduct: return -Double(sums.products)
        case .l1: return Double(sums.differences)
        case .cosine:
            let similarity =
                Double(sums.products) / (Double(sums.norms.0) * Double(sums.norms.1)).squareRoot()
            return similarity.isNaN ? nil : 1 - min(max(similarity, -1), 1)
        case .hamming, .jaccard: return nil
        }
    }

    /// How far two computations in single precision may lie apart: relative to the distance, and absolute.
    ///
    /// Compilers sum in different orders. The error of a sum of `count` numbers grows with the root of
    /// `count` (Higham, Accuracy and Stability of Numerical Algorithms, 4.2).
    ///
    /// `scale` is the product of both vectors' lengths, which only the inner product's error depends on.
    func rounding(count: Int, scale: Double) -> (relative: Double, absolute: Double) {
        let error = Double(Float.ulpOfOne) / 2 * (4 + 2 * Double(count).squareRoot())
        return switch self {
        case .l2, .l1: (error, 0)
        case .cosine: (0, error)
        case .innerProduct: (0, error * scale)
        case .hamming, .jaccard: (0, 0)
        }
    }

    // MARK: -

    private func distance(bits a: [UInt64], _ b: [UInt64]) -> Double? {
        func ones(_ combine: (UInt64, UInt64) -> UInt64) -> Int {
            zip(a, b).reduce(0) { $0 + combine($1.0, $1.1).nonzeroBitCount }
        }
        switch self {
        case .hamming: return Double(ones(^))
        case .jaccard:
            let common = ones(&)
            return common == 0 ? 1 : 1 - Double(common) / Double(ones(|))
        default: return nil
        }
    }
}

extension DistanceOperator.Sums {
    fileprivate init(sparse a: ([Int32], [Float]), _ b: ([Int32], [Float])) {
        var (i, j) = (0, 0)
        while i < a.0.count || j < b.0.count {
            // What the one has not got is a zero.
            let (left, right) = (i < a.0.count ? a.0[i] : .max, j < b.0.count ? b.0[j] : .max)
            let x = left <= right ? a.1[i] : 0
            let y = right <= left ? b.1[j] : 0
            if left <= right { i += 1 }
            if right <= left { j += 1 }
            products += x * y
            squares += (x - y) * (x - y)
            differences += abs(x - y)
            norms.0 += x * x
            norms.1 += y * y
        }
    }
}
