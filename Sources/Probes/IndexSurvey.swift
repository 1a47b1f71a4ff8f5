import ProbeDefinitions
import SQL

/// All ANN indexes of a table and its partitions, judged by what a probe searches.
struct IndexSurvey {
    let indexes: [CatalogueIndex]
    let target: SearchTarget
    let type: Catalogue.ElementType
    let operatorID: Int64
    /// Names of indexes that the planner has been seen to use for the search.
    var proven: Set<String> = []

    /// What each index of the table is to the probe, and each that a partition has of its own.
    var candidates: [IndexCandidate] {
        indexes.filter { $0.isRelevant && ($0.isOwn || $0.parent == nil) }.map { index in
            let parts = parts(of: index)
            return IndexCandidate(
                name: index.name, accessMethod: index.accessMethod,
                match: proven.isDisjoint(with: parts.map(\.name)) ? match(of: index) : .usable,
                lists: index.lists, namesInPlans: Set(parts.map(\.name)),
                fileNodes: parts.map { "\($0.oid):\($0.fileNode)" }.joined(separator: ","))
        }
    }

    /// Whether only the planner can say if some index serves.
    var isUndecided: Bool {
        indexes.contains { index in
            guard index.isRelevant, index.type.oid == type.oid, index.operators.contains(operatorID) else {
                return false
            }
            switch (match(of: index), target.searched) {
            case (.predicate, _): return target.filter != nil
            case (.expression, .expression): return true
            default: return false
            }
        }
    }

    // MARK: -

    private func match(of index: CatalogueIndex) -> IndexMatch {
        guard index.isValid else { return .invalid }
        guard Self.is(index, over: target.searched) else {
            return index.type.oid == type.oid ? .expression : .elementType
        }
        guard index.operators.contains(operatorID) else { return .operator }
        guard let predicate = index.predicate else { return .usable }
        // Only as it is written here; what follows from a filter in other ways the planner knows.
        return SQLText(predicate).expressionCore == target.filter.map { SQLText($0).expressionCore }
            ? .usable : .predicate
    }

    static func `is`(_ index: CatalogueIndex, over searched: SearchTarget.Searched) -> Bool {
        switch searched {
        case .column(let name): index.column == name
        case .expression(let sql):
            index.expression.map { SQLText($0).expressionCore } == SQLText(sql).expressionCore
        }
    }

    /// The index and all that are parts of it.
    private func parts(of index: CatalogueIndex) -> [CatalogueIndex] {
        var parts = [index]
        var level: Set = [index.oid]
        while !level.isEmpty {
            let below = indexes.filter { $0.parent.map(level.contains) ?? false }
            parts += below
            level = Set(below.map(\.oid))
        }
        return parts
    }
}
