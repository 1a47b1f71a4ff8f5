import Collectors
import Foundation
import Postgres

/// What a collector's statement returned on a real server, a line `---`, and the page that it must become.
///
/// `scripts/capture-goldens` writes the table; `UPDATE_GOLDEN=1 swift test` rewrites the page, and the
/// difference is for the reviewer to read.
struct GoldenFile: Equatable {
    let collector: String
    /// The server's major version.
    let version: Int
    /// Whether the server is a standby; only files of collectors that have nothing to say of a primary are.
    let isInRecovery: Bool

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")

    static let isUpdating = ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil

    /// All that there are, in the order of their names.
    static let all: [GoldenFile] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? []
        return names.sorted().compactMap { name in
            let parts = name.split(separator: ".")
            let isInRecovery = parts.count == 4 && parts[2] == "standby"
            guard parts.count == 3 || isInRecovery, parts.last == "golden", let version = Int(parts[1])
            else { return nil }
            return GoldenFile(
                collector: String(parts[0]), version: version, isInRecovery: isInRecovery)
        }
    }()

    /// Those that a collector has: one of each version that it applies to, by a primary if it applies there.
    static func all(of collector: Collector) -> [GoldenFile] {
        (13...18).compactMap { version in
            [false, true].map {
                GoldenFile(collector: collector.name, version: version, isInRecovery: $0)
            }.first { collector.applies(to: $0.server) }
        }
    }

    /// Where `scripts/capture-goldens` makes what there is to see of one database; nil for the usual one.
    static func database(of collector: Collector) -> String? {
        collector.scope == .database ? "embeddings" : nil
    }

    /// The collector as it has to be asked there: with the columns that settings would name.
    static func asked(_ collector: Collector) -> Collector {
        guard collector.name == "vector_freshness" else { return collector }
        return .vectorFreshness(of: [
            EmbeddedColumn(
                database: "embeddings", table: "docs", column: "embedding", createdAt: "created_at"),
            EmbeddedColumn(
                database: "embeddings", table: "it's \"quoted\" \\ back|slash",
                column: "two\nlines, été Ω 🐘 ", createdAt: nil),
        ])
    }

    var server: ServerState { ServerState(version: version * 10_000, isInRecovery: isInRecovery) }

    func read() throws -> (table: GoldenTable, page: String) { try GoldenTable.read(from: url) }

    func write(_ table: GoldenTable, page: String) throws { try table.write(to: url, page: page) }

    private var url: URL { Self.folder.appending(path: "\(self).golden") }
}

extension GoldenFile: CustomStringConvertible {
    var description: String { "\(collector).\(version)\(isInRecovery ? ".standby" : "")" }
}
