import Postgres
import ProbeDefinitions
import SQL

/// What the system catalogue says of one table; no statement here locks it.
enum Catalogue {
    struct Table {
        let relation: Search.Relation
        let isPartitioned: Bool
        /// Whether rows may lie in other tables, so that `ctid` alone tells none from another.
        let hasChildren: Bool
    }

    struct Column {
        let name: String
        let type: ElementType
        let mayRead: Bool
        /// From 1, in the primary key.
        let keyPosition: Int?
    }

    /// A type as the catalogue has it.
    struct ElementType: Equatable {
        let oid: Int64
        let schema: String
        let name: String
        /// nil where the type does not say.
        let dimensions: Int?

        var sql: String {
            let name = "\(schema.quotedIdentifier).\(name.quotedIdentifier)"
            // A cast to bit(n) would cut or fill; the operators refuse other lengths.
            return dimensions.flatMap { vector == .bit ? nil : "\(name)(\($0))" } ?? name
        }

        var vector: VectorType? { VectorType(rawValue: name) }
    }

    struct Operator {
        let oid: Int64
        let schema: String
        let name: String
        let type: Int64
        let mayUse: Bool
    }

    struct Storage {
        let rows: Double
        let bytes: Int
        let fileNodes: String
    }

    // MARK: -

    static func table(_ target: SearchTarget, on connection: inout Connection, by deadline: Deadline)
        throws(SearchError) -> Table
    {
        let name = "\(target.schema).\(target.table)"
        let rows = try connection.ask(tableSQL, [target.schema, target.table], by: deadline)
        guard rows.count == 1, let extensionSchema = rows.text(0, "extension_schema") else {
            throw .missingExtension
        }
        guard let oid = rows.integer(0, "oid"), let kind = rows.text(0, "relkind") else {
            throw .missingRelation(name)
        }
        guard ["r", "p", "m", "f"].contains(kind) else { throw .notTable(name) }
        guard rows.isTrue(0, "may_use_schema") else { throw .notReadable(target.schema) }
        guard rows.isTrue(0, "may_use_extension") else { throw .notReadable(extensionSchema) }
        return Table(
            relation: Search.Relation(
                oid: oid, schema: target.schema, name: target.table, extensionSchema: extensionSchema),
            isPartitioned: kind == "p", hasChildren: kind == "p" || rows.isTrue(0, "relhassubclass"))
    }

    static func columns(of oid: Int64, on connection: inout Connection, by deadline: Deadline)
        throws(SearchError) -> [Column]
    {
        let rows = try connection.ask(columnsSQL, ["\(oid)"], by: deadline)
        return (0..<rows.count).compactMap { row in
            guard let name = rows.text(row, "attname"), let type = elementType(rows, row) else { return nil }
            return Column(
                name: name, type: type, mayRead: rows.isTrue(row, "may_read"),
                keyPosition: rows.integer(row, "key_position").map { Int($0) })
        }
    }

    static func type(
        ofExpression expression: String, in relation: Search.Relation, on connection: inout Connection,
        by deadline: Deadline
    ) throws(SearchError) -> ElementType? {
        let value = SQLText(expression).parenthesized
        let sql = """
            /* pgvigil search type */
            SELECT t.oid::int8 AS type,
                   t.typname,
                   n.nspname,
                   NULL::int4 AS typmod
              FROM pg_catalog.pg_type AS t
              JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
             WHERE t.oid = pg_catalog.pg_typeof(
                       (SELECT \(value) FROM \(relation.sql) LIMIT 0))::pg_catalog.oid
            """
        let rows = try connection.ask(sql, by: deadline)
        return rows.count == 1 ? elementType(rows, 0) : nil
    }

    /// Those that compare two values of one of the types.
    static func operators(
        named names: [String], of types: [Int64], on connection: inout Connection, by deadline: Deadline
    ) throws(SearchError) -> [Operator] {
        let rows = try connection.ask(
            operatorsSQL, [names.arrayLiteral, types.map { "\($0)" }.arrayLiteral], by: deadline)
        return (0..<rows.count).compactMap { row in
            guard let oid = rows.integer(row, "oid"), let type = rows.integer(row, "type"),
                let name = rows.text(row, "oprname"), let schema = rows.text(row, "nspname")
            else { return nil }
            return Operator(
                oid: oid, schema: schema, name: name, type: type, mayUse: rows.isTrue(row, "may_use"))
        }
    }

    static func storage(of oid: Int64, on connection: inout Connection, by deadline: Deadline)
        throws(SearchError) -> Storage
    {
        let rows = try connection.ask(storageSQL, ["\(oid)"], by: deadline)
        guard rows.count == 1 else { return Storage(rows: 0, bytes: 0, fileNodes: "") }
        return Storage(
            rows: rows.double(0, "estimated_rows") ?? 0, bytes: Int(rows.integer(0, "bytes") ?? 0),
            fileNodes: rows.text(0, "file_nodes") ?? "")
    }

    static func elementType(_ rows: borrowing Rows, _ row: Int) -> ElementType? {
        guard let oid = rows.integer(row, "type"), let schema = rows.text(row, "nspname"),
            let name = rows.text(row, "typname")
        else { return nil }
        let typmod = rows.integer(row, "typmod").map { Int($0) } ?? -1
        return ElementType(oid: oid, schema: schema, name: name, dimensions: typmod > 0 ? typmod : nil)
    }
}
