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
        #expect(try Fixture.load(Self.text()).servers.map(\.name) == ["main", "reporting", "warehouse"])
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

    private static func text(saying said: [Int] = []) -> String {
        lines.indices.map { index in
            said.contains(index) ? lines[index].replacing("#", with: "", maxReplacements: 1) : lines[index]
        }.joined(separator: "\n")
    }
}
