/// Vectors in clusters, as embeddings lie: without structure an index has nothing to find.
package struct VectorCloud: Sendable {
    private let centers: [[Double]]
    private static let spread = 0.35

    package init(dimensions: Int, clusters: Int = 64, seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        centers = (0..<clusters).map { _ in (0..<dimensions).map { _ in generator.bell() } }
    }

    /// A vector as pgvector reads it, with four decimals.
    package func draw(using generator: inout SeededGenerator) -> String {
        let center = centers[Int.random(in: 0..<centers.count, using: &generator)]
        var text: [UInt8] = []
        text.reserveCapacity(8 * center.count + 2)
        text.append(UInt8(ascii: "["))
        for (index, middle) in center.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            // Three uniform numbers are bell enough for one coordinate of many, and four times as fast.
            let noise = generator.unit() + generator.unit() + generator.unit() - 1.5
            Self.write(middle + 2 * Self.spread * noise, to: &text)
        }
        text.append(UInt8(ascii: "]"))
        return String(decoding: text, as: UTF8.self)
    }

    private static func write(_ value: Double, to text: inout [UInt8]) {
        let parts = Int((abs(value) * 10_000).rounded())
        if value < 0 { text.append(UInt8(ascii: "-")) }
        text.append(contentsOf: String(parts / 10_000).utf8)
        text.append(UInt8(ascii: "."))
        for place in [1000, 100, 10, 1] { text.append(UInt8(ascii: "0") + UInt8(parts / place % 10)) }
    }
}
