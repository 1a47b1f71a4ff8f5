import Glibc

/// A connection that speaks HTTP as literally as a test wants; it gives up after ten seconds of silence.
final class Client {
    enum Trouble: Error {
        case notConnected(CInt)
        case closed
        case silent
        case garbled(String)
    }

    private let descriptor: CInt
    private var unread: [UInt8] = []

    init(to port: UInt16, at host: String = "127.0.0.1") throws {
        let family = host.contains(":") ? AF_INET6 : AF_INET
        descriptor = socket(family, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        var result: CInt = -1
        if family == AF_INET {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            _ = unsafe inet_pton(AF_INET, host, &address.sin_addr)
            result = Self.connect(descriptor, &address)
        } else {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            _ = unsafe inet_pton(AF_INET6, host, &address.sin6_addr)
            result = Self.connect(descriptor, &address)
        }
        if result != 0 { throw Trouble.notConnected(errno) }
    }

    deinit { _ = close(descriptor) }

    func send(_ text: String) throws {
        let bytes = Array(text.utf8)
        let flags = CInt(MSG_NOSIGNAL)
        guard unsafe Glibc.send(descriptor, bytes, bytes.count, flags) == bytes.count else {
            throw Trouble.closed
        }
    }

    /// Sends a request without a body.
    func ask(_ target: String = "/", _ method: String = "GET", headers: String = "") throws {
        try send("\(method) \(target) HTTP/1.1\r\nHost: here\r\n\(headers)\r\n")
    }

    func receive(toHead: Bool = false) throws -> Received {
        while true {
            if let end = unread.firstRange(of: Array("\r\n\r\n".utf8)) {
                var received = try Received(head: String(decoding: unread[..<end.lowerBound], as: UTF8.self))
                unread.removeSubrange(..<end.upperBound)
                let size = toHead ? 0 : received.header("Content-Length").flatMap { Int($0) } ?? 0
                while unread.count < size { try read() }
                received.body = String(decoding: unread[..<size], as: UTF8.self)
                unread.removeSubrange(..<size)
                return received
            }
            try read()
        }
    }

    /// Asks and receives.
    func get(_ target: String = "/", _ method: String = "GET", headers: String = "") throws -> Received {
        try ask(target, method, headers: headers)
        return try receive(toHead: method == "HEAD")
    }

    /// Whether the server closes the connection without another byte.
    func isClosed() -> Bool {
        do {
            try read()
            return false
        } catch Trouble.closed {
            return true
        } catch {
            return false
        }
    }

    /// Whether anything arrives within `milliseconds`.
    func hears(within milliseconds: CInt) -> Bool {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&waiting, 1, milliseconds) > 0
    }

    // MARK: -

    private func read() throws {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
        if count < 0 { throw errno == EAGAIN ? Trouble.silent : Trouble.closed }
        if count == 0 { throw Trouble.closed }
        unread += buffer[..<count]
    }

    private static func connect<Address>(_ descriptor: CInt, _ address: inout Address) -> CInt {
        unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe Glibc.connect(descriptor, pointer, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }
}
