/// Where a probe's query vectors come from.
package struct QuerySource: Sendable, Equatable {
    package enum Origin: Sendable, Equatable {
        /// Rows of the table, themselves excluded from what is found; flatters recall somewhat.
        case table(excludesDuplicates: Bool)
        /// One vector a row in the first column.
        case sql(String)
        /// `.jsonl`, `.txt`, `.fvecs` or `.npy`.
        case file(path: String)
        /// VectorChord's own sample of real queries.
        case vectorChordSamples
        /// Random directions, which tell nothing of recall.
        case randomUnit
    }

    package var origin = Origin.table(excludesDuplicates: false)
    /// How many vectors are kept and rotated through, 1 to 10,000.
    package var count = 200
    /// nil for never.
    package var refresh: Duration? = .seconds(3600)
    package var seed: UInt64 = 42
    package var isShuffled = true

    package init() {}

    /// Whether a search would find the row that its vector came from.
    package var excludesOwnRow: Bool {
        if case .table = origin { true } else { false }
    }
}
