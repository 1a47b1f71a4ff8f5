import Foundation
import PoolDefinitions
import Postgres
import Testing

@testable import Collectors

/// What a pooler's console answered, a line `---`, and the page that it must become.
///
/// PgBouncer's and Pgpool-II's come from real ones; those of the others from recordings that were written
/// after their sources. `scripts/capture-goldens` writes the table.
struct ConsoleGoldenFile: Equatable {
    let collector: String
    /// The pooler's version: `1.24`.
    let version: String

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Golden/Consoles")

    /// The versions that goldens are of, by pooler.
    static let versions: [PoolerKind: [String]] = [
        .pgbouncer: ["1.18", "1.24", "1.26"], .pgpool: ["4.3", "4.6", "4.7"], .odyssey: ["1.3", "1.4"],
        .pgcat: ["1.2"], .pgdog: ["0.1"],
    ]

    /// All that there are, in the order of their names.
    static let all: [ConsoleGoldenFile] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? []
        return names.sorted().compactMap { name in
            guard let match = name.wholeMatch(of: #/(?<collector>\w+)\.(?<version>\d+\.\d+)\.golden/#) else {
                return nil
            }
            return ConsoleGoldenFile(
                collector: String(match.collector), version: String(match.version))
        }
    }()

    /// Those that a collector has: one of each version that has its command.
    static func all(of collector: ConsoleCollector) -> [ConsoleGoldenFile] {
        (versions[collector.kind] ?? []).map {
            ConsoleGoldenFile(collector: collector.name, version: $0)
        }.filter { collector.applies(to: $0.pooler) }
    }

    var pooler: ServerState {
        let numbers = version.split(separator: ".").compactMap { Int($0) }
        return ServerState(version: numbers[0] * 10_000 + numbers[1] * 100)
    }

    func read() throws -> (table: GoldenTable, page: String) { try GoldenTable.read(from: url) }

    func write(_ table: GoldenTable, page: String) throws { try table.write(to: url, page: page) }

    private var url: URL { Self.folder.appending(path: "\(self).golden") }
}

extension ConsoleGoldenFile: CustomStringConvertible {
    var description: String { "\(collector).\(version)" }
}

extension ConsoleCollector {
    static func named(_ name: String) throws -> ConsoleCollector {
        try #require(all.first { $0.name == name })
    }

    /// The database by which the daemon talks to a console of its kind.
    var console: String { kind == .odyssey ? "console" : kind == .pgbouncer ? "pgbouncer" : "" }

    /// What it makes of a table; what it counts has all come since an answer without rows.
    func collection(from table: GoldenTable) -> Collection {
        let sums = ConsoleSums()
        _ = collection(from: Rows(columns: table.columns, values: []), of: console, into: sums)
        return collection(from: Rows(columns: table.columns, values: table.rows), of: console, into: sums)
    }
}
