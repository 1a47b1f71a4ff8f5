import Glibc

/// A socket as systemd has it; what was sent waits in it.
struct Receiver: ~Copyable {
    struct NotBound: Error {
        let code: CInt
    }

    private let path: String
    private let descriptor: CInt

    /// A path that begins with "@" is a name in the abstract namespace.
    init(at path: String) throws {
        self.path = path
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
            unsafe room.copyBytes(from: path.hasPrefix("@") ? [0] + bytes.dropFirst() : bytes)
        }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue), 0)
        let isBound = unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe bind(descriptor, address, length) == 0
            }
        }
        if !isBound { throw NotBound(code: errno) }
    }

    deinit {
        _ = close(descriptor)
        _ = unsafe unlink(path)
    }

    /// The next datagram; nil where none waits.
    func next() -> String? {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = unsafe recv(descriptor, &bytes, bytes.count, CInt(MSG_DONTWAIT))
        return count < 0 ? nil : String(decoding: bytes[..<count], as: UTF8.self)
    }
}
