import Foundation
import Settings
import Testing

/// Each file of `Invalid` holds one mistake, and in its first line what is said about it.
///
/// `UPDATE_GOLDEN=1 swift test` rewrites the first lines; the difference is for the reviewer to read.
@Suite struct InvalidTests {
    static let files =
        FileManager.default.enumerator(atPath: folder.path)?
        .compactMap { $0 as? String }.filter { $0.hasSuffix(".yml") }.sorted() ?? []

    private static let folder = Fixture.folder.appending(path: "Invalid")

    @Test(arguments: files)
    func `a mistake is named with its place`(_ name: String) throws {
        let url = Self.folder.appending(path: name)
        let text = try String(contentsOf: url, encoding: .utf8)
        let problems = Fixture.problems(of: text).map { "# expect: \($0.dropFirst("test.yml:".count))" }
        let said = problems.joined(separator: "\n")
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil {
            let rest = text.drop { $0 != "\n" }
            try (said + rest).write(to: url, atomically: true, encoding: .utf8)
        } else {
            #expect(said == text.prefix { $0 != "\n" })
        }
    }

    @Test func `there are files with mistakes`() {
        #expect(Self.files.count > 100)
    }

    @Test func `all problems of a file are named, in its order`() {
        let text = """
            interval: 15
            log: {level: loud}
            servers:
              - name: a
                pooled: 3
              - host: b
                port: [1]
            """
        let places = Fixture.problems(of: text).map { $0.split(separator: " ").first ?? "" }
        #expect(
            places == [
                "test.yml:1:11:", "test.yml:2:14:", "test.yml:5:13:", "test.yml:6:5:", "test.yml:7:11:",
            ])
    }

    @Test func `a file of another kind does not flood the terminal`() throws {
        let text = (0..<500).map { "key\($0): \n" }.joined()
        let error = #expect(throws: SettingsErrors.self) { try Fixture.load(text) }
        let lines = try #require(error).description.split(separator: "\n")
        #expect(lines.count == SettingsErrors.mostDescribed + 1)
        #expect(lines.last == "and 451 more")
    }
}
