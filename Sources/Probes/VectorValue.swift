/// The vector of a query or of a row.
package enum VectorValue: Sendable, Equatable {
    /// A `vector`, or a `halfvec` whose elements are halves exactly.
    case dense([Float])
    /// Elements that are not zero, by their index from 0, in order; and how many elements there are in all.
    case sparse(indices: [Int32], elements: [Float], count: Int)
    /// 64 bits a word, the first bit the lowest, those after the last one zero.
    case bits([UInt64], count: Int)

    /// The most elements of a dense vector, and the most of a sparse one that are not zero.
    package static let mostElements = 16_000

    /// How many elements there are.
    package var dimensions: Int {
        switch self {
        case .dense(let elements): elements.count
        case .sparse(_, _, let count), .bits(_, let count): count
        }
    }
}
