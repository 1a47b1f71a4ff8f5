/// Something that applications do to such a database; in the order in which a run does it.
package enum Workload: String, Sendable, CaseIterable {
    case search10 = "search-10"
    case search100 = "search-100"
    case crossNamespace = "cross-namespace"
    case crossShard = "cross-shard"
    case batchSearch = "batch-search"
    case hotSearch = "hot-search"
    case lookup
    case list
    case concurrent
    case searchOnly = "search-only"
    case update
    case insert
    case bulkInsert = "bulk-insert"
    case writeOnly = "write-only"
    case mixed

    package var summary: String {
        switch self {
        case .search10: "the 10 nearest of one table"
        case .search100: "the 100 nearest of one table, with hnsw.ef_search = 100"
        case .crossNamespace: "the 10 nearest in four of eight namespaces"
        case .crossShard: "the 10 nearest of four tables, each asked for 10, sorted again"
        case .batchSearch: "ten searches in one statement"
        case .hotSearch: "searches of which few are frequent (Zipf, s = 1.1)"
        case .lookup: "one row by its key"
        case .list: "the latest 100 rows of a namespace"
        case .concurrent: "searches of many clients at once"
        case .searchOnly: "searches of ten clients until the time is up"
        case .update: "title and embedding of one row by its key"
        case .insert: "one row"
        case .bulkInsert: "100 rows in one statement"
        case .writeOnly: "updates and inserts of ten clients until the time is up"
        case .mixed: "80 searches to 20 writes, of ten clients, until the time is up"
        }
    }

    package var isWriting: Bool { [.update, .insert, .bulkInsert, .writeOnly, .mixed].contains(self) }

    /// Settings of the sessions, besides what the role has.
    var settings: [(name: String, value: String)] {
        self == .search100 ? [("hnsw.ef_search", "100")] : []
    }

    /// What it should reach besides succeeding, from what operators of such databases promise their users.
    var ordinaryTargets: [ServiceTarget] {
        switch self {
        case .search10, .hotSearch: [.p95(below: 0.050, critical: 0.100)]
        case .search100: [.p95(below: 0.100, critical: 0.200)]
        case .crossNamespace, .crossShard: [.p95(below: 0.025, critical: 0.100)]
        case .lookup: [.p95(below: 0.010, critical: 0.050)]
        case .list: [.p95(below: 0.050, critical: 0.100)]
        case .update: [.p95(below: 0.100, critical: 0.200)]
        case .insert: [.p95(below: 0.050, critical: 0.100)]
        case .bulkInsert: [.p95(below: 0.500, critical: 1.000), .rowsPerSecond(above: 1000, critical: 500)]
        case .searchOnly: [.callsPerSecond(above: 1000, critical: 100)]
        case .batchSearch, .concurrent, .writeOnly, .mixed: []
        }
    }
}
