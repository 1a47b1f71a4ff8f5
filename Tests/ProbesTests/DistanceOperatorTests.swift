import Testing

@testable import Probes

@Suite struct DistanceOperatorTests {
    @Test(arguments: [
        (DistanceOperator.l2, 5.0), (.innerProduct, -16), (.l1, 7),
        (.cosine, 1 - 16 / (5.0 * 52).squareRoot()),
    ])
    func `distances of small vectors`(_ distance: DistanceOperator, _ expected: Double) {
        #expect(distance.distance(.dense([1, 2]), .dense([4, 6])) == expected)
    }

    @Test func `distances of bits`() throws {
        let (a, b) = try (bits("110010"), bits("101010"))
        #expect(DistanceOperator.hamming.distance(a, b) == 2)
        #expect(DistanceOperator.jaccard.distance(a, b) == 0.5)
        #expect(try DistanceOperator.jaccard.distance(bits("1100"), bits("0011")) == 1)
        #expect(try DistanceOperator.jaccard.distance(bits("0000"), bits("0000")) == 1)
    }

    @Test func `what has no distance has none`() throws {
        let (dense, sparse) = (VectorValue.dense([1, 2]), VectorValue("{1:1}/2", type: .sparsevec))
        #expect(DistanceOperator.cosine.distance(dense, .dense([0, 0])) == nil)
        #expect(
            try DistanceOperator.cosine.distance(#require(sparse), #require(.init("{}/2", type: .sparsevec)))
                == nil)
        #expect(DistanceOperator.l2.distance(dense, .dense([1, 2, 3])) == nil)
        #expect(try DistanceOperator.l2.distance(dense, #require(sparse)) == nil)
        #expect(DistanceOperator.hamming.distance(dense, dense) == nil)
        #expect(try DistanceOperator.l2.distance(bits("01"), bits("01")) == nil)
    }

    @Test func `cosine stays between 0 and 2`() {
        let a = VectorValue.dense([0.1, 0.2, 0.3])
        #expect(DistanceOperator.cosine.distance(a, a) == 0)
        #expect(DistanceOperator.cosine.distance(a, .dense([-0.1, -0.2, -0.3])) == 2)
    }

    @Test(arguments: [DistanceOperator.l2, .innerProduct, .cosine, .l1])
    func `distances are those of plain sums in double precision, but for rounding`(
        _ distance: DistanceOperator
    )
        throws
    {
        var random = SplitMix(seed: 2)
        for count in Array(1...70) + [383, 384, 1536, 2000] {
            let (a, b) = (random.dense(count), random.dense(count))
            let exact = plain(distance, a, b)
            let found = try #require(distance.distance(.dense(a), .dense(b)))
            let rounding = distance.rounding(count: count, scale: length(a) * length(b))
            #expect(abs(found - exact) <= max(rounding.relative * abs(exact), rounding.absolute))
        }
    }

    @Test(arguments: [DistanceOperator.l2, .innerProduct, .cosine, .l1])
    func `a sparse vector is as far as the dense one with the same elements`(_ distance: DistanceOperator)
        throws
    {
        var random = SplitMix(seed: 3)
        for count in 1...100 {
            let (a, b) = (random.holed(count), random.holed(count))
            let rounding = distance.rounding(count: count, scale: length(a) * length(b))
            let dense = try #require(distance.distance(.dense(a), .dense(b)))
            let sparse = try #require(distance.distance(.sparse(a), .sparse(b)))
            #expect(abs(dense - sparse) <= max(rounding.relative * dense, rounding.absolute))
        }
    }

    @Test func `distances of random bits are those that counting gives`() throws {
        var random = SplitMix(seed: 4)
        for count in 1...200 {
            let (a, b) = (random.bits(count), random.bits(count))
            let vectors = try (#require(VectorValue(a)), #require(VectorValue(b)))
            let pairs = zip(a, b)
            let (both, either) = (pairs.count { $0 && $1 }, pairs.count { $0 || $1 })
            #expect(DistanceOperator.hamming.distance(vectors.0, vectors.1) == Double(either - both))
            let jaccard = both == 0 ? 1 : 1 - Double(both) / Double(either)
            #expect(DistanceOperator.jaccard.distance(vectors.0, vectors.1) == jaccard)
        }
    }

    // MARK: -

    private func bits(_ text: String) throws -> VectorValue {
        try #require(VectorValue(text, type: .bit))
    }

    private func length(_ a: [Float]) -> Double { (-plain(.innerProduct, a, a)).squareRoot() }

    private func plain(_ distance: DistanceOperator, _ a: [Float], _ b: [Float]) -> Double {
        let pairs = zip(a.map(Double.init), b.map(Double.init))
        let product = pairs.reduce(0) { $0 + $1.0 * $1.1 }
        switch distance {
        case .l2: return pairs.reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
        case .l1: return pairs.reduce(0) { $0 + abs($1.0 - $1.1) }
        case .innerProduct: return -product
        default: return 1 - product / (length(a) * length(b))
        }
    }
}

extension VectorValue {
    fileprivate static func sparse(_ elements: [Float]) -> VectorValue {
        let indices = elements.indices.filter { elements[$0] != 0 }
        return .sparse(
            indices: indices.map(Int32.init), elements: indices.map { elements[$0] }, count: elements.count)
    }
}

extension SplitMix {
    /// Half of the elements are zero, never all.
    fileprivate mutating func holed(_ count: Int) -> [Float] {
        [1] + dense(count).map { Bool.random(using: &self) ? $0 : 0 }
    }
}
