import Collectors
import Exposition
import Postgres
import Testing

/// WAL, where it lies, and what waits to be archived.
extension ServerTests {
    @Test(arguments: TestServer.all)
    func `WAL grows by what a message takes in it`(_ server: TestServer) throws {
        var owner = try server.prepare()
        try owner.stopAutovacuum()
        try owner.awaitStatistics()
        let before = try server.collect("wal")
        try write(4_000_000, to: try server.connectAsOwner())
        let hasStatistics = try owner.majorVersion >= 14
        if hasStatistics {
            let bytes = try #require(before.count(of: "pg_stat_wal_bytes_total"))
            #expect(
                try owner.becomesTrue("SELECT wal_bytes >= \(bytes) + 4000000 FROM pg_catalog.pg_stat_wal"))
        }
        let after = try server.collect("wal")

        let bounds: Range<Int64> = 4_000_000..<5_000_000
        #expect(bounds.contains(try rise(of: "pg_wal_current_lsn_bytes", before, after)))
        if hasStatistics {
            #expect(bounds.contains(try rise(of: "pg_stat_wal_bytes_total", before, after)))
            #expect(try (2..<1000).contains(rise(of: "pg_stat_wal_records_total", before, after)))
        } else {
            #expect(after.families.map(\.metric.name) == ["pg_wal_current_lsn_bytes"])
        }
    }

    @Test(arguments: TestServer.all)
    func `WAL has its times only where they are measured`(_ server: TestServer) throws {
        var owner = try server.prepare()
        let seconds: [MetricName] = ["pg_stat_wal_write_seconds_total", "pg_stat_wal_sync_seconds_total"]
        guard try (14...17).contains(owner.majorVersion) else {
            #expect(try seconds.allSatisfy { try server.collect("wal").samples(of: $0).isEmpty })
            return
        }
        for isTimed in [false, true] {
            try owner.set("track_wal_io_timing", to: isTimed ? "on" : "off")
            // What processes measured before they knew may come in later.
            let isReset = """
                SELECT wal_write_time + wal_sync_time = 0
                FROM pg_catalog.pg_stat_wal, pg_catalog.pg_stat_reset_shared('wal')
                """
            #expect(try isTimed || owner.becomesTrue(isReset))
            let collection = try server.collect("wal")
            #expect(seconds.map { collection.samples(of: $0).isEmpty } == [!isTimed, !isTimed])
        }
        try owner.set("track_wal_io_timing", to: nil)
    }

    @Test(arguments: TestServer.all)
    func `the WAL directory is as large as its files`(_ server: TestServer) throws {
        var owner = try server.prepare()
        let collection = try server.collect("wal_directory")
        let files = """
            FROM pg_catalog.pg_ls_dir('pg_wal') AS name,
                 pg_catalog.pg_stat_file('pg_wal/' || name) AS file
            WHERE NOT isdir
            """
        #expect(try collection.count(of: "pg_wal_directory_files") == owner.count("SELECT count(*) \(files)"))
        #expect(
            try collection.count(of: "pg_wal_directory_bytes") == owner.count("SELECT sum(size) \(files)"))
    }

    @Test(arguments: TestServer.all)
    func `each finished segment waits to be archived, and the oldest says since when`(_ server: TestServer)
        throws
    {
        var owner = try server.prepare()
        guard try owner.cell("SHOW archive_mode") == "on", try owner.cell("SHOW archive_command") == "false"
        else { try Test.cancel("the server does not have archive_mode=on and archive_command=false") }
        try owner.stopAutovacuum()
        let oldest: MetricName = "pg_wal_archive_ready_oldest_timestamp_seconds"
        try finishSegment(&owner)
        let before = try server.collect("archive_status")
        for _ in 0..<3 { try finishSegment(&owner) }
        let folder = try owner.cell("SHOW data_directory") ?? ""
        try owner.run("COPY (SELECT 1 AS one) TO '\(folder)/pg_wal/archive_status/pgvigil_test.done'")
        let after = try server.collect("archive_status")

        #expect(try rise(of: "pg_wal_archive_ready_files", before, after) == 3)
        let ready = """
            FROM pg_catalog.pg_ls_dir('pg_wal/archive_status') AS name,
                 pg_catalog.pg_stat_file('pg_wal/archive_status/' || name) AS file
            WHERE name LIKE '%.ready'
            """
        #expect(try after.count(of: "pg_wal_archive_ready_files") == owner.count("SELECT count(*) \(ready)"))
        let modified = try owner.cell("SELECT extract(epoch FROM min(file.modification)) \(ready)")
        #expect(after.number(of: oldest) == Double(modified ?? ""))
        #expect(after.number(of: oldest) == before.number(of: oldest))
    }

    // MARK: -

    private func rise(of metric: MetricName, _ before: Collection, _ after: Collection) throws -> Int64 {
        try #require(after.count(of: metric)) - #require(before.count(of: metric))
    }

    /// Leaves, too: only then is all of it in the statistics.
    private func write(_ bytes: Int, to connection: consuming Connection) throws {
        _ = try connection.cell(
            "SELECT pg_catalog.pg_logical_emit_message(true, 'test', pg_catalog.repeat('x', \(bytes)))")
    }

    private func finishSegment(_ owner: inout Connection) throws {
        _ = try owner.cell("SELECT pg_catalog.pg_logical_emit_message(true, 'test', 'something to archive')")
        _ = try owner.cell("SELECT pg_catalog.pg_switch_wal()")
    }
}
