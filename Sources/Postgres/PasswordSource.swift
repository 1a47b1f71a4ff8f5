import Glibc

/// Where a password comes from; it is read anew for each connection.
package enum PasswordSource: Sendable, Equatable {
    /// The connection string, `PGPASSWORD`, a password file or a service file: libpq's own ways.
    case libpq
    /// The first line of a file.
    case file(String)
    /// The first line of a credential; `folder` is where systemd put those of our unit, nil where it did not.
    case credential(String, folder: String?)
    /// The first line that a program prints; its arguments go to it as they are, through no shell.
    case command([String])

    /// How long a command may take.
    private static let commandTimeout = Duration.seconds(5)
    /// The longest password in bytes.
    static let longest = 8192

    /// The password; nil where it is libpq's to find.
    func read(by deadline: Deadline, unless interrupt: Interrupt) throws(PostgresError) -> String? {
        switch self {
        case .libpq:
            return nil
        case .file(let path):
            return try Self.firstLine(ofFile: path, "the password file")
        case .credential(let name, let folder):
            guard let folder else {
                throw .cannotConnect(
                    .passwordSource,
                    "cannot read the credential: CREDENTIALS_DIRECTORY is not set, "
                        + "systemd sets it for a unit with LoadCredential=")
            }
            return try Self.firstLine(ofFile: "\(folder)/\(name)", "the credential")
        case .command(let arguments):
            let deadline = min(deadline, .after(Self.commandTimeout))
            return try PasswordCommand(arguments).firstLine(by: deadline, unless: interrupt)
        }
    }

    private static func firstLine(ofFile path: String, _ what: String) throws(PostgresError) -> String {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw .cannotConnect(.passwordSource, "cannot read \(what): \(errorText(errno))")
        }
        defer { _ = close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: longest + 1)
        let count = unsafe Glibc.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else {
            throw .cannotConnect(.passwordSource, "cannot read \(what): \(errorText(errno))")
        }
        return try firstLine(of: bytes[..<count], from: what)
    }

    /// The bytes up to the first line break, which must be some, and no more than `longest`.
    static func firstLine(of bytes: ArraySlice<UInt8>, from source: String) throws(PostgresError) -> String {
        let line = bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") && $0 != 0 }
        guard !line.isEmpty else {
            throw .cannotConnect(.passwordSource, "\(source) has no password in its first line")
        }
        guard line.count <= longest else {
            throw .cannotConnect(
                .passwordSource, "the first line of \(source) is longer than \(longest) bytes")
        }
        return String(decoding: line, as: UTF8.self)
    }
}
