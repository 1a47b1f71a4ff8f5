import Foundation
import Testing

@testable import Pools

/// Secrets of requests, which come from files.
@Suite struct CredentialFileTests {
    private static let longest = String(repeating: "x", count: CredentialFile.longest)

    @Test(arguments: [
        ("secret\n", "secret"), ("secret", "secret"), ("a b\r\nsecond\n", "a b"),
        ("\(longest)\nsecond", longest), (longest, longest),
    ])
    func `the first line of a file is the secret`(_ content: String, _ secret: String) throws {
        #expect(try Self.read(content) == secret)
    }

    @Test(arguments: [
        ("\(longest)x", "the first line of password_file is longer than 8192 bytes"),
        ("\(longest)x\nsecond", "the first line of password_file is longer than 8192 bytes"),
        ("", "password_file has nothing in its first line"),
        ("\nsecond", "password_file has nothing in its first line"),
    ])
    func `a file without a secret, or with one that is too long, is refused without a word of it`(
        _ content: String, _ message: String
    ) {
        #expect(throws: ScrapeFailure(.credentials, message)) { try Self.read(content) }
    }

    @Test func `a missing file is named by what the system says`() {
        #expect(
            throws: ScrapeFailure(.credentials, "cannot read bearer_token_file: No such file or directory")
        ) { try CredentialFile.firstLine(of: "/nowhere/token", "bearer_token_file") }
    }

    private static func read(_ content: String) throws -> String {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try Data(content.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try CredentialFile.firstLine(of: file.path(), "password_file")
    }
}
