import Testing

@testable import Probes

@Suite struct VectorValueTests {
    @Test(arguments: [
        ("[1,2.5,-3e-05]", VectorType.vector, VectorValue.dense([1, 2.5, -3e-05])),
        (" [ 1 , 2 ] ", .vector, .dense([1, 2])),
        ("[1e+20,1e-30,100000]", .vector, .dense([1e20, 1e-30, 100_000])),
        ("[0.33325195,65504]", .halfvec, .dense([0.33325195, 65504])),
        ("{1:0.5,3:-2}/3", .sparsevec, .sparse(indices: [0, 2], elements: [0.5, -2], count: 3)),
        ("{3:2, 1:1, 2:0}/5", .sparsevec, .sparse(indices: [0, 2], elements: [1, 2], count: 5)),
        ("{}/1000000000", .sparsevec, .sparse(indices: [], elements: [], count: 1_000_000_000)),
        ("0101", .bit, .bits([0b1010], count: 4)),
    ])
    func `a vector reads as pgvector writes it`(_ text: String, _ type: VectorType, _ vector: VectorValue) {
        #expect(VectorValue(text, type: type) == vector)
    }

    @Test func `elements of a halfvec are rounded to halves, as the server does`() {
        #expect(VectorValue("[0.1,2049]", type: .halfvec) == .dense([0.099975586, 2048]))
        #expect(VectorValue("[65520]", type: .halfvec) == nil)
    }

    @Test(arguments: [
        ("", VectorType.vector), ("[]", .vector), ("[1,]", .vector), ("[1", .vector), ("1,2", .vector),
        ("[1 2]", .vector), ("[NaN]", .vector), ("[inf]", .vector), ("[1e39]", .vector), ("[x]", .vector),
        ("{1:1}", .sparsevec), ("{0:1}/3", .sparsevec), ("{4:1}/3", .sparsevec), ("{1:1,1:2}/3", .sparsevec),
        ("{1}/3", .sparsevec), ("{}/0", .sparsevec), ("{1:1/3", .sparsevec), ("", .bit), ("012", .bit),
    ])
    func `anything else is no vector`(_ text: String, _ type: VectorType) {
        #expect(VectorValue(text, type: type) == nil)
    }

    @Test func `a vector of more elements than pgvector takes is none`() {
        let elements = [String](repeating: "1", count: VectorValue.mostElements)
        #expect(VectorValue("[\(elements.joined(separator: ","))]", type: .vector)?.dimensions == 16_000)
        #expect(VectorValue("[\(elements.joined(separator: ",")),1]", type: .vector) == nil)
    }

    @Test(arguments: [
        ("[1,2.5,-3e-05,1e+20]", VectorType.vector), ("{1:0.5,3:-2}/3", .sparsevec), ("{}/3", .sparsevec),
        ("01011", .bit), (String(repeating: "01", count: 70), .bit), ("[0.099975586]", .halfvec),
    ])
    func `a vector's text is what it was read from`(_ text: String, _ type: VectorType) {
        #expect(VectorValue(text, type: type)?.text == text)
    }

    @Test func `random vectors survive being written and read`() {
        var random = SplitMix(seed: 1)
        for count in 1...100 {
            let vector = VectorValue.dense(random.dense(count))
            #expect(VectorValue(vector.text, type: .vector) == vector)
        }
    }
}
