import Testing

@testable import Bench

@Suite struct SeededTests {
    @Test func `the numbers are those of SplitMix64`() {
        var generator = SeededGenerator(seed: 1_234_567)
        let first = (0..<3).map { _ in generator.next() }
        #expect(first == [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423])
    }

    @Test func `the same seed makes the same vectors, another makes others`() {
        let draw = { (seed: UInt64) in
            var generator = SeededGenerator(seed: seed)
            return VectorCloud(dimensions: 3, seed: seed).draw(using: &generator)
        }
        #expect(draw(7) == draw(7))
        #expect(draw(7) != draw(8))
    }

    @Test func `a vector is as pgvector writes it, and lies near one of the centers`() throws {
        var generator = SeededGenerator(seed: 1)
        let cloud = VectorCloud(dimensions: 4, clusters: 1, seed: 1)
        let vectors = try (0..<200).map { _ in
            try JSON.decode([Double].self, cloud.draw(using: &generator))
        }
        #expect(vectors.allSatisfy { $0.count == 4 })
        for coordinate in 0..<4 {
            let values = vectors.map { $0[coordinate] }
            // Three uniform numbers, each twice the spread wide.
            #expect((values.max() ?? 9) - (values.min() ?? 0) <= 2.1)
            #expect(Set(values).count > 100)
        }
    }

    @Test func `of ten ranks the first is drawn as often as Zipf says`() {
        let ranks = ZipfRanks(count: 10, exponent: 1.1)
        var generator = SeededGenerator(seed: 3)
        var counts = Array(repeating: 0, count: 10)
        for _ in 0..<100_000 { counts[ranks.draw(using: &generator)] += 1 }
        // 1 / (1 + 2^-1.1 + … + 10^-1.1) and a tenth power of ten of that.
        #expect(abs(Double(counts[0]) / 100_000 - 0.37316) < 0.006)
        #expect(abs(Double(counts[9]) / 100_000 - 0.02964) < 0.002)
        #expect(counts == counts.sorted(by: >))
    }
}
