import Postgres
package import ProbeDefinitions
package import SQL

/// A search probe as one server's catalogue has it: which statements to send.
///
/// A value, made once per session and whenever the catalogue may have changed.
package struct Search: Sendable, Equatable {
    package let probe: SearchProbe
    /// Of what ORDER BY sorts by.
    package let elementType: VectorType
    /// Of the query vectors, and of the column by which found rows are judged.
    package let metricType: VectorType
    /// By which found rows are judged; nil for an operator that is not pgvector's.
    package let metricOperator: DistanceOperator?
    /// Of the query vectors; nil where the column takes any number.
    package let dimensions: Int?
    /// Names of columns, the system's own where the table has no primary key and the settings name none.
    package let keyColumns: [String]
    package let candidates: [IndexCandidate]
    /// The names under which the ANN indexes of the table and its partitions may stand in a plan.
    package let annIndexNames: Set<String>
    /// As VACUUM or ANALYZE last counted; 0 where none has.
    package let estimatedRows: Double
    /// With TOAST and partitions, as VACUUM or ANALYZE last found; measured where none has.
    package let tableBytes: Int
    package let isPartitioned: Bool
    /// What each transaction of the probe has to set first, before what a variant changes: the settings of
    /// `settingsFromRole`, and where unqualified names of a filter or an expression are looked for.
    package let locals: [LocalSetting]
    /// Identity of the storage: another one once the table or an index that serves it has been rewritten,
    /// which ends windows.
    package let incarnation: String

    let relation: Relation
    /// What ORDER BY sorts by.
    let searched: Comparison
    /// By which found rows are judged; `searched` where nothing else is said.
    let metric: Comparison
    /// Columns without which a row has no vector.
    let vectorColumns: [String]

    /// The table, as found.
    struct Relation: Sendable, Equatable {
        let oid: Int64
        let schema: String
        let name: String
        /// Where the types live.
        let extensionSchema: String

        var sql: String { "\(schema.quotedIdentifier).\(name.quotedIdentifier)" }
    }

    /// A row's vector, an operator, and the query's.
    struct Comparison: Sendable, Equatable {
        /// Of the row: a column or an expression of its columns.
        let row: String
        /// Of the query: an expression of `$1`.
        let query: String
        let operatorSchema: String
        let operatorName: String

        var sql: String {
            "\(row) OPERATOR(\(operatorSchema.quotedIdentifier).\(operatorName)) \(query)"
        }
    }
}

extension Search {
    /// The index that the planner should choose from: the one that the settings name, else all ANN indexes.
    package var expectedIndexNames: Set<String> {
        guard case .named(let name) = probe.target.expectedIndex else { return annIndexNames }
        return candidates.first { $0.name == name }?.namesInPlans ?? [name]
    }

    /// The index with all its effort, an upper bound of its recall; nil where nothing certain is known.
    package var highEffort: [LocalSetting]? {
        let methods = Dictionary(
            grouping: candidates.filter {
                $0.match == .usable && !$0.namesInPlans.isDisjoint(with: expectedIndexNames)
            },
            by: \.accessMethod)
        let settings = methods.keys.sorted().flatMap { method -> [LocalSetting] in
            switch method {
            case "hnsw": return [LocalSetting("hnsw.ef_search", "1000")]
            case "ivfflat":
                // With all of its lists the planner would rather not use the index.
                let lists = (methods[method] ?? []).compactMap(\.lists).min() ?? 0
                return lists > 1 ? [LocalSetting("ivfflat.probes", "\(lists - 1)")] : []
            case "diskann": return [LocalSetting("diskann.query_search_list_size", "10000")]
            default: return []
            }
        }
        return settings.isEmpty ? nil : settings
    }
}
