import Collectors
import Foundation
import Testing

@testable import Postgres

/// The server to take tables from; `scripts/capture-goldens` sets it.
private let source = ProcessInfo.processInfo.environment["CAPTURE_GOLDEN"]

/// Writes the tables of golden files, by the program's own statements through its own connections.
@Suite(.enabled(if: source != nil, "CAPTURE_GOLDEN names no server"))
struct CaptureTests {
    @Test(arguments: Collector.all)
    func `a collector's table is captured`(_ collector: Collector) throws {
        let server = TestServer(conninfo: try #require(source))
        var connection = try server.connect()
        let deadline = Deadline.after(.seconds(10))
        let state = try ServerState.read(from: &connection, by: deadline)
        let rows = try connection.query(collector.sql(for: state), by: deadline)
        var values: [[String?]] = []
        for row in 0..<rows.count {
            var cells: [String?] = []
            for column in rows.columns.indices { cells.append(rows.text(row: row, column: column)) }
            values.append(cells)
        }
        let table = GoldenTable(columns: rows.columns, rows: values)
        #expect(GoldenTable(parsing: table.text) == table)
        try GoldenFile(collector: collector.name, version: state.majorVersion).write(table, page: "")
    }
}
