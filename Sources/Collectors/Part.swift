import Postgres

/// One thing that a collector's preparation found to ask about: pieces of SQL, which the server has quoted.
package struct Part: Sendable {
    /// nil in the statement as people read it, where each piece is its name in braces.
    private let pieces: [String: String]?

    static let example = Part(pieces: nil)

    private init(pieces: [String: String]?) {
        self.pieces = pieces
    }

    init(row: Int, of rows: borrowing Rows) {
        var pieces: [String: String] = [:]
        for (column, name) in rows.columns.enumerated() {
            pieces[name] = rows.text(row: row, column: column) ?? "NULL"
        }
        self.pieces = pieces
    }

    /// The piece that the preparation returned in this column; `NULL` where it returned none.
    subscript(_ name: String) -> String {
        guard let pieces else { return "{\(name)}" }
        guard let piece = pieces[name] else { preconditionFailure("the preparation has no column \(name)") }
        return piece
    }
}
