import Glibc

/// All bytes of a file, which may be a pipe.
func readFile(_ path: String) throws(Refusal) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { throw .ofSystem }
    defer { close(descriptor) }

    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = unsafe read(descriptor, &chunk, chunk.count)
        switch count {
        case 0: return bytes
        case -1 where errno == EINTR: continue
        case -1: throw .ofSystem
        default: bytes += chunk[..<count]
        }
        if bytes.count > Settings.longestFile { throw .tooLong }
    }
}

extension Refusal {
    static var tooLong: Refusal {
        Refusal(found: "found a file of more than \(Settings.longestFile) bytes; allowed are no more")
    }

    fileprivate static var ofSystem: Refusal {
        unsafe Refusal(found: "cannot read the settings: \(String(cString: strerror(errno)))")
    }
}
