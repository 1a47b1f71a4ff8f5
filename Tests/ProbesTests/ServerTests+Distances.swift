import Postgres
import Testing

@testable import Probes

extension ServerTests {
    @Test(arguments: TestServer.all, VectorType.allCases)
    func `distances are those of the server, but for rounding`(_ server: TestServer, _ type: VectorType)
        throws
    {
        let ofBits: [DistanceOperator] = [.hamming, .jaccard]
        try server.withDatabase { connection in
            var random = SplitMix(seed: 8)
            for distance in DistanceOperator.allCases where ofBits.contains(distance) == (type == .bit) {
                for count in [1, 2, 3, 7, 8, 9, 31, 64, 65, 384, 1000, 1536] {
                    let texts = (0..<2).map { _ in random.text(of: type, count: count) }
                    let literals = texts.map { "'\($0)'::\(type)\(type == .bit ? "(\(count))" : "")" }
                    let answer = try connection.cell(
                        "SELECT \(literals[0]) \(distance.rawValue) \(literals[1])")
                    let theirs = try #require(Double(answer ?? ""))
                    let vectors = try texts.map { try #require(VectorValue($0, type: type)) }
                    guard let ours = distance.distance(vectors[0], vectors[1]) else {
                        #expect(theirs.isNaN)
                        continue
                    }
                    let rounding = distance.rounding(count: count, scale: Double(count))
                    let width = max(rounding.relative * abs(theirs), rounding.absolute)
                    #expect(abs(ours - theirs) <= width, "\(distance.rawValue), \(count) elements")
                }
            }
        }
    }

    @Test(arguments: TestServer.all, VectorType.allCases)
    func `the server reads what we write, and we what it writes`(_ server: TestServer, _ type: VectorType)
        throws
    {
        try server.withDatabase { connection in
            var random = SplitMix(seed: 9)
            for count in [1, 7, 64, 65, 1536] {
                let vector = try #require(VectorValue(random.text(of: type, count: count), type: type))
                let literal = "'\(vector.text)'::\(type)\(type == .bit ? "(\(count))" : "")"
                let written = try connection.cell("SELECT \(literal)::text")
                #expect(VectorValue(written ?? "", type: type) == vector)
            }
        }
    }
}

extension SplitMix {
    /// Elements from -1 to 1, of a sparse vector about half of them zero.
    fileprivate mutating func text(of type: VectorType, count: Int) -> String {
        switch type {
        case .vector, .halfvec: return VectorValue.dense(dense(count)).text
        case .bit: return bits(count).map { $0 ? "1" : "0" }.joined()
        case .sparsevec:
            let pairs = dense(count).enumerated().filter { $0.element > 0 }
            return "{\(pairs.map { "\($0.offset + 1):\($0.element)" }.joined(separator: ","))}/\(count)"
        }
    }
}
