import FoundationEssentials

/// The bytes of a file of query vectors, and the vectors in them.
struct QueryFileContents {
    let bytes: Data

    func vectors(in format: QueryFile.Format, limit: Int) throws(QueryFile.Fault) -> [VectorValue] {
        switch format {
        case .txt:
            try lines(limit, expected: "a vector such as [0.1,0.2]") { VectorValue($0, type: .of($0)) }
        case .jsonl:
            try lines(limit, expected: "an array of numbers, or an object with one as embedding or vector") {
                VectorValue(json: $0)
            }
        case .fvecs: try fvecs(limit)
        case .npy: try NumpyMatrix(bytes).rows(limit)
        }
    }

    // MARK: - Text

    private func lines(
        _ limit: Int, expected: String, _ read: (String) -> VectorValue?
    ) throws(QueryFile.Fault) -> [VectorValue] {
        var vectors: [VectorValue] = []
        var (start, number) = (bytes.startIndex, 0)
        while start < bytes.endIndex, vectors.count < limit {
            let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.endIndex
            let line = String(decoding: bytes[start..<end], as: UTF8.self)
            (start, number) = (end + 1, number + 1)
            if line.utf8.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
            guard let vector = read(line) else {
                throw QueryFile.Fault(place: "line \(number)", expected: expected)
            }
            try vector.check(like: vectors.first, place: "line \(number)")
            vectors.append(vector)
        }
        return vectors
    }

    // MARK: - Binary

    private func fvecs(_ limit: Int) throws(QueryFile.Fault) -> [VectorValue] {
        var vectors: [VectorValue] = []
        var position = 0
        while position < bytes.count, vectors.count < limit {
            let place = "vector \(vectors.count + 1)"
            guard let count = bytes.unsigned(at: position, count: 4).map(Int.init),
                (1...VectorValue.mostElements).contains(count)
            else {
                let expected = "its number of elements, 1 to \(VectorValue.mostElements), in 4 bytes"
                throw QueryFile.Fault(place: place, expected: expected)
            }
            let start = position + 4
            let elements = (0..<count).compactMap { bytes.float(at: start + 4 * $0) }
            guard elements.count == count else {
                throw QueryFile.Fault(place: place, expected: "\(count) finite numbers in 4 bytes each")
            }
            let vector = VectorValue.dense(elements)
            try vector.check(like: vectors.first, place: place)
            vectors.append(vector)
            position = start + 4 * count
        }
        return vectors
    }
}

extension VectorType {
    /// Of a vector as pgvector writes it, by how it begins.
    fileprivate static func of(_ text: String) -> VectorType {
        switch text.first(where: { $0 != " " }) {
        case "[": .vector
        case "{": .sparsevec
        default: .bit
        }
    }
}

extension VectorValue {
    fileprivate init?(json: String) {
        if json.first(where: { $0 != " " }) == "[" {
            self.init(json, type: .vector)
            return
        }
        let object = try? JSONDecoder().decode(Embedded.self, from: Data(json.utf8))
        guard let elements = object?.embedding ?? object?.vector, !elements.isEmpty,
            elements.count <= Self.mostElements, elements.allSatisfy(\.isFinite)
        else { return nil }
        self = .dense(elements)
    }

    private struct Embedded: Decodable {
        let embedding: [Float]?
        let vector: [Float]?
    }

    fileprivate func check(like first: VectorValue?, place: String) throws(QueryFile.Fault) {
        guard let first, first.dimensions != dimensions else { return }
        throw QueryFile.Fault(place: place, expected: "\(first.dimensions) elements, as in the first vector")
    }
}

extension Data {
    /// A number of up to 8 bytes, the lowest first; nil where the bytes end before.
    func unsigned(at position: Int, count: Int) -> UInt64? {
        guard position >= 0, position + count <= self.count else { return nil }
        let start = startIndex + position
        return self[start..<start + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// nil also for what is not finite.
    func float(at position: Int) -> Float? {
        guard let pattern = unsigned(at: position, count: 4) else { return nil }
        let number = Float(bitPattern: UInt32(truncatingIfNeeded: pattern))
        return number.isFinite ? number : nil
    }
}
