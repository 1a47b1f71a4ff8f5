import FoundationEssentials

/// What `EXPLAIN (FORMAT JSON)` says of a search, and nothing of its text.
package struct PlanSummary: Sendable, Equatable {
    package let path: PlanPath
    /// Of all indexes that the plan uses.
    package let indexNames: Set<String>
    /// Tables that the plan reads from beginning to end, wherever in it.
    package let scannedRelations: Set<String>
    /// Without ANALYZE nil.
    package let executionTime: Duration?
    package let planningTime: Duration?
    /// Of the execution, not of planning; 0 without BUFFERS.
    package let sharedHitBlocks: Int
    package let sharedReadBlocks: Int
    /// Rows that were read and did not match the filter; rounded by the server in each node, per loop.
    package let filteredRows: Double
    /// How often indexes were gone into; nil before PostgreSQL 18.
    package let indexSearches: Int?

    /// Reads the answer of any version from 13; nil where it is none.
    ///
    /// `annIndexes` are the indexes of the searched table, or of its partitions, that sort by distance;
    /// `expectedIndex` is the only one of them that counts, nil for any. The plan of a partitioned table has
    /// its partitions' indexes, not the one that was made on the whole: there `annIndexes` alone must say.
    package init?(json: String, annIndexes: Set<String>, expectedIndex: String?) {
        let explanations = try? JSONDecoder().decode([Explanation].self, from: Data(json.utf8))
        guard let explanations, explanations.count == 1 else { return nil }
        let (explanation, plan) = (explanations[0], explanations[0].plan)
        let nodes = plan.all

        let expected = expectedIndex.map { [$0] } ?? annIndexes
        path = plan.path(expected.contains) ?? .other
        indexNames = Set(nodes.compactMap(\.indexName))
        scannedRelations = Set(nodes.filter { $0.nodeType == "Seq Scan" }.compactMap(\.relationName))
        executionTime = explanation.executionTime.map { .milliseconds($0) }
        planningTime = explanation.planningTime.map { .milliseconds($0) }
        sharedHitBlocks = plan.sharedHitBlocks ?? 0
        sharedReadBlocks = plan.sharedReadBlocks ?? 0
        filteredRows = nodes.reduce(0) { $0 + ($1.rowsRemovedByFilter ?? 0) * ($1.actualLoops ?? 1) }
        let searches = nodes.compactMap(\.indexSearches)
        indexSearches = searches.isEmpty ? nil : searches.reduce(0, +)
    }

    private struct Explanation: Decodable {
        let plan: PlanNode
        /// In milliseconds.
        let planningTime: Double?
        let executionTime: Double?

        enum CodingKeys: String, CodingKey {
            case plan = "Plan"
            case planningTime = "Planning Time"
            case executionTime = "Execution Time"
        }
    }
}
