import Collectors
import Exposition
import Postgres
import Testing

extension ServerTests {
    @Test(arguments: TestServer.all)
    func `a setting follows the server's own value, in base units`(_ server: TestServer) throws {
        var owner = try server.prepare()
        let changes: [(name: String, value: String, metric: MetricName, number: Double)] = [
            ("work_mem", "7MB", "pg_settings_bytes", 7_340_032),
            ("effective_cache_size", "3GB", "pg_settings_bytes", 3_221_225_472),
            ("max_wal_size", "2GB", "pg_settings_bytes", 2_147_483_648),
            ("track_functions", "all", "pg_settings_info", 1),
            ("checkpoint_timeout", "7min", "pg_settings_seconds", 420),
            ("log_rotation_age", "2h", "pg_settings_seconds", 7200),
            ("bgwriter_delay", "250ms", "pg_settings_seconds", 0.25),
            ("autovacuum_vacuum_cost_delay", "1500us", "pg_settings_seconds", 0.0015),
            ("random_page_cost", "1.25", "pg_settings_number", 1.25),
            ("log_checkpoints", "on", "pg_settings_enabled", 1),
            ("log_lock_waits", "off", "pg_settings_enabled", 0),
        ]
        for change in changes { try owner.set(change.name, to: change.value) }
        let collection = try server.collect("settings")
        for change in changes { try owner.set(change.name, to: nil) }
        for (name, value, metric, number) in changes {
            var labels: Labels = ["name": name]
            if metric == "pg_settings_info" { labels.append("setting", value) }
            #expect(collection.number(of: metric, labels) == number, "\(name)")
        }
    }

    @Test(arguments: TestServer.all)
    func `sizes and times are what PostgreSQL itself reads in its settings`(_ server: TestServer) throws {
        var owner = try server.prepare()
        let collection = try server.collect("settings")
        let amounts: [(MetricName, String, String)] = [
            ("pg_settings_bytes", "'^[0-9]*(B|kB|MB)$'", "pg_catalog.pg_size_bytes(%)"),
            ("pg_settings_seconds", "'^(ms|s|min)$'", "extract(epoch FROM %::interval)"),
        ]
        for (metric, units, amount) in amounts {
            let rows = try owner.query(
                """
                SELECT name,
                       \(amount.replacing("%", with: "pg_catalog.current_setting(name)")) AS amount
                FROM pg_catalog.pg_settings
                WHERE unit ~ \(units) AND setting NOT LIKE '-%' AND setting <> '0' AND source <> 'client'
                """, by: .after(.seconds(10)))
            #expect(rows.count >= 15)
            for row in 0..<rows.count {
                let name = rows.text(row: row, column: 0) ?? ""
                let value = rows.double(row: row, column: 1) ?? .nan
                let collected = try #require(collection.number(of: metric, ["name": name]), "\(name)")
                #expect(abs(collected - value) <= value / 1_000_000, "\(name)")
            }
        }
    }

    @Test(arguments: TestServer.all)
    func `what holds for this session, role or database only is left out`(_ server: TestServer) throws {
        var owner = try server.prepare()
        let database = try #require(try owner.cell("SELECT pg_catalog.current_database()"))
        let metrics: [String: MetricName] = [
            "statement_timeout": "pg_settings_seconds", "lock_timeout": "pg_settings_seconds",
            "jit": "pg_settings_enabled", "default_transaction_read_only": "pg_settings_enabled",
            "transaction_read_only": "pg_settings_enabled", "work_mem": "pg_settings_bytes",
            "random_page_cost": "pg_settings_number", "temp_buffers": "pg_settings_bytes",
        ]
        func known() throws -> Set<String> {
            let collection = try server.collect("settings")
            return Set(metrics.filter { collection.value(of: $0.value, ["name": $0.key]) != nil }.keys)
        }
        let before = try known()
        try owner.run("ALTER ROLE \(TestServer.monitor) SET work_mem = '9MB'")
        try owner.run("ALTER DATABASE \(database) SET random_page_cost = 3")
        try owner.run("ALTER ROLE \(TestServer.monitor) IN DATABASE \(database) SET temp_buffers = '9MB'")
        let after = try known()
        try owner.run("ALTER DATABASE \(database) RESET random_page_cost")
        #expect(before == ["work_mem", "random_page_cost", "temp_buffers"])
        #expect(after == [])
    }

    @Test(arguments: TestServer.all)
    func `a limit that is none gives no number, and a true zero does`(_ server: TestServer) throws {
        var owner = try server.prepare()
        let cases: [(name: String, value: String, metric: MetricName, number: Double?)] = [
            ("temp_file_limit", "-1", "pg_settings_bytes", nil),
            ("temp_file_limit", "8kB", "pg_settings_bytes", 8192),
            ("log_min_duration_statement", "-1", "pg_settings_seconds", nil),
            ("log_min_duration_statement", "1h", "pg_settings_seconds", 3600),
            ("idle_in_transaction_session_timeout", "0", "pg_settings_seconds", nil),
            ("idle_in_transaction_session_timeout", "1h", "pg_settings_seconds", 3600),
            ("bgwriter_lru_maxpages", "0", "pg_settings_number", 0),
            ("wal_keep_size", "0", "pg_settings_bytes", 0),
        ]
        for (name, value, metric, number) in cases {
            try owner.set(name, to: value)
            let collection = try server.collect("settings")
            try owner.set(name, to: nil)
            #expect(collection.number(of: metric, ["name": name]) == number, "\(name) \(value)")
        }
        let octal = ["unix_socket_permissions", "log_file_mode", "data_directory_mode"]
        let collection = try server.collect("settings")
        #expect(octal.allSatisfy { collection.value(of: "pg_settings_number", ["name": $0]) == nil })
    }

    @Test(arguments: TestServer.all)
    func `texts are shown by name, and what may hold a secret or a place never is`(_ server: TestServer)
        throws
    {
        var owner = try server.prepare()
        let secret = "open sesame"
        try owner.run("SET test.secret = ''")  // Only then does the server know it.
        let hidden = ["archive_cleanup_command", "primary_conninfo", "ssl_passphrase_command", "test.secret"]
        for name in hidden { try owner.set(name, to: secret) }
        let collection = try server.collect("settings")
        for name in hidden { try owner.set(name, to: nil) }
        #expect(!collection.page.contains("sesame"))
        #expect(hidden.allSatisfy { !collection.page.contains("name=\"\($0)\"") })
        for name in ["wal_level", "archive_mode", "synchronous_commit", "shared_preload_libraries"] {
            let setting = try owner.cell("SHOW \(name)") ?? ""
            #expect(
                collection.count(of: "pg_settings_info", ["name": name, "setting": setting]) == 1, "\(name)")
        }
    }

    @Test(arguments: TestServer.all)
    func `settings that wait for a restart are counted, those of superusers too`(_ server: TestServer) throws
    {
        var owner = try server.prepare()
        let metric: MetricName = "pg_settings_pending_restart"
        let before = try server.collect("settings").count(of: metric)
        let names = ["jit_provider", "max_files_per_process"]
        var values: [String] = []
        for (name, value) in zip(names, ["no such library", "1234"]) {
            values.append(try owner.cell("SHOW \(name)") ?? "")
            try owner.set(name, to: value)
        }
        let waiting = try server.collect("settings").count(of: metric)
        for (name, value) in zip(names, values) {
            try owner.set(name, to: value)  // PostgreSQL overlooks it where the line just disappears.
            try owner.set(name, to: nil)
        }
        let after = try server.collect("settings").count(of: metric)
        #expect([before, waiting, after] == [0, 2, 0])
    }
}
