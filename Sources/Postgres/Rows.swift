import CLibPQ
import Glibc

/// The rows of one statement, where libpq put them: cells are read in place.
@safe
package struct Rows: ~Copyable {
    private let result: OpaquePointer

    /// Takes ownership of `result`.
    init(adopting result: OpaquePointer) {
        unsafe self.result = result
    }

    deinit {
        unsafe PQclear(result)
    }

    /// Why there are no rows, where the server refused the statement.
    var error: PostgresError? {
        switch unsafe PQresultStatus(result) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK: nil
        default: unsafe PostgresError(failed: result)
        }
    }

    var isTable: Bool { unsafe (PQresultStatus(result) == PGRES_TUPLES_OK) }

    package var count: Int { Int(unsafe PQntuples(result)) }

    /// The position of a column; nil where the statement returned no such column.
    package borrowing func column(_ name: String) -> Int? {
        let index = Int(unsafe PQfnumber(result, "\"\(name)\""))  // Unquoted, libpq would fold its case.
        return index < 0 ? nil : index
    }

    /// The names of all columns, in order.
    package var columns: [String] {
        let count = unsafe PQnfields(result)
        return (0..<count).map { unsafe String(cString: PQfname(result, $0)) }
    }

    package borrowing func isNull(row: Int, column: Int) -> Bool {
        unsafe (cell(row, column) == nil)
    }

    /// The cell as text, with U+FFFD for what is not UTF-8; nil for SQL NULL.
    package borrowing func text(row: Int, column: Int) -> String? {
        unsafe cell(row, column).map { unsafe String(cString: $0) }
    }

    /// The cell as a whole number; nil for SQL NULL and for anything else.
    package borrowing func integer(row: Int, column: Int) -> Int64? {
        guard let start = unsafe cell(row, column), unsafe (start.pointee != 0) else { return nil }
        var end: UnsafeMutablePointer<CChar>?
        errno = 0
        let value = unsafe strtoll(start, &end, 10)
        guard errno == 0, let end = unsafe end, unsafe (end.pointee == 0) else { return nil }
        return Int64(value)
    }

    /// The cell as a number; nil for SQL NULL and for anything that is not a number.
    package borrowing func double(row: Int, column: Int) -> Double? {
        guard let start = unsafe cell(row, column), unsafe (start.pointee != 0) else { return nil }
        var end: UnsafeMutablePointer<CChar>?
        let value = unsafe strtod(start, &end)
        guard let end = unsafe end, unsafe (end.pointee == 0) else { return nil }
        return value
    }

    /// The cell as PostgreSQL writes truth, `t` or `f`; nil for SQL NULL and for anything else.
    package borrowing func truth(row: Int, column: Int) -> Bool? {
        switch text(row: row, column: column) {
        case "t": true
        case "f": false
        default: nil
        }
    }

    private borrowing func cell(_ row: Int, _ column: Int) -> UnsafePointer<CChar>? {
        precondition(0..<count ~= row && 0..<Int(unsafe PQnfields(result)) ~= column)
        let (row, column) = (CInt(row), CInt(column))
        return unsafe PQgetisnull(result, row, column) == 1
            ? nil : UnsafePointer(PQgetvalue(result, row, column))
    }
}
