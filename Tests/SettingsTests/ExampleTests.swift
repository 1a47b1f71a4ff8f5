import Foundation
import ProbeDefinitions
import SQL
import Testing

@testable import Settings

/// The example file is valid, complete, and right about the defaults.
@Suite struct ExampleTests {
    private static let lines =
        (try? String(contentsOf: Fixture.example, encoding: .utf8))?.components(separatedBy: "\n") ?? []
    /// The lines that show a setting which the example leaves out.
    static let shown = lines.indices.filter { lines[$0].contains(/^ *#[a-z][a-z0-9_]*:/) }

    private static let defaults = [
        "interval", "listen", "max_connections", "idle_timeout", "level", "format", "pooled", "databases",
        "search", "run_on", "schema", "k", "expect_index", "source", "table", "count", "refresh", "seed",
        "order",
        "timeout", "burst", "max_concurrency", "mode", "cold_every", "every", "analyze", "expect",
        "parallel_workers", "max_scan_bytes", "isolation", "rows", "max_bytes", "window_queries",
        "tie_epsilon",
        "baseline", "db_seconds_per_hour", "max_replay_lag", "pause_during", "search_path",
        "redirects", "max_body", "utilization", "insecure", "target", "minimum", "minimum_ratio",
        "shrink_below", "window", "spindles", "servers", "max_rows",
    ]

    @Test func `the example is valid`() throws {
        let names = try Fixture.load(Self.text()).servers.map(\.name)
        #expect(names == ["main", "reporting", "warehouse", "archive"])
    }

    @Test(arguments: shown)
    func `a setting that the example shows can be said`(_ line: Int) throws {
        let settings = try Fixture.load(Self.text(saying: [line]))
        let key = Self.lines[line].trimmingCharacters(in: [" ", "#"]).prefix { $0 != ":" }
        let isOfArchiver = line > 0 && Self.lines[line - 1].contains("enabled")
        if Self.defaults.contains(String(key)), !isOfArchiver {
            #expect(try settings == Fixture.load(Self.text()))
        }
    }

    @Test func `every setting is in the example`() throws {
        let findings = Findings(file: "example")
        let text = Self.text(saying: Self.shown)
        _ = Settings.read(Array(text.utf8), into: findings, in: Fixture.surroundings)
        #expect(findings.isEmpty)
        // A console is reached by the same settings as a server, which are shown once.
        let connection = Set(ConnectionKeyword.all.map(\.name)).union([
            "password_credential", "password_command",
        ])
        #expect(findings.absentSettings.filter { !connection.map { "pools.\($0)" }.contains($0) } == [])
    }

    @Test func `what the page about probes shows is valid, and says the defaults`() throws {
        let file = Fixture.folder.appending(path: "../../docs/search-probes.md")
        let blocks = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "```yaml\n")
            .dropFirst()
        let settings = try blocks.map { try Fixture.load($0.components(separatedBy: "```")[0]).servers[0] }
        #expect(settings.map(\.searchProbes.count) == [0, 1, 1])
        #expect(settings[0].search == .auto)
        #expect(settings[2].customProbes.map(\.name) == ["hybrid", "filtered", "reranked", "across_shards"])
        var target = SearchTarget(table: "docs", searched: .column("embedding"), operator: "<=>")
        target.filter = "lang = $1"
        target.filterValues = .listed([["en"], ["de"]])
        var docs = SearchProbe(name: "docs", target: target)
        docs.database = "app"
        let settingOfVariant = LocalSetting("hnsw.ef_search", "200")
        docs.variants.append(Variant("ef200", settings: [settingOfVariant], every: 4))
        docs.objective = Objective(median: .milliseconds(20), p95: .milliseconds(100), recall: 0.95)
        #expect(settings[1].searchProbes == [docs])
    }

    @Test func `the settings that come with the service are valid`() throws {
        let file = Fixture.folder.appending(path: "../../systemd/pgvigil.yml")
        let text = try String(contentsOf: file, encoding: .utf8)
        var main = Settings.Server(name: "main")
        main.conninfo = Secret("host=/var/run/postgresql user=pgvigil dbname=postgres")
        #expect(try Fixture.load(text) == Settings(servers: [main]))
        main.password = .credential("pgvigil.main")
        let saying = text.replacing("#password_credential", with: "password_credential")
        #expect(try Fixture.load(saying) == Settings(servers: [main]))
    }

    private static func text(saying said: [Int] = []) -> String {
        lines.indices.map { index in
            said.contains(index) ? lines[index].replacing("#", with: "", maxReplacements: 1) : lines[index]
        }.joined(separator: "\n")
    }
}
