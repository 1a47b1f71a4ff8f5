import Collectors
import Foundation
import Testing

@testable import Postgres

/// The servers to take tables from, one connection string a line; `scripts/capture-goldens` sets them.
private let sources = (ProcessInfo.processInfo.environment["CAPTURE_GOLDEN"] ?? "")
    .split(separator: "\n").map { TestServer(conninfo: String($0)) }

/// Writes the tables of golden files, by the program's own statements through its own connections.
@Suite(.enabled(if: !sources.isEmpty, "CAPTURE_GOLDEN names no server"))
struct CaptureTests {
    @Test(arguments: Collector.all, sources)
    func `a collector's table is captured`(_ collector: Collector, _ server: TestServer) throws {
        let collector = GoldenFile.asked(collector)
        var connection = try server.connect(to: GoldenFile.database(of: collector))
        let deadline = Deadline.after(.seconds(10))
        let state = try ServerState.read(from: &connection, by: deadline)
        let file = GoldenFile(
            collector: collector.name, version: state.majorVersion, isInRecovery: state.isInRecovery)
        guard GoldenFile.all(of: collector).contains(file) else {
            try Test.cancel("\(collector) has no golden file of such a server")
        }
        var table = GoldenTable(columns: collector.columnNames(on: state), rows: [])
        try collector.ask(&connection, state, by: deadline) { rows in
            var values = table.rows
            for row in 0..<rows.count {
                var cells: [String?] = []
                for column in rows.columns.indices { cells.append(rows.text(row: row, column: column)) }
                values.append(cells)
            }
            table = GoldenTable(columns: rows.columns, rows: values)
        }
        #expect(GoldenTable(parsing: table.text) == table)
        try file.write(table, page: "")
    }
}
