import Postgres

/// Cells by the names of their columns; nil for NULL and where there is no such column.
extension Rows {
    borrowing func text(_ row: Int, _ name: String) -> String? {
        guard let column = column(name) else { return nil }
        return text(row: row, column: column)
    }

    borrowing func integer(_ row: Int, _ name: String) -> Int64? {
        guard let column = column(name) else { return nil }
        return integer(row: row, column: column)
    }

    borrowing func double(_ row: Int, _ name: String) -> Double? {
        guard let column = column(name) else { return nil }
        return double(row: row, column: column)
    }

    borrowing func isTrue(_ row: Int, _ name: String) -> Bool {
        guard let column = column(name) else { return false }
        return truth(row: row, column: column) ?? false
    }
}
