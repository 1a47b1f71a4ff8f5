import Postgres
import ProbeDefinitions
import SQL

/// What keeps a search from an index, and what mends it: SQL and names, for people.
extension Search {
    /// Why no index can serve the search as the operator wants it; nil where one can.
    package var obstacle: String? {
        if case .named(let name) = probe.target.expectedIndex {
            guard let candidate = candidates.first(where: { $0.name == name }) else {
                return "there is no ANN index \(name) over what is searched"
            }
            return candidate.match == .usable ? nil : "index \(name) \(candidate.match.complaint)"
        }
        if candidates.contains(where: { $0.match == .usable }) { return nil }
        let closest = Self.closestFirst.lazy.compactMap { match in candidates.first { $0.match == match } }
            .first
        guard let candidate = closest else { return "no ANN index is over what is searched" }
        return "index \(candidate.name) \(candidate.match.complaint)"
    }

    /// What would let an index serve the search.
    package var indexRemedy: String {
        if let broken = candidates.first(where: { $0.match == .invalid }) {
            let name = "\(relation.schema.quotedIdentifier).\(broken.name.quotedIdentifier)"
            return isPartitioned
                ? "index each partition, then ALTER INDEX \(name) ATTACH PARTITION each of these"
                : "REINDEX INDEX CONCURRENTLY \(name);"
        }
        if let limit = elementType.longestIndexed, let dimensions, dimensions > limit {
            return """
                an index of \(elementType.rawValue) takes at most \(limit) dimensions: index an expression, \
                such as embedding::halfvec(\(dimensions)), and search by that
                """
        }
        guard let method = operatorClass.map({ "hnsw (\(indexed) \($0))" }) else {
            return "CREATE INDEX by an operator class that has \(searched.operatorName)"
        }
        // A partitioned table takes no index without keeping its writers waiting.
        let create = isPartitioned ? "CREATE INDEX ON" : "CREATE INDEX CONCURRENTLY ON"
        return "\(create) \(relation.sql) USING \(method);"
    }

    // MARK: -

    /// What is the easiest to mend.
    private static let closestFirst: [IndexMatch] = [
        .invalid, .operator, .predicate, .elementType, .expression,
    ]

    private var indexed: String {
        switch probe.target.searched {
        case .column(let name): name.quotedIdentifier
        case .expression(let sql): "(\(sql))"
        }
    }

    /// pgvector's class of the operator for the type; nil for what is not pgvector's.
    private var operatorClass: String? {
        guard let distance = DistanceOperator(rawValue: searched.operatorName) else { return nil }
        return "\(elementType.rawValue)_\(distance.word)_ops"
    }
}

extension IndexMatch {
    /// Behind an index's name.
    fileprivate var complaint: String {
        switch self {
        case .usable: "can serve it"
        case .operator: "sorts by another operator"
        case .elementType: "is over the column as another type"
        case .expression: "is over another expression"
        case .predicate: "is partial, and the filter does not say that its rows are enough"
        case .invalid: "is invalid: a build has failed or is under way"
        }
    }
}

extension VectorType {
    /// Of HNSW and IVFFlat; nil where the number of dimensions is no limit.
    fileprivate var longestIndexed: Int? {
        switch self {
        case .vector: 2000
        case .halfvec: 4000
        case .bit: 64_000
        case .sparsevec: nil
        }
    }
}

extension DistanceOperator {
    /// In the name of an operator class.
    fileprivate var word: String {
        switch self {
        case .l2: "l2"
        case .innerProduct: "ip"
        case .cosine: "cosine"
        case .l1: "l1"
        case .hamming: "hamming"
        case .jaccard: "jaccard"
        }
    }
}
