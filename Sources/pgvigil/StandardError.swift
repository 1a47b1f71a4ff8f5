import Glibc

/// Where messages and logs go.
enum StandardError {
    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Writes a line, whole, whatever other threads write.
    static func print(_ line: String) {
        let bytes = Array("\(line)\n".utf8)
        unsafe bytes.withUnsafeBytes { bytes in
            unsafe _ = write(STDERR_FILENO, bytes.baseAddress, bytes.count)
        }
    }
}
