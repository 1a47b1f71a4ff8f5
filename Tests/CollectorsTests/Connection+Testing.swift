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
        let rows = try query(sql, by: .after(.seconds(10)))
        return rows.count > 0 ? rows.text(row: 0, column: 0) : nil
    }

    /// The same where only a whole number will do.
    mutating func count(_ sql: String) throws -> Int64 {
        try #require(Int64(try cell(sql) ?? ""))
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

    /// Begins a transaction that runs the statement, and stays in it.
    mutating func begin(_ sql: String) throws {
        _ = try cell("BEGIN; \(sql); SELECT 1 AS one")
    }

    /// Sends a statement that has to wait for a lock, and leaves it waiting.
    mutating func wait(for sql: String) throws {
        do throws(PostgresError) {
            _ = try query("BEGIN; SET LOCAL lock_timeout = 0; \(sql)", by: .after(.milliseconds(200)))
            Issue.record("nothing made it wait")
        } catch {
            #expect(error == .timedOut)
        }
    }

    /// Sends a statement that takes its time, and leaves it at that.
    mutating func leave(_ sql: String) throws {
        do throws(PostgresError) {
            _ = try query(sql, by: .after(.milliseconds(300)))
            Issue.record("it took no time")
        } catch {
            #expect(error == .timedOut)
        }
    }

    /// Changes a setting of the whole server, or takes the change back, and returns when it is in effect.
    ///
    /// The server tells its sessions only after it knows of the change itself.
    mutating func set(_ name: String, to value: String?) throws {
        let earlier = try cell("SELECT pg_catalog.pg_conf_load_time()") ?? ""
        try run("ALTER SYSTEM \(value.map { "SET \(name) = '\($0)'" } ?? "RESET \(name)")")
        _ = try cell("SELECT pg_catalog.pg_reload_conf()")
        guard try becomesTrue("SELECT pg_catalog.pg_conf_load_time() > '\(earlier)'") else {
            throw PostgresError.timedOut
        }
    }

    /// For tests whose numbers its workers would change; it stays off.
    mutating func stopAutovacuum() throws {
        try set("autovacuum", to: "off")
        let isIdle =
            "SELECT count(*) = 0 FROM pg_catalog.pg_stat_activity WHERE backend_type LIKE 'autovacuum%'"
        guard try becomesTrue(isIdle) else { throw PostgresError.timedOut }
    }

    /// Waits until what sessions did before shows in the statistics.
    ///
    /// Before PostgreSQL 15 counters travel by datagram, into a file that is written twice a second.
    mutating func awaitStatistics() throws {
        if try majorVersion < 15 { _ = try cell("SELECT pg_catalog.pg_sleep(1.5)") }
    }

    /// Makes a database anew.
    mutating func createDatabase(_ name: String) throws {
        try dropDatabase(name)
        try run("CREATE DATABASE \(name)")
    }

    /// Drops a database once its last session has left.
    mutating func dropDatabase(_ name: String) throws {
        let isFree = "SELECT count(*) = 0 FROM pg_catalog.pg_stat_activity WHERE datname = '\(name)'"
        guard try becomesTrue(isFree) else { throw PostgresError.timedOut }
        try run("DROP DATABASE IF EXISTS \(name)")
    }

    var majorVersion: Int {
        mutating get throws {
            try ServerState.read(from: &self, by: .after(.seconds(10))).majorVersion
        }
    }
}
