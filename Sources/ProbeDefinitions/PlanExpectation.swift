/// What a plan should be.
package enum PlanExpectation: String, Sendable, CaseIterable {
    /// An ANN index finds the rows.
    case annIndex = "ann_index"
    /// No table is read from beginning to end.
    case index
    case seqScan = "seq_scan"
    case any
}
