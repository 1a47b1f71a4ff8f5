extension Workload {
    /// What it does, and how often of a hundred times.
    func operations(on tables: Tables) -> [(share: Int, operation: Operation)] {
        switch self {
        case .search10, .concurrent, .searchOnly: [(100, .search(tables, rows: 10))]
        case .search100: [(100, .search(tables, rows: 100))]
        case .crossNamespace: [(100, .crossNamespaceSearch(tables))]
        case .crossShard: [(100, .crossShardSearch(tables))]
        case .batchSearch: [(100, .batchSearch(tables))]
        case .hotSearch: [(100, .search(tables, rows: 10, isHot: true))]
        case .lookup: [(100, .lookup(tables))]
        case .list: [(100, .list(tables))]
        case .update: [(100, .update(tables))]
        case .insert: [(100, .insert(tables))]
        case .bulkInsert: [(100, .bulkInsert(tables))]
        case .writeOnly: [(50, .update(tables)), (50, .insert(tables))]
        case .mixed: [(80, .search(tables, rows: 10)), (10, .update(tables)), (10, .insert(tables))]
        }
    }
}
