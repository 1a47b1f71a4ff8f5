import Foundation
import Settings

/// The catalogue and the labels that the tests know.
enum Fixture {
    static let surroundings = Surroundings(
        collectors: ["activity", "archiver", "database", "server"],
        consoleCollectors: ["pgbouncer": ["pgbouncer_clients"]], otherJobs: ["discovery"],
        reservedMetrics: ["pg_", "pgvigil_"],
        reservedLabels: ["datname", "state", "version"],
        isReadable: { !$0.hasSuffix("=") })

    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    static let example = folder.appending(path: "../../pgvigil.example.yml")

    static func load(_ bytes: some Sequence<UInt8>) throws(SettingsErrors) -> Settings {
        try Settings.load(Array(bytes), file: "test.yml", in: surroundings)
    }

    static func load(_ text: String) throws(SettingsErrors) -> Settings {
        try load(text.utf8)
    }

    /// The settings of one server, given as lines.
    static func server(_ lines: String...) throws(SettingsErrors) -> Settings.Server {
        let text = "servers:\n  - name: main\n" + lines.map { "    \($0)\n" }.joined()
        return try load(text).servers[0]
    }

    /// The descriptions of all problems; empty if there is none.
    static func problems(of bytes: some Sequence<UInt8>) -> [String] {
        do throws(SettingsErrors) {
            _ = try load(bytes)
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    static func problems(of text: String) -> [String] { problems(of: text.utf8) }
}
