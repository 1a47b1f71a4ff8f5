import CMicroHTTPD  // Its header owns `sockaddr`, as the compiler sees it.
import Glibc

/// An IPv4 or IPv6 address with its port, as the system keeps it.
struct SocketAddress {
    private var storage = sockaddr_storage()
    private var length: socklen_t

    /// Nil where it is longer than any address.
    init?(copying address: UnsafePointer<sockaddr>, length: socklen_t) {
        guard Int(length) <= MemoryLayout<sockaddr_storage>.size else { return nil }
        self.length = length
        unsafe withUnsafeMutableBytes(of: &storage) { bytes in
            unsafe bytes.copyMemory(from: UnsafeRawBufferPointer(start: address, count: Int(length)))
        }
    }

    /// Where `socket` is bound; nil where it is no TCP socket.
    init?(boundBy socket: CInt) {
        length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        var length = length
        let result = unsafe withUnsafeMutablePointer(to: &storage) { storage in
            unsafe storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe getsockname(socket, address, &length)
            }
        }
        self.length = length
        guard result == 0, family == AF_INET || family == AF_INET6 else { return nil }
    }

    /// `[::ffff:127.0.0.1]` with that port.
    init(loopbackOfIPv4InIPv6 port: UInt16) {
        length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port.bigEndian
        _ = unsafe inet_pton(AF_INET6, "::ffff:127.0.0.1", &address.sin6_addr)
        unsafe withUnsafeMutableBytes(of: &storage) { bytes in
            unsafe bytes.storeBytes(of: address, as: sockaddr_in6.self)
        }
    }

    var family: CInt { CInt(storage.ss_family) }

    /// The address without its port; an IPv4 address inside IPv6 as IPv4.
    var host: String { unsafe withPointer { address, _ in unsafe Self.host(of: address) } }

    var port: UInt16 {
        unsafe withPointer { address, _ in
            // Both families keep the port in the same place.
            unsafe address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { ipv4 in
                unsafe UInt16(bigEndian: ipv4.pointee.sin_port)
            }
        }
    }

    func withPointer<T>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> T) -> T {
        unsafe withUnsafePointer(to: storage) { storage in
            unsafe storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe body(address, length)
            }
        }
    }

    static func host(of address: UnsafePointer<sockaddr>) -> String {
        switch unsafe CInt(address.pointee.sa_family) {
        case AF_INET:
            unsafe address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { ipv4 in
                unsafe text(AF_INET, UnsafeRawPointer(ipv4) + Self.offsetOfIPv4)
            }
        case AF_INET6:
            unsafe address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { ipv6 in
                let bytes = unsafe UnsafeRawPointer(ipv6) + Self.offsetOfIPv6
                let words = unsafe bytes.loadUnaligned(as: SIMD4<UInt32>.self)
                let isMapped = words.x == 0 && words.y == 0 && words.z == UInt32(bigEndian: 0xFFFF)
                return unsafe isMapped ? text(AF_INET, bytes + 12) : text(AF_INET6, bytes)
            }
        default:
            ""
        }
    }

    private static let offsetOfIPv4 = 4  // Family and port come first.
    private static let offsetOfIPv6 = 8  // And the flow.

    private static func text(_ family: CInt, _ bytes: UnsafeRawPointer) -> String {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { buffer in
            guard let text = buffer.baseAddress,
                unsafe inet_ntop(family, bytes, text, socklen_t(buffer.count)) != nil
            else { return "" }
            return unsafe String(cString: text)
        }
    }
}

extension SocketAddress: CustomStringConvertible {
    var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
