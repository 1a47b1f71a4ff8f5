/// A column of vectors that an application fills once the rows are there, and should not leave empty.
package struct EmbeddedColumn: Sendable, Equatable {
    package let database: String
    package let schema: String
    package let table: String
    package let column: String
    /// A timestamp or date of the row's making; nil where the table has none, and then ages are unknown.
    package let createdAt: String?

    package init(
        database: String, schema: String = "public", table: String, column: String, createdAt: String?
    ) {
        self.database = database
        self.schema = schema
        self.table = table
        self.column = column
        self.createdAt = createdAt
    }
}
