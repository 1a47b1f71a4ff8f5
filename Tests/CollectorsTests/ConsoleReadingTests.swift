import Exposition
import Postgres
import Testing

@testable import Collectors

/// How the answers of consoles become families.
@Suite struct ConsoleReadingTests {
    @Test func `the console's own rows are left out, by whichever name we came to it`() throws {
        let columns = ["database", "user", "cl_active", "cl_waiting", "sv_active", "sv_idle"]
        let rows = [
            ["app", "web", "1", "0", "1", "0"], ["status", "stat", "9", "0", "0", "0"],
            ["aggregated", "aggregated", nil, nil, nil, nil],
        ]
        let found = ConsoleCollector.odysseyPools.collection(
            from: Rows(columns: columns, values: rows), of: "status", into: ConsoleSums())
        let clients = found.samples(of: "odyssey_pool_client_connections")
        #expect(clients.map(\.value) == [.integer(1), .integer(0)])
        #expect(found.samples(of: "odyssey_pool_info").count == 1)
    }

    @Test func `pools of one rule of Odyssey share its limits, and their clients are added`() {
        let columns = ["name", "force_user", "pool_size", "max_connections", "current_connections"]
        let rows = [["app", "default_user", "5", "100", "3"], ["app", "default_user", "5", "100", "4"]]
        let found = ConsoleCollector.odysseyDatabases.collection(
            from: Rows(columns: columns, values: rows), of: "console", into: ConsoleSums())
        let rule: Labels = ["database": "app", "user": "default_user"]
        #expect(found.samples(of: "odyssey_database_pool_size") == [Sample(5, labels: rule)])
        #expect(found.samples(of: "odyssey_database_max_client_connections") == [Sample(100, labels: rule)])
        #expect(found.samples(of: "odyssey_database_client_connections") == [Sample(7, labels: rule)])
        #expect(found.repeatedSeries == 0)
    }

    @Test func `a column that is NULL or missing gives no sample, and is no error`() throws {
        let rows = Rows(
            columns: ["database", "user", "cl_active", "maxwait", "load_balance_hosts"],
            values: [["app", "web", nil, "2", nil]])
        let found = ConsoleCollector.pgbouncerPools.collection(
            from: rows, of: "pgbouncer", into: ConsoleSums())
        #expect(found.page.contains("pgbouncer_pool_oldest_wait_seconds{database=\"app\",user=\"web\"} 2\n"))
        #expect(found.samples(of: "pgbouncer_pool_client_connections").isEmpty)
        #expect(
            found.samples(of: "pgbouncer_pool_info").map(\.labels) == [["database": "app", "user": "web"]])
    }

    @Test func `a PgBouncer of 1.16 has one column for requests to cancel`() throws {
        let rows = Rows(
            columns: ["database", "user", "cl_cancel_req"], values: [["app", "web", "3"]])
        let found = ConsoleCollector.pgbouncerPools.collection(
            from: rows, of: "pgbouncer", into: ConsoleSums())
        let labels: Labels = ["database": "app", "user": "web", "state": "waiting_cancel_req"]
        #expect(found.samples(of: "pgbouncer_pool_client_connections") == [Sample(3, labels: labels)])
    }

    @Test(
        arguments: [
            ("452192", "standby", "streaming", 452_192, nil), ("0", "standby", "streaming", 0, nil),
            ("0", "standby", "", nil, nil), ("0", "standby", nil, 0, nil),
            ("0.005680 second", "standby", "streaming", nil, 0.00568),
            ("258.904297 seconds", "standby", "", nil, 258.904297),
            ("0.000000 second", "standby", "streaming", nil, 0),
            ("0", "primary", "", nil, nil), ("77", "replica", "", nil, nil), ("-5", "standby", "", nil, nil),
            ("", "standby", "", nil, nil), (nil, "standby", "streaming", nil, nil),
        ] as [(String?, String, String?, Double?, Double?)])
    func `the lag of a standby is in bytes or in seconds, and only a standby has one`(
        _ delay: String?, _ role: String, _ state: String?, _ bytes: Double?, _ seconds: Double?
    ) {
        let columns = ["node_id", "role", "replication_delay", "replication_state"]
        let isOld = state == nil
        let rows = Rows(
            columns: isOld ? columns.dropLast() : columns,
            values: [isOld ? ["1", role, delay] : ["1", role, delay, state]])
        let found = ConsoleCollector.pgpoolNodes.collection(from: rows, of: "", into: ConsoleSums())
        #expect(found.number(of: "pgpool_node_replication_lag_bytes", ["node_id": "1"]) == bytes)
        #expect(found.number(of: "pgpool_node_replication_lag_seconds", ["node_id": "1"]) == seconds)
    }

    @Test(
        arguments: [
            ("up", "primary", "primary", 1, 0), ("waiting", "standby", "standby", 1, 0),
            ("down", "standby", "unknown", 0, nil), ("quarantine", "standby", "primary", 0, 1),
            ("unused", "standby", "unknown", nil, nil), ("up", "main", "primary", 1, nil),
        ] as [(String, String, String, Int64?, Int64?)])
    func `a node is up or down, and its role is another than Pgpool-II believes or not`(
        _ status: String, _ role: String, _ own: String, _ up: Int64?, _ mismatch: Int64?
    ) {
        let rows = Rows(
            columns: ["node_id", "hostname", "port", "status", "role", "pg_role"],
            values: [["0", "", "0", status, role, own]])
        let found = ConsoleCollector.pgpoolNodes.collection(from: rows, of: "", into: ConsoleSums())
        #expect(found.count(of: "pgpool_node_up", ["node_id": "0"]) == up)
        #expect(found.count(of: "pgpool_node_role_mismatch", ["node_id": "0"]) == mismatch)
        var labels: Labels = ["node_id": "0", "port": "0"]
        labels.append("role", role)
        labels.append("status", status)
        #expect(found.samples(of: "pgpool_node_status") == [Sample(1, labels: labels)])
    }

    @Test func `nodes without a host are told apart by their numbers`() {
        let rows = Rows(
            columns: ["node_id", "hostname", "port", "status", "role"],
            values: [["0", "", "0", "up", "primary"], ["1", "", "0", "up", "standby"]])
        let found = ConsoleCollector.pgpoolNodes.collection(from: rows, of: "", into: ConsoleSums())
        #expect(found.samples(of: "pgpool_node_up").count == 2)
        #expect(found.samples(of: "pgpool_node_status").count == 2 && found.repeatedSeries == 0)
    }

    @Test func `of the processes the one that serves us is not counted`() {
        let states = ["Execute command", "Execute command", "Idle", "Wait for connection"]
        let rows = Rows(columns: ["pool_pid", "status"], values: states.map { ["1", $0] })
        let found = ConsoleCollector.pgpoolProcesses.collection(from: rows, of: "", into: ConsoleSums())
        let counted = found.samples(of: "pgpool_frontend_processes").map(\.value)
        #expect(counted == [.integer(1), .integer(1), .integer(0), .integer(0), .integer(1)])
    }

    @Test func `processes of a version without states give none`() {
        let rows = Rows(columns: ["pool_pid", "database"], values: [["1", "app"]])
        let found = ConsoleCollector.pgpoolProcesses.collection(from: rows, of: "", into: ConsoleSums())
        #expect(found.families.flatMap(\.samples).isEmpty)
    }

    @Test func `of a cache at memcached only hits and misses are known`() {
        let columns = ["num_cache_hits", "num_selects", "num_hash_entries", "num_cache_entries"]
        let rows = Rows(columns: columns, values: [["5", "2", "0", "0"]])
        let found = ConsoleCollector.pgpoolCache.collection(from: rows, of: "", into: ConsoleSums())
        #expect(found.samples(of: "pgpool_query_cache_hits_total").count == 1)
        #expect(found.samples(of: "pgpool_query_cache_misses_total").count == 1)
        #expect(found.samples(of: "pgpool_query_cache_entries").isEmpty)
    }

    @Test(
        arguments: [
            ("2026-11-21 16:05:14", "2026-11-21 16:05:14", 0),
            ("2026-11-21 16:05:14", "2026-11-20 16:05:04", 86_410), ("2026-11-21 16:05:14", "", nil),
            ("", "", nil), ("2026-11-21 02:00:00", "2026-11-21 02:59:59", 0),
        ] as [(String, String, Int64?)])
    func `how long the health checks of a node fail is told without a time zone`(
        _ latest: String, _ success: String, _ age: Int64?
    ) {
        let rows = Rows(
            columns: ["node_id", "last_health_check", "last_successful_health_check"],
            values: [["0", latest, success]])
        let found = ConsoleCollector.pgpoolHealthChecks.collection(from: rows, of: "", into: ConsoleSums())
        #expect(found.count(of: "pgpool_health_check_last_success_age_seconds", ["node_id": "0"]) == age)
    }

    @Test func `a node that was never checked has no duration`() {
        let columns = ["node_id", "success_count", "min_duration", "average_duration", "max_duration"]
        let rows = Rows(
            columns: columns, values: [["0", "0", "0", "0.000000", "0"], ["1", "2", "1", "3.5", "6"]])
        let found = ConsoleCollector.pgpoolHealthChecks.collection(from: rows, of: "", into: ConsoleSums())
        let durations = found.samples(of: "pgpool_health_check_duration_seconds")
        #expect(durations.map(\.value) == [.real(0.001), .real(0.0035), .real(0.006)])
    }

    @Test func `the longest wait of a pool's clients is kept, which is not that of one whose query runs`() {
        let rows = Rows(
            columns: ["database", "user", "state", "wait", "wait_us"],
            values: [
                ["app", "web", "waiting", "0", "500"], ["app", "web", "waiting", "7", "250000"],
                ["app", "web", "active", "60", "1"], ["pgbouncer", "stats", "active", "0", "0"],
            ])
        let found = ConsoleCollector.pgbouncerClients.collection(
            from: rows, of: "pgbouncer", into: ConsoleSums())
        let place: Labels = ["database": "app", "user": "web"]
        #expect(found.number(of: "pgbouncer_clients_oldest_wait_seconds", place) == 7.25)
        #expect(found.samples(of: "pgbouncer_clients_oldest_wait_seconds").count == 1)
        let clients = found.samples(of: "pgbouncer_clients_by_state").map(\.value)
        #expect(clients == [.integer(2), .integer(1)])
        #expect(found.repeatedSeries == 0)
    }

    @Test func `series beyond the limit are dropped and counted, and never burst when they are back`() {
        let limit = ConsoleCollector.mostSeries
        let names = (0..<limit + 2).map { "pool \($0)" }
        let sums = ConsoleSums()
        func drop(_ names: [String], _ count: String) -> (Int, [Sample]) {
            let rows = Rows(columns: ["database", "total_errors"], values: names.map { [$0, count] })
            let found = ConsoleCollector.pgcatStats.collection(from: rows, of: "", into: sums)
            return (found.droppedSeries, found.samples(of: "pgcat_database_errors_total"))
        }
        #expect(drop(names, "1000").0 == 2)
        let (dropped, samples) = drop(names.reversed(), "1001")
        #expect(dropped == 2 && samples.count == limit)
        var last = Labels()
        last.append("database", "pool \(limit + 1)")
        #expect(samples.first == Sample(1, labels: last))
    }
}
