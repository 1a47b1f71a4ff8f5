import Glibc

/// Asks the server's own sockets, as a client would: whether it answers, not whether it thinks that it does.
package struct OwnClient: Sendable {
    private let addresses: [SocketAddress]

    init(of addresses: [SocketAddress]) {
        self.addresses = addresses
    }

    /// Whether each socket answers 200 for `path`.
    ///
    /// Blocks, at each of them for up to `patience` until connected and again until answered.
    package func finds(_ path: String, within patience: Duration) -> Bool {
        addresses.allSatisfy { address in
            address.reachable.contains { Self.status(of: path, at: $0, within: patience) == 200 }
        }
    }

    /// The status of the answer; nil without one.
    private static func status(of path: String, at address: SocketAddress, within patience: Duration) -> Int?
    {
        let descriptor = socket(address.family, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { _ = close(descriptor) }
        let (seconds, attoseconds) = patience.components
        var limit = timeval(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
        for option in [SO_SNDTIMEO, SO_RCVTIMEO] {  // The former is for connecting, too.
            _ = unsafe setsockopt(
                descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        guard unsafe address.withPointer({ unsafe connect(descriptor, $0, $1) }) == 0 else { return nil }

        let request = Array("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8)
        guard unsafe send(descriptor, request, request.count, CInt(MSG_NOSIGNAL)) == request.count
        else { return nil }
        var answer = [UInt8](repeating: 0, count: "HTTP/1.1 200".utf8.count)
        guard unsafe recv(descriptor, &answer, answer.count, CInt(MSG_WAITALL)) == answer.count
        else { return nil }
        return Int(String(decoding: answer.suffix(3), as: UTF8.self))
    }
}

extension SocketAddress {
    /// Where a client on this machine finds it, in the order to try.
    ///
    /// Linux takes "every address" for loopback; but a socket of IPv6 may serve a machine that has only IPv4.
    fileprivate var reachable: [SocketAddress] {
        host == "::" ? [self, SocketAddress(loopbackOfIPv4InIPv6: port)] : [self]
    }
}
