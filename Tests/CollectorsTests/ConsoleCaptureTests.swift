import Foundation
import PoolDefinitions
import Testing

@testable import Collectors
@testable import Postgres

/// The consoles to take tables from, one a line: kind, version, connection string.
///
/// `scripts/capture-goldens` sets them.
private let sources = (ProcessInfo.processInfo.environment["CAPTURE_CONSOLES"] ?? "")
    .split(separator: "\n").map(String.init)

/// Writes the tables of consoles' golden files, through the program's own connections.
@Suite(.enabled(if: !sources.isEmpty, "CAPTURE_CONSOLES names no console"))
struct ConsoleCaptureTests {
    @Test(arguments: ConsoleCollector.all, sources)
    func `a console's table is captured`(_ collector: ConsoleCollector, _ source: String) throws {
        let words = source.split(separator: " ", maxSplits: 2).map(String.init)
        let file = ConsoleGoldenFile(collector: collector.name, version: words[1])
        guard collector.kind.rawValue == words[0], ConsoleGoldenFile.all(of: collector).contains(file) else {
            try Test.cancel("\(collector) has no golden file of such a console")
        }
        let target = ConnectionTarget(
            conninfo: words[2], kind: .pooler(collector.kind),
            settings: SessionSettings(statementTimeout: .seconds(10)))
        let deadline = Deadline.after(.seconds(10))
        var attempt = try ConnectionAttempt(to: target, by: deadline, unless: Interrupt())
        try attempt.advance(by: deadline)
        var connection = attempt.connection()
        let state = try ServerState.read(from: &connection, by: deadline)
        #expect(state.version / 100 == file.pooler.version / 100)
        let rows = try connection.query(collector.command, by: deadline)
        var values: [[String?]] = []
        for row in 0..<rows.count {
            var cells: [String?] = []
            for column in rows.columns.indices { cells.append(rows.text(row: row, column: column)) }
            values.append(cells)
        }
        let table = GoldenTable(columns: rows.columns, rows: values).only(what: collector)
        #expect(GoldenTable(parsing: table.text) == table)
        try file.write(table, page: "")
    }
}

extension GoldenTable {
    /// Of all settings those that the collector reads: others tell of the machine on which this ran.
    fileprivate func only(what collector: ConsoleCollector) -> GoldenTable {
        guard collector.name.hasSuffix("_config"), case .pairs(let name, _) = collector.shape,
            let column = columns.firstIndex(of: name)
        else { return self }
        let keys = Set(collector.columns.flatMap(\.sources))
        return GoldenTable(columns: columns, rows: rows.filter { keys.contains($0[column] ?? "") })
    }
}
