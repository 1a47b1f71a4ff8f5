import Exposition
import Testing

@Suite struct GzipTests {
    @Test(
        arguments: [
            [], [""], ["", ""], ["a"], ["# EOF\n"], ["one ", "", "two ", "three\n"],
            [String(repeating: "a", count: 1 << 20)],
        ] as [[String]])
    func `pieces come back as they were`(_ pieces: [String]) throws {
        try expectRoundTrip(pieces.map { Array($0.utf8) })
    }

    /// Sizes around that of the buffer, so that what comes out meets its end exactly.
    @Test(arguments: (65_500...65_540).map { $0 } + [131_072, 200_000])
    func `incompressible bytes come back as they were`(_ count: Int) throws {
        var random = SeededGenerator(seed: UInt64(count))
        let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        try expectRoundTrip([bytes])
    }

    @Test func `five megabytes in pieces of many sizes come back smaller`() throws {
        var random = SeededGenerator(seed: 5)
        var pieces: [[UInt8]] = []
        var size = 0
        while size < 5 << 20 {
            let lines = (0..<Int.random(in: 0...2000, using: &random)).map { line in
                "pg_x{server=\"main\",row=\"\(line)\"} \(UInt64.random(in: 0 ... .max, using: &random))\n"
            }
            pieces.append(Array(lines.joined().utf8))
            size += pieces[pieces.count - 1].count
        }
        try expectRoundTrip(pieces)
        #expect(Gzip.compress(pieces).count < size / 2)
    }

    private func expectRoundTrip(_ pieces: [[UInt8]]) throws {
        let gzip = try #require(Program(named: "gzip"))
        let compressed = Gzip.compress(pieces)
        #expect(compressed.starts(with: [0x1f, 0x8b, 8]))
        let outcome = try gzip.run("-dc", input: compressed)
        #expect(outcome.status == 0)
        // Not compared by #expect, which would print megabytes.
        let isSame = outcome.output.elementsEqual(pieces.joined())
        #expect(isSame)
    }
}
