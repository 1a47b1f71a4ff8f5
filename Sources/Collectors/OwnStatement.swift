import Exposition
import Postgres
import SQL

/// A statement that an operator wrote: it may read what applications change and lock, and say anything.
package struct OwnStatement: Sendable {
    /// As long as a statement may keep somebody waiting for its locks, where nobody looks for one who waits.
    package static let longest = Duration.seconds(1)

    private let sql: String
    /// Where names without a schema are looked for.
    private let searchPath: [String]
    private let limit: Duration
    /// Whether its rows begin with the database's name.
    private let namesDatabase: Bool

    /// `sql` is one SELECT, WITH, VALUES or TABLE, without a semicolon; it may take `limit`, up to a second.
    package init(_ sql: String, searchPath: [String], within limit: Duration, namesDatabase: Bool) {
        self.sql = sql
        self.searchPath = searchPath
        self.limit = min(limit, Self.longest)
        self.namesDatabase = namesDatabase
    }

    /// No number that PostgreSQL or we compute with has as many characters.
    private static let longestNumber = 400

    /// The statement of the collector `name`.
    ///
    /// libpq holds the whole answer: so many rows at most, and no cell much longer than is shown of it.
    func sql(of name: String, _ columns: [Column], limitedTo rows: Int) -> String {
        let cells = columns.map { column in
            column.name == Self.database && namesDatabase
                ? "pg_catalog.current_database() AS \(column.name)" : Self.cell(column)
        }
        return """
            /* pgvigil \(name) */
            SELECT \(cells.joined(separator: ",\n       "))
            FROM (
            \(sql)
            ) AS own
            LIMIT \(rows)
            """
    }

    private static let database = "datname"

    /// What PostgreSQL writes for any type; NULL and the empty text are the same to us.
    private static func cell(_ column: Column) -> String {
        let name = column.name.quotedIdentifier
        let length = column.isLabel ? Labels.longestValue + 1 : longestNumber
        return "nullif(pg_catalog.left(pg_catalog.format('%s', own.\(name)), \(length)), '') AS \(name)"
    }

    /// By so much the server ends a statement before our deadline, at which the connection would go, and with
    /// it what other collectors need.
    private static let margin = Duration.milliseconds(100)

    /// Runs it, as `sql`, in a transaction of its own; where there is no time left for that it is not sent.
    func ask(
        _ sql: String, _ columns: [Column], on connection: inout Connection, by deadline: Deadline,
        _ body: (borrowing Rows) throws(CollectorError) -> Void
    ) throws(CollectorError) {
        let limit = min(limit, deadline.remaining - Self.margin)
        guard limit >= .milliseconds(1) else { throw .postgres(.outOfTime) }
        var misfit: CollectorError?
        do throws(PostgresError) {
            let settings = [
                LocalSetting("statement_timeout", limit), LocalSetting(searchPath: searchPath),
            ]
            let patience = min(deadline, .after(limit * 2))
            try connection.transaction(set: settings, by: patience) { connection throws(PostgresError) in
                let rows = try connection.query(sql, by: patience)
                do throws(CollectorError) { try body(rows) } catch { misfit = error }
            }
        } catch .statementFailed(let state, let message) {
            if state == .undefinedColumn, let column = Self.missing(columns, by: message) {
                throw .missingColumn(column)
            }
            // The server's own text may quote the statement, or a value that it met.
            throw .postgres(.statementFailed(state, Self.reason(for: state)))
        } catch {
            throw .postgres(error)
        }
        if let misfit { throw misfit }
    }

    /// The column of ours that the server says is not there, in whatever language: "column own.n does not…".
    private static func missing(_ columns: [Column], by message: String) -> String? {
        let names = columns.map(\.name).sorted { $0.count > $1.count }
        return names.first { message.contains("own.\($0)") }
    }

    private static func reason(for state: SQLState) -> String {
        switch state {
        case .insufficientPrivilege: "the role may not read something that the statement reads"
        case .undefinedTable: "a table or view that the statement reads is not there"
        case .undefinedColumn: "a column that the statement reads is not there"
        case .undefinedFunction: "a function or operator that the statement uses is not there"
        case .lockNotAvailable: "something that the statement reads is locked"
        case .queryCanceled: "the statement took longer than it may, or was cancelled"
        case .readOnlyTransaction: "the statement would change something"
        case .syntaxError: "the statement is not valid SQL"
        default:
            state.errorClass == "22"
                ? "the statement met a value that it cannot compute with" : "the server refused the statement"
        }
    }
}
