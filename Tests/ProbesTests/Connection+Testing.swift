import Postgres
import Testing

extension Connection {
    /// Runs a statement that returns no table.
    mutating func run(_ sql: String) throws {
        do {
            _ = try query(sql, by: .after(.seconds(10)))
        } catch PostgresError.noTable {}
    }

    /// The first cell of the statement's table.
    mutating func cell(_ sql: String) throws -> String? {
        try firstColumn(sql).first ?? nil
    }

    /// The first column of the statement's table.
    mutating func firstColumn(_ sql: String) throws -> [String?] {
        let rows = try query(sql, by: .after(.seconds(10)))
        return (0..<rows.count).map { rows.text(row: $0, column: 0) }
    }

    /// Waits until the statement returns true, for at most 20 s; false where it never did.
    mutating func becomesTrue(_ sql: String) throws -> Bool {
        let deadline = Deadline.after(.seconds(20))
        while !deadline.hasPassed {
            if try cell(sql) == "t" { return true }
            try run("SELECT pg_catalog.pg_sleep(0.05)")
        }
        return false
    }

    /// Drops a database once its last session has left.
    mutating func dropDatabase(_ name: String) throws {
        let isFree = "SELECT count(*) = 0 FROM pg_catalog.pg_stat_activity WHERE datname = '\(name)'"
        guard try becomesTrue(isFree) else { throw PostgresError.timedOut }
        try run("DROP DATABASE IF EXISTS \(name)")
    }
}
