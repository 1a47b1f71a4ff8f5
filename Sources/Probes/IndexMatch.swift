/// Whether an index can serve a probe's search, and if not, why; `match` of `pg_probe_index_candidates`.
package enum IndexMatch: String, Sendable, CaseIterable {
    case usable
    /// Its operator class sorts by another operator.
    case `operator`
    /// It is over the column, but as another type: `embedding::halfvec(384)`.
    case elementType = "element_type"
    /// It is over another expression of the column.
    case expression
    /// It is partial, and the filter does not say that its rows are enough.
    case predicate
    /// A build has failed or is still under way.
    case invalid
}
