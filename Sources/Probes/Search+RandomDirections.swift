extension Search {
    /// Vectors of length 1 that point everywhere alike; bits are heads or tails.
    func randomDirections(_ count: Int, seed: UInt64) throws(SearchError) -> [QueryVector] {
        guard let dimensions else { throw .unknownDimensions }
        var generator = SplitMix(seed: seed)
        return (0..<count).map { _ in
            QueryVector(text: direction(dimensions, using: &generator).text)
        }
    }

    private func direction(_ dimensions: Int, using generator: inout SplitMix) -> VectorValue {
        switch metricType {
        case .vector, .halfvec:
            return .dense((0..<dimensions).map { _ in Float.normal(using: &generator) }.ofLengthOne)
        case .sparsevec:
            // As many elements as sparse embeddings have, not as many as there are dimensions.
            let indices = Set(
                (0..<64).map { _ in Int32.random(in: 0..<Int32(dimensions), using: &generator) })
            return .sparse(
                indices: indices.sorted(),
                elements: indices.map { _ in Float.normal(using: &generator) }.ofLengthOne,
                count: dimensions)
        case .bit:
            var words = (0..<(dimensions + 63) / 64).map { _ in generator.next() }
            if dimensions % 64 > 0 { words[words.count - 1] &= (1 << UInt64(dimensions % 64)) - 1 }
            return .bits(words, count: dimensions)
        }
    }
}

extension Float {
    /// Twelve uniform numbers are as normal as a direction needs (Irwin–Hall).
    fileprivate static func normal(using generator: inout SplitMix) -> Float {
        (0..<12).reduce(-6) { sum, _ in sum + Float.random(in: 0..<1, using: &generator) }
    }
}

extension [Float] {
    fileprivate var ofLengthOne: [Float] {
        let length = reduce(0) { $0 + $1 * $1 }.squareRoot()
        return length > 0 ? map { $0 / length } : self
    }
}
