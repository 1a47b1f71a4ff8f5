import Foundation
import Glibc
import Settings
import Testing

/// Files that are none, or that hold no text.
@Suite struct BytesTests {
    private static let valid = "servers:\n  - name: main\n"

    @Test(
        arguments: [
            (
                [0x61, 0x3A, 0x0A, 0x20, 0xFF],
                "test.yml:2:2: found bytes that are not UTF-8; allowed is text in UTF-8"
            ),
            ([0xC3], "test.yml:1:1: found bytes that are not UTF-8; allowed is text in UTF-8"),
            (
                [0xFF, 0xFE, 0x61, 0x00],
                "test.yml:1:1: found bytes that are not UTF-8; allowed is text in UTF-8"
            ),
            (
                [0x61, 0x00, 0x62],
                "test.yml:1:2: found a control character; allowed are tab and the ends of lines"
            ),
            (
                [0xC3, 0xA9, 0x1B],
                "test.yml:1:2: found a control character; allowed are tab and the ends of lines"
            ),
        ] as [([UInt8], String)])
    func `bytes that are no text are found`(_ bytes: [UInt8], _ problem: String) {
        #expect(Fixture.problems(of: bytes) == [problem])
    }

    @Test func `no bytes at all are no settings`() {
        #expect(Fixture.problems(of: "") == ["test.yml: found no servers; required is a list of servers"])
    }

    @Test func `line ends of other systems and a byte order mark are read`() throws {
        let text = "\u{FEFF}" + Self.valid.replacing("\n", with: "\r\n")
        #expect(try Fixture.load(text) == Fixture.load(Self.valid))
    }

    @Test func `the longest file is read, and one byte more is not`() throws {
        let padding = String(repeating: "#", count: Settings.longestFile - Self.valid.utf8.count)
        #expect(try Fixture.load(Self.valid + padding) == Fixture.load(Self.valid))
        let problem = "found a file of more than 1048576 bytes; allowed are no more"
        #expect(Fixture.problems(of: Self.valid + padding + "#") == ["test.yml: \(problem)"])
        try Self.withFile(Self.valid + padding + "#") { path in
            #expect(Self.problem(of: path) == "\(path): \(problem)")
        }
    }

    @Test func `a file is read`() throws {
        try Self.withFile(Self.valid) { path in
            let settings = try Settings.load(file: path, in: Fixture.surroundings)
            #expect(settings.servers.map(\.name) == ["main"])
        }
    }

    @Test func `problems of a file begin with its path`() throws {
        try Self.withFile("servers: 1\n") { path in
            #expect(
                Self.problem(of: path)
                    == "\(path):1:10: servers: found a number; allowed is a list of servers")
        }
    }

    @Test func `a file that is missing, a folder or unreadable is told by the system's reason`() throws {
        let reason = "cannot read the settings:"
        #expect(
            Self.problem(of: "/nonexistent.yml") == "/nonexistent.yml: \(reason) No such file or directory")
        #expect(Self.problem(of: "/tmp") == "/tmp: \(reason) Is a directory")
        if geteuid() != 0 {
            try Self.withFile(Self.valid) { path in
                try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
                #expect(Self.problem(of: path) == "\(path): \(reason) Permission denied")
            }
        }
    }

    private static func problem(of path: String) -> String? {
        do throws(SettingsErrors) {
            _ = try Settings.load(file: path, in: Fixture.surroundings)
            return nil
        } catch {
            return error.description
        }
    }

    private static func withFile(_ text: String, _ body: (String) throws -> Void) throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).yml")
        try text.write(to: url, atomically: false, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: url) }
        try body(url.path)
    }
}
