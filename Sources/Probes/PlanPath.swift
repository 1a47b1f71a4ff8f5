/// How a plan gets at the rows of a search.
package enum PlanPath: String, Sendable, CaseIterable {
    case annIndex = "ann_index"
    case otherIndex = "other_index"
    case bitmap
    case seqScan = "seq_scan"
    /// Foreign tables, functions, rows by their ctid, or no scan at all.
    case other

    /// Of two partitions' paths the worse is the plan's.
    static func worse(_ a: PlanPath, _ b: PlanPath) -> PlanPath {
        let order: [PlanPath] = [.seqScan, .bitmap, .otherIndex, .other]
        return order.first { $0 == a || $0 == b } ?? .annIndex
    }
}
