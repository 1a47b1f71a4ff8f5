import Foundation
import Testing

@testable import Settings

/// The example file is valid, complete, and right about the defaults.
@Suite struct ExampleTests {
    private static let lines =
        (try? String(contentsOf: Fixture.example, encoding: .utf8))?.components(separatedBy: "\n") ?? []
    /// The lines that show a setting which the example leaves out.
    static let shown = lines.indices.filter { lines[$0].contains(/^ *#[a-z_]+:/) }

    private static let defaults = [
        "interval", "listen", "max_connections", "idle_timeout", "level", "format", "pooled",
    ]

    @Test func `the example is valid`() throws {
        let names = try Fixture.load(Self.text()).servers.map(\.name)
        #expect(names == ["main", "reporting", "warehouse", "archive"])
    }

    @Test(arguments: shown)
    func `a setting that the example shows can be said`(_ line: Int) throws {
        let settings = try Fixture.load(Self.text(saying: [line]))
        let key = Self.lines[line].trimmingCharacters(in: [" ", "#"]).prefix { $0 != ":" }
        let isOfCollector = Self.lines[line].hasPrefix("        ")
        if Self.defaults.contains(String(key)), !isOfCollector {
            #expect(try settings == Fixture.load(Self.text()))
        }
    }

    @Test func `every setting is in the example`() throws {
        let findings = Findings(file: "example")
        let text = Self.text(saying: Self.shown)
        _ = Settings.read(Array(text.utf8), into: findings, in: Fixture.surroundings)
        #expect(findings.isEmpty)
        #expect(findings.absentSettings == [])
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
