extension Settings {
    /// A column whose rows without a vector are counted.
    package struct VectorColumn: Sendable, Hashable {
        package var database: String
        package var schema = "public"
        package var table: String
        package var column: String
        /// A timestamp by which rows have an age; nil where their age is not asked for.
        package var createdAt: String?

        package init(database: String, table: String, column: String) {
            self.database = database
            self.table = table
            self.column = column
        }
    }
}

// MARK: - Reading

extension Rule where Output == [Settings.VectorColumn] {
    static var vectorColumns: Rule {
        let column = Rule<(Settings.VectorColumn, MapReader)>.map("servers.vector_columns") {
            (Settings.VectorColumn.read(from: &$0), $0)
        }
        let list = Rule<[(Settings.VectorColumn, MapReader)]>.list("vector_columns", of: column, upTo: 1000)
        return Rule(list.allowed) { value throws(Refusal) in
            var seen: Set<Settings.VectorColumn> = []
            return try list.read(value).map { column, map in
                var place = column
                place.createdAt = nil
                if !column.column.isEmpty, !seen.insert(place).inserted {
                    map.report("column", found: "a column that came before", allowed: "each column once")
                }
                return column
            }
        }
    }
}

extension Settings.VectorColumn {
    fileprivate static func read(from map: inout MapReader) -> Self {
        var column = Self(database: "", table: "", column: "")
        map.require("database", .identifier, into: &column.database)
        map.read("schema", .identifier, into: &column.schema)
        map.require("table", .identifier, into: &column.table)
        map.require("column", .identifier, into: &column.column)
        column.createdAt = map.read("created_at", .identifier)
        return column
    }
}
