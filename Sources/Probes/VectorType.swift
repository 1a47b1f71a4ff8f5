/// The element types of pgvector's columns, and the names of its types.
package enum VectorType: String, Sendable, CaseIterable {
    case vector
    case halfvec
    case sparsevec
    case bit
}
