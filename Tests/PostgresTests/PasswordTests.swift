import Foundation
import Testing

@testable import Postgres

@Suite struct PasswordTests {
    @Test(arguments: [
        ("secret\n", "secret"), ("secret", "secret"), ("a b\r\nsecond\n", "a b"), ("pässwörd\n", "pässwörd"),
    ])
    func `the first line of a file is the password`(_ content: String, _ password: String) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try Data(content.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        #expect(try Self.read(.file(file.path())) == password)
    }

    @Test func `a password of 8192 bytes is read whole, and a longer one is refused rather than cut`() throws
    {
        let longest = String(repeating: "x", count: PasswordSource.longest)
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "main")
        let sources: [(PasswordSource, String)] = [
            (.file(file.path()), "the password file"),
            (.credential("main", folder: folder.path()), "the credential"),
            (.command(["cat", file.path()]), "the output of password_command"),
        ]
        for (source, what) in sources {
            try Data("\(longest)\nmore".utf8).write(to: file)
            #expect(try Self.read(source) == longest)
            try Data("\(longest)x\n".utf8).write(to: file)
            let error = #expect(throws: PostgresError.self) { try Self.read(source) }
            #expect(
                error
                    == .cannotConnect(.passwordSource, "the first line of \(what) is longer than 8192 bytes"))
        }
    }

    @Test func `a missing file is named by what the system says, not by its content`() {
        let error = #expect(throws: PostgresError.self) { try Self.read(.file("/nowhere/password")) }
        #expect(
            error
                == .cannotConnect(.passwordSource, "cannot read the password file: No such file or directory")
        )
    }

    @Test func `the first line of a credential is the password, read anew each time`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        for password in ["first", "second"] {
            try Data("\(password)\nmore".utf8).write(to: folder.appending(path: "main"))
            #expect(try Self.read(.credential("main", folder: folder.path())) == password)
        }
    }

    @Test(arguments: [
        (
            nil,
            "CREDENTIALS_DIRECTORY is not set, systemd sets it for a unit with LoadCredential="
        ),
        ("/nowhere", "No such file or directory"),
    ])
    func `a missing credential is not named`(_ folder: String?, _ reason: String) {
        let error = #expect(throws: PostgresError.self) {
            try Self.read(.credential("canary", folder: folder))
        }
        #expect(error == .cannotConnect(.passwordSource, "cannot read the credential: \(reason)"))
    }

    @Test(arguments: [
        (["printf", "secret\\nmore"], "secret"),
        (["printf", "%s", "$HOME; `id`"], "$HOME; `id`"),
        (["sh", "-c", "echo noise >&2; echo secret"], "secret"),
    ])
    func `a command gets its arguments as they are, and its first line is the password`(
        _ arguments: [String], _ password: String
    ) throws {
        #expect(try Self.read(.command(arguments)) == password)
    }

    @Test(arguments: [
        (["sh", "-c", "echo canary; exit 3"], "password_command failed with wait status 768"),
        (
            ["sh", "-c", "echo canary >&2; true"],
            "the output of password_command has no password in its first line"
        ),
        (["/nowhere/canary"], "password_command cannot be started: No such file or directory"),
    ])
    func `a command that fails says so without a word of its own`(_ arguments: [String], _ message: String) {
        let error = #expect(throws: PostgresError.self) { try Self.read(.command(arguments)) }
        #expect(error == .cannotConnect(.passwordSource, message))
    }

    @Test func `a command is killed at its deadline, children included`() {
        let started = ContinuousClock.now
        let error = #expect(throws: PostgresError.self) {
            try Self.read(.command(["sh", "-c", "sleep 60; echo late"]), within: .milliseconds(200))
        }
        #expect(
            error == .cannotConnect(.passwordSource, "password_command gave no answer within its deadline"))
        #expect(ContinuousClock.now - started < .seconds(10))
    }

    @Test func `an interrupt ends a command`() {
        let interrupt = Interrupt()
        interrupt.fire()
        #expect(throws: PostgresError.interrupted) {
            try PasswordSource.command(["sleep", "60"]).read(by: .after(.seconds(60)), unless: interrupt)
        }
    }

    private static func read(_ source: PasswordSource, within timeout: Duration = .seconds(30))
        throws(PostgresError) -> String?
    {
        try source.read(by: .after(timeout), unless: Interrupt())
    }
}
