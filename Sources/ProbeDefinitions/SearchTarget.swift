/// What is searched for where.
package struct SearchTarget: Sendable, Equatable {
    package var schema = "public"
    /// A table, partitioned table or materialized view.
    package var table: String
    package var searched: Searched
    /// The operator of ORDER BY, such as `<=>`.
    package var `operator`: String
    /// By what is right and wrong judged; nil where the searched column and operator judge themselves.
    package var metric: TrueMetric?
    /// Rows that the index finds before they are sorted by the true metric; nil where nothing is reranked.
    package var rerankedCandidates: Int?
    /// Columns that tell rows apart; empty for the primary key, or `ctid` where there is none.
    package var key: [String] = []
    /// Rows asked for, 1 to 1,000.
    package var k = 10
    /// A condition in SQL whose values are `$1`, `$2`, … of its own.
    package var filter: String?
    package var filterValues: ProbeValues = .none
    package var expectedIndex: ExpectedIndex = .any

    package init(table: String, searched: Searched, operator: String) {
        self.table = table
        self.searched = searched
        self.operator = `operator`
    }

    package enum Searched: Sendable, Equatable {
        case column(String)
        /// SQL over the table's columns, as in the index: `binary_quantize(embedding)::bit(384)`.
        case expression(String)
    }

    package struct TrueMetric: Sendable, Equatable {
        package var column: String
        package var `operator`: String

        package init(column: String, operator: String) {
            self.column = column
            self.operator = `operator`
        }
    }

    package enum ExpectedIndex: Sendable, Equatable {
        /// Any ANN index.
        case any
        case named(String)
    }
}
