import Glibc

/// A file that holds a secret in its first line.
enum CredentialFile {
    /// The longest secret in bytes.
    static let longest = 8192

    /// Read anew each time, so that it can be replaced.
    static func firstLine(of path: String, _ what: String) throws(ScrapeFailure) -> String {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure(what) }
        defer { _ = close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: longest + 1)
        let count = unsafe read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw failure(what) }
        let line = bytes[..<count].prefix { $0 >= UInt8(ascii: " ") }
        guard !line.isEmpty else {
            throw ScrapeFailure(.credentials, "\(what) has nothing in its first line")
        }
        guard line.count <= longest else {
            throw ScrapeFailure(.credentials, "the first line of \(what) is longer than \(longest) bytes")
        }
        return String(decoding: line, as: UTF8.self)
    }

    private static func failure(_ what: String) -> ScrapeFailure {
        unsafe ScrapeFailure(.credentials, "cannot read \(what): \(String(cString: strerror(errno)))")
    }
}
