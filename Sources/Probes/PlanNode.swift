/// What we read of a node of `EXPLAIN (FORMAT JSON)`; the rest, vectors among it, is never decoded.
///
/// Source: explain.c of PostgreSQL 13 to 18.
struct PlanNode: Decodable {
    let nodeType: String
    let parentRelationship: String?
    let subplanName: String?
    let indexName: String?
    let relationName: String?
    let actualLoops: Double?
    /// An average over loops, rounded.
    let rowsRemovedByFilter: Double?
    /// Of all loops and workers; from PostgreSQL 18.
    let indexSearches: Int?
    /// With those of the nodes below.
    let sharedHitBlocks: Int?
    let sharedReadBlocks: Int?
    let plans: [PlanNode]?

    private enum CodingKeys: String, CodingKey {
        case nodeType = "Node Type"
        case parentRelationship = "Parent Relationship"
        case subplanName = "Subplan Name"
        case indexName = "Index Name"
        case relationName = "Relation Name"
        case actualLoops = "Actual Loops"
        case rowsRemovedByFilter = "Rows Removed by Filter"
        case indexSearches = "Index Searches"
        case sharedHitBlocks = "Shared Hit Blocks"
        case sharedReadBlocks = "Shared Read Blocks"
        case plans = "Plans"
    }

    /// This one and all below it.
    var all: [PlanNode] { [self] + (plans ?? []).flatMap(\.all) }

    /// How the rows of the search are got at, with these indexes as the right ones; nil where nothing scans.
    func path(_ isANN: (String) -> Bool) -> PlanPath? {
        switch nodeType {
        case "Index Scan", "Index Only Scan":
            return indexName.map(isANN) == true ? .annIndex : .otherIndex
        case "Bitmap Heap Scan": return .bitmap
        case "Seq Scan", "Sample Scan": return .seqScan
        case "Foreign Scan", "Custom Scan", "Function Scan", "Tid Scan", "Tid Range Scan", "Values Scan",
            "Table Function Scan":
            return .other
        case "Nested Loop", "Hash Join", "Merge Join":
            // A filter that asks another table: the search goes through the side that has the ANN index.
            let paths = searched.compactMap { $0.path(isANN) }
            return paths.contains(.annIndex) ? .annIndex : paths.reduced
        default: return searched.compactMap { $0.path(isANN) }.reduced
        }
    }

    /// The nodes below whose rows come up here, or did through a CTE; a filter's subqueries are none of them.
    private var searched: [PlanNode] {
        (plans ?? []).filter {
            switch $0.parentRelationship {
            case "InitPlan": $0.subplanName?.hasPrefix("CTE ") == true
            case "SubPlan": false
            default: true
            }
        }
    }
}

extension [PlanPath] {
    /// The worst of them.
    fileprivate var reduced: PlanPath? {
        first.map { dropFirst().reduce($0, PlanPath.worse) }
    }
}
