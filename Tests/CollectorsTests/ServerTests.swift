import Collectors
import Exposition
import Foundation
import Postgres
import Testing

/// What the statements say of real servers.
@Suite(.serialized, .enabled(if: !TestServer.all.isEmpty, "PGVIGIL_TEST_SERVERS names no server"))
struct ServerTests {
    @Test(arguments: TestServer.all)
    func `every collector works with the rights of pg_monitor`(_ server: TestServer) throws {
        _ = try server.prepare()
        var connection = try server.connect(as: TestServer.monitor)
        let state = try ServerState.read(from: &connection, by: .after(.seconds(10)))
        for collector in Collector.all {
            let collection = try collector.collect(from: &connection)
            let applies = collector.applies(to: state)
            #expect(applies || collection.families.isEmpty, "\(collector)")
            #expect(!applies || silent.contains(collector.name) || !collection.page.isEmpty, "\(collector)")
            #expect(collection.repeatedSeries == 0 && collection.droppedSeries == 0, "\(collector)")
        }
        let isReusable = connection.isReusable
        #expect(isReusable)
    }

    /// What would tell half the truth, or nothing, to a role without rights.
    private static let requirements: [String: Requirement] = [
        "activity": .readAllStats, "archive_status": .monitor, "crash_recovery": .readAllStats,
        "database_size": .readAllStats, "replication": .readAllStats, "settings": .readAllSettings,
        "transactions": .readAllStats, "vector_builds": .readAllStats, "vector_statements": .readAllStats,
        "vector_vacuum": .readAllStats, "wal_directory": .monitor,
    ]

    @Test(arguments: TestServer.all)
    func `without those rights some collectors say which one they lack, and all others work`(
        _ server: TestServer
    ) throws {
        _ = try server.prepare()
        var connection = try server.connect(as: TestServer.plain)
        let state = try ServerState.read(from: &connection, by: .after(.seconds(10)))
        for collector in Collector.all where collector.applies(to: state) {
            if let requirement = Self.requirements[collector.name] {
                #expect(throws: CollectorError.unmet(requirement), "\(collector)") {
                    try collector.collect(from: &connection)
                }
            } else {
                let page = try collector.collect(from: &connection).page
                #expect(!page.isEmpty || silent.contains(collector.name), "\(collector)")
            }
        }
    }

    @Test(arguments: TestServer.all)
    func `a server's identity is known to a plain role too`(_ server: TestServer) throws {
        var owner = try server.prepare()
        let version = try #require(try owner.cell("SHOW server_version"))
        let identifier = try #require(
            try owner.cell("SELECT system_identifier FROM pg_catalog.pg_control_system()"))
        let start = try owner.cell("SELECT extract(epoch FROM pg_catalog.pg_postmaster_start_time())")
        var connection = try server.connect(as: TestServer.plain)
        let collection = try Collector.named("server").collect(from: &connection)
        #expect(
            collection.count(of: "pg_server_info", ["version": version, "system_identifier": identifier]) == 1
        )
        #expect(
            collection.value(of: "pg_server_start_timestamp_seconds")
                == .real(try #require(Double(start ?? ""))))
        #expect(collection.count(of: "pg_server_in_recovery") == 0)
    }

    @Test(arguments: TestServer.all)
    func `commits and rollbacks raise their database's counters by their number`(_ server: TestServer) throws
    {
        var owner = try server.prepare()
        try owner.stopAutovacuum()  // Its transactions count too.
        try owner.run("DROP DATABASE IF EXISTS pgvigil_test_traffic")
        try owner.run("CREATE DATABASE pgvigil_test_traffic")
        let before = try counters(of: server, &owner, afterCommits: 0, rollbacks: 0)
        let idle = try counters(of: server, &owner, afterCommits: 0, rollbacks: 0)
        let busy = try counters(of: server, &owner, afterCommits: 25, rollbacks: 3)
        try owner.run("DROP DATABASE pgvigil_test_traffic")
        // To come and to go costs a session transactions of its own.
        #expect(busy.commits - idle.commits == idle.commits - before.commits + 25)
        #expect(busy.rollbacks - idle.rollbacks == idle.rollbacks - before.rollbacks + 3)
    }

    @Test(arguments: TestServer.all)
    func `archiving that only fails has failures and no last success`(_ server: TestServer) throws {
        var owner = try server.prepare()
        let mode = try owner.cell("SHOW archive_mode")
        let command = try owner.cell("SHOW archive_command")
        guard mode == "on", command == "false" else {
            try Test.cancel("the server does not have archive_mode=on and archive_command=false")
        }
        _ = try owner.cell("SELECT pg_catalog.pg_logical_emit_message(false, 'test', 'something to archive')")
        _ = try owner.cell("SELECT pg_catalog.pg_switch_wal()")
        #expect(try owner.becomesTrue("SELECT failed_count > 0 FROM pg_catalog.pg_stat_archiver"))
        var connection = try server.connect(as: TestServer.monitor)
        let collection = try Collector.named("archiver").collect(from: &connection)
        #expect(try #require(collection.count(of: "pg_stat_archiver_failed_total")) > 0)
        #expect(collection.count(of: "pg_stat_archiver_archived_total") == 0)
        #expect(collection.samples(of: "pg_stat_archiver_last_archived_timestamp_seconds").isEmpty)
        guard case .real(let failed) = collection.value(of: "pg_stat_archiver_last_failed_timestamp_seconds")
        else {
            Issue.record("when archiving last failed is unknown")
            return
        }
        #expect(abs(Date.now.timeIntervalSince1970 - failed) < 120)
    }

    @Test(arguments: TestServer.all)
    func `a database's search path puts nothing of its own into our statements`(_ server: TestServer) throws {
        var owner = try server.prepare()
        try owner.run("DROP DATABASE IF EXISTS pgvigil_test_trap")
        try owner.run("CREATE DATABASE pgvigil_test_trap")
        try owner.run("ALTER DATABASE pgvigil_test_trap SET search_path = trap, pg_catalog")
        try setTrap(try server.connectAsOwner(to: "pgvigil_test_trap"))
        for isPooled in [false, true] {
            try collectAll(
                from: try server.connect(as: TestServer.monitor, to: "pgvigil_test_trap", isPooled: isPooled))
        }
        try owner.run("DROP DATABASE pgvigil_test_trap")
    }

    // MARK: -

    /// Those that have nothing to say of a server on its own on which nothing happens.
    private let silent: Set = [
        "crash_recovery", "prepared_transactions", "replication", "replication_slots", "transactions",
        "vector_builds", "vector_columns", "vector_extensions", "vector_freshness", "vector_indexes",
        "vector_samples", "vector_settings", "vector_statements", "vector_vacuum",
    ]

    /// A `count(*)` that fails, for whoever finds it before PostgreSQL's.
    private func setTrap(_ connection: consuming Connection) throws {
        try connection.run("CREATE SCHEMA trap")
        try connection.run("GRANT USAGE ON SCHEMA trap TO PUBLIC")
        try connection.run(
            "CREATE FUNCTION trap.spring(bigint) RETURNS bigint LANGUAGE sql AS 'SELECT 1 / ($1 - $1)'")
        try connection.run(
            "CREATE AGGREGATE trap.count(*) (sfunc = trap.spring, stype = bigint, initcond = '0')")
    }

    private func collectAll(from connection: consuming Connection) throws {
        let state = try ServerState.read(from: &connection, by: .after(.seconds(10)))
        for collector in Collector.all where collector.applies(to: state) {
            let page = try collector.collect(from: &connection).page
            #expect(!page.isEmpty || silent.contains(collector.name), "\(collector)")
        }
    }

    /// What the database's counters say once a session that did so much has left.
    private func counters(
        of server: TestServer, _ owner: inout Connection, afterCommits commits: Int, rollbacks: Int
    ) throws -> (commits: Int64, rollbacks: Int64) {
        try visit(server, commits: commits, rollbacks: rollbacks)
        let hasLeft =
            "SELECT count(*) = 0 FROM pg_catalog.pg_stat_activity WHERE datname = 'pgvigil_test_traffic'"
        #expect(try owner.becomesTrue(hasLeft))
        try owner.awaitStatistics()
        let collection = try server.collect("database")
        let labels: Labels = ["datname": "pgvigil_test_traffic"]
        return (
            collection.count(of: "pg_stat_database_xact_commit_total", labels) ?? 0,
            collection.count(of: "pg_stat_database_xact_rollback_total", labels) ?? 0
        )
    }

    private func visit(_ server: TestServer, commits: Int, rollbacks: Int) throws {
        var session = try server.connect(to: "pgvigil_test_traffic")
        for _ in 0..<commits { _ = try session.cell("SELECT 1 AS one") }
        for _ in 0..<rollbacks { _ = try session.cell("BEGIN; SELECT 1 AS one; ROLLBACK") }
    }
}
