import Glibc

/// Where messages and logs go.
enum StandardError {
    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Whether it leads straight to the journal.
    ///
    /// `JOURNAL_STREAM` then names its device and inode (systemd.exec(5)).
    static func isJournal(_ journalStream: String?) -> Bool {
        var status = stat()
        guard unsafe fstat(STDERR_FILENO, &status) == 0 else { return false }
        return journalStream == "\(status.st_dev):\(status.st_ino)"
    }

    /// Writes a line, whole, whatever other threads write.
    static func print(_ line: String) { write("\(line)\n") }

    static func write(_ text: String) {
        let bytes = Array(text.utf8)
        unsafe bytes.withUnsafeBytes { bytes in
            unsafe _ = Glibc.write(STDERR_FILENO, bytes.baseAddress, bytes.count)
        }
    }
}
