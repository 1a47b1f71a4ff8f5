import Postgres
import SQL

/// An index with an operator class that sorts, on a table or one of its partitions, as the catalogue has it.
struct CatalogueIndex {
    let oid: Int64
    /// The partitioned index that it is a part of.
    let parent: Int64?
    let name: String
    let accessMethod: String
    let isValid: Bool
    /// Whether it is on the table itself.
    let isOwn: Bool
    /// nil where it is over an expression.
    let column: String?
    /// The expression, as SQL; nil where it is over a column.
    let expression: String?
    let type: Catalogue.ElementType
    /// By which it sorts.
    let operators: Set<Int64>
    let predicate: String?
    /// Whether it is over one of the probe's columns.
    let isRelevant: Bool
    let lists: Int?
    let fileNode: Int64

    static func all(
        of table: Int64, over columns: [String], on connection: inout Connection, by deadline: Deadline
    ) throws(SearchError) -> [CatalogueIndex] {
        let rows = try connection.ask(sql, ["\(table)", columns.arrayLiteral], by: deadline)
        return (0..<rows.count).compactMap { CatalogueIndex(rows, $0) }
    }

    private init?(_ rows: borrowing Rows, _ row: Int) {
        guard let oid = rows.integer(row, "oid"), let name = rows.text(row, "relname"),
            let accessMethod = rows.text(row, "amname"), let type = Catalogue.elementType(rows, row)
        else { return nil }
        self.oid = oid
        self.name = name
        self.accessMethod = accessMethod
        self.type = type
        parent = rows.integer(row, "parent")
        isValid = rows.isTrue(row, "is_valid")
        isOwn = rows.isTrue(row, "is_own")
        column = rows.text(row, "attname")
        expression = rows.text(row, "expression")
        operators = Set((rows.text(row, "operators") ?? "").split(separator: ",").compactMap { Int64($0) })
        predicate = rows.text(row, "predicate")
        isRelevant = rows.isTrue(row, "is_relevant")
        lists = accessMethod == "ivfflat" ? rows.integer(row, "lists").map { Int($0) } ?? 100 : nil
        fileNode = rows.integer(row, "relfilenode") ?? 0
    }

    /// Indexes of other kinds that sort, of shapes and of texts, are none of vectors'.
    ///
    /// To write an expression or a predicate down the server locks the table, as a reader does.
    private static let sql = """
        /* pgvigil search indexes */
        WITH RECURSIVE \(Catalogue.tree)
        SELECT i.oid::int8 AS oid,
               h.inhparent::int8 AS parent,
               i.relname,
               i.relfilenode::int8 AS relfilenode,
               m.amname,
               x.indisvalid AND x.indisready AND x.indislive AS is_valid,
               x.indrelid = $1::oid AS is_own,
               a.attname,
               CASE WHEN x.indkey[0] = 0 THEN pg_catalog.pg_get_indexdef(i.oid, 1, true) END AS expression,
               t.oid::int8 AS type,
               t.typname,
               n.nspname,
               k.atttypmod AS typmod,
               o.operators,
               pg_catalog.pg_get_expr(x.indpred, x.indrelid, true) AS predicate,
               CASE WHEN x.indkey[0] > 0 THEN a.attname = ANY ($2::name[])
                    ELSE EXISTS (SELECT
                                   FROM pg_catalog.pg_depend AS d
                                   JOIN pg_catalog.pg_attribute AS u
                                     ON u.attrelid = d.refobjid AND u.attnum = d.refobjsubid
                                  WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                                    AND d.objid = i.oid
                                    AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
                                    AND d.refobjid = x.indrelid
                                    AND u.attname = ANY ($2::name[])) END AS is_relevant,
               (SELECT l.option_value
                  FROM pg_catalog.pg_options_to_table(i.reloptions) AS l
                 WHERE l.option_name = 'lists') AS lists
          FROM tree
          JOIN pg_catalog.pg_index AS x ON x.indrelid = tree.oid
          JOIN pg_catalog.pg_class AS i ON i.oid = x.indexrelid
          JOIN pg_catalog.pg_am AS m ON m.oid = i.relam AND m.amname NOT IN ('gist', 'spgist', 'rum')
          JOIN pg_catalog.pg_opclass AS c ON c.oid = x.indclass[0]
          JOIN pg_catalog.pg_attribute AS k ON k.attrelid = i.oid AND k.attnum = 1
          JOIN pg_catalog.pg_type AS t ON t.oid = k.atttypid
          JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
          LEFT JOIN pg_catalog.pg_attribute AS a
            ON a.attrelid = x.indrelid AND a.attnum = x.indkey[0] AND a.attnum > 0
          LEFT JOIN pg_catalog.pg_inherits AS h ON h.inhrelid = i.oid
         CROSS JOIN LATERAL (
                   SELECT pg_catalog.string_agg(p.amopopr::int8::text, ',') AS operators
                     FROM pg_catalog.pg_amop AS p
                    WHERE p.amopfamily = c.opcfamily
                      AND p.amoppurpose = 'o'
               ) AS o
         WHERE o.operators IS NOT NULL
         ORDER BY i.oid
        """
}
