import Testing

@testable import Probes

@Suite struct SentinelTests {
    private let line = (1...5).map { ("\($0)", VectorValue.dense([Float($0), 0])) }
    private let origin = VectorValue.dense([0, 0])

    @Test func `a nearer row of the sample that was not found is missed`() {
        let sentinel = Sentinel(rows: line, distance: .l2)
        #expect(sentinel.count == 5)
        #expect(missed(by: sentinel, found: [("1", 1), ("2", 2), ("3", 3)], k: 3) == [])
        #expect(missed(by: sentinel, found: [("1", 1), ("3", 3), ("4", 4)], k: 3) == ["2"])
        #expect(missed(by: sentinel, found: [("x", 6), ("1", 1), ("y", 7)], k: 3) == ["2", "3", "4", "5"])
    }

    @Test func `a row as near as the k-th is not missed`() {
        let sentinel = Sentinel(rows: line, distance: .l2)
        #expect(missed(by: sentinel, found: [("x", 1)], k: 1) == [])
        #expect(missed(by: sentinel, found: [("x", 1.000_001)], k: 1) == [])
        #expect(missed(by: sentinel, found: [("x", 1.000_01)], k: 1) == ["1"])
    }

    @Test func `the row that the query came from is not looked for`() {
        let sentinel = Sentinel(rows: line, distance: .l2)
        #expect(missed(by: sentinel, found: [("2", 2)], k: 1, excluding: "1") == [])
        #expect(missed(by: sentinel, found: [("1", 1), ("3", 3)], k: 1, excluding: "1") == ["2"])
        #expect(missed(by: sentinel, found: [("1", 1), ("2", 2)], k: 1, excluding: "1") == [])
    }

    @Test func `where fewer rows than asked for were found the nearest others are missed`() {
        let sentinel = Sentinel(rows: line, distance: .l2)
        #expect(missed(by: sentinel, found: [("1", 1), ("2", 2), ("2", 2)], k: 3) == ["3", "4", "5"])
        #expect(missed(by: sentinel, found: [], k: 1) == ["1"])
        #expect(missed(by: sentinel, found: line.map { ($0.0, Double($0.0) ?? 0) }, k: 10) == [])
    }

    @Test func `only the first rows that were asked for count as found`() {
        let sentinel = Sentinel(rows: line, distance: .l2)
        #expect(missed(by: sentinel, found: [("2", 2), ("1", 1)], k: 1) == ["1"])
    }

    @Test func `what cannot be compared is not judged`() {
        let sentinel = Sentinel(rows: line, distance: .l2)
        #expect(missed(by: sentinel, found: [("1", 1)], k: 1, query: .dense([0, 0, 0])) == nil)
        #expect(missed(by: Sentinel(rows: [], distance: .l2), found: [("1", 1)], k: 1) == nil)
        #expect(missed(by: Sentinel(rows: line, distance: .cosine), found: [("1", 1)], k: 1) == nil)
    }

    @Test func `a row without a distance is not looked for`() {
        let rows = line + [("zero", .dense([0, 0])), ("short", .dense([1]))]
        let sentinel = Sentinel(rows: rows, distance: .cosine)
        let found = [("1", 0.0), ("2", 0), ("3", 0), ("4", 0), ("5", 0), ("zero", Double.nan)]
        #expect(missed(by: sentinel, found: found, k: 7, query: .dense([1, 0])) == [])
        #expect(missed(by: sentinel, found: Array(found.dropFirst()), k: 7, query: .dense([1, 0])) == ["1"])
    }

    @Test func `sparse vectors and bits are watched alike`() throws {
        let sparse = try ["{1:1}/3", "{1:2}/3"].map { try #require(VectorValue($0, type: .sparsevec)) }
        let ofSparse = Sentinel(rows: [("a", sparse[0]), ("b", sparse[1])], distance: .l2)
        #expect(missed(by: ofSparse, found: [("x", 3)], k: 1, query: sparse[0]) == ["a", "b"])
        let bits = try ["0011", "0111"].map { try #require(VectorValue($0, type: .bit)) }
        let ofBits = Sentinel(rows: [("a", bits[0]), ("b", bits[1])], distance: .hamming)
        #expect(missed(by: ofBits, found: [("x", 1)], k: 1, query: bits[0]) == ["a"])
    }

    @Test(arguments: [DistanceOperator.l2, .innerProduct, .cosine, .l1])
    func `over a thousand queries the sample misses what the searches miss`(_ distance: DistanceOperator)
        throws
    {
        var random = SplitMix(seed: 7)
        let rows = (0..<200).map { ("\($0)", random.dense(5)) }
        let sample = rows.prefix(50)
        let sentinel = Sentinel(rows: sample.map { ($0.0, .dense($0.1)) }, distance: distance)
        let ratio = Double(sample.count) / Double(rows.count)
        var (missedRows, missedOfSample, flagged, bad) = (0, 0, 0, 0)
        for _ in 0..<1000 {
            let query = random.dense(5)
            let hits = rows.map { Hit(key: $0.0, distance: plain(distance, $0.1, query)) }
                .sorted { $0.distance < $1.distance }
            // One search in ten comes into a wrong region, as with a graph that is not connected.
            let isBad = Int.random(in: 0..<10, using: &random) == 0
            let found = isBad ? Array(hits[30..<40]) : Array(hits[..<10])
            let nearer = Set(hits.prefix(isBad ? 30 : 0).map(\.key))
            let keys = try #require(
                sentinel.missedKeys(
                    query: .dense(query), found: found, k: 10, tieEpsilon: 1e-6, excluding: nil))
            #expect(Set(keys) == nearer.intersection(sample.map(\.0)))
            missedRows += nearer.count
            missedOfSample += keys.count
            flagged += keys.isEmpty ? 0 : 1
            bad += isBad ? 1 : 0
        }
        // Of 30 rows none is in a sample of a quarter with a chance of 1 to 10,000.
        #expect(flagged == bad)
        #expect((80...120).contains(bad))
        let estimate = Double(missedOfSample) / ratio
        #expect(abs(estimate / Double(missedRows) - 1) < 0.1)
    }

    // MARK: -

    private func missed(
        by sentinel: Sentinel, found: [(String, Double)], k: Int, query: VectorValue? = nil,
        excluding own: String? = nil
    ) -> [String]? {
        sentinel.missedKeys(
            query: query ?? origin, found: found.map(Hit.init), k: k, tieEpsilon: 1e-6, excluding: own)
    }

    private func plain(_ distance: DistanceOperator, _ a: [Float], _ b: [Float]) -> Double {
        var (squares, differences, products, norms) = (0.0, 0.0, 0.0, (0.0, 0.0))
        for index in a.indices {
            let (x, y) = (Double(a[index]), Double(b[index]))
            squares += (x - y) * (x - y)
            differences += abs(x - y)
            products += x * y
            norms.0 += x * x
            norms.1 += y * y
        }
        switch distance {
        case .l2: return squares.squareRoot()
        case .l1: return differences
        case .innerProduct: return -products
        default: return 1 - products / (norms.0 * norms.1).squareRoot()
        }
    }
}
