import Glibc

/// A listening TCP socket, closed when its owner lets go of it.
struct ListenSocket: ~Copyable {
    private let descriptor: CInt

    /// Takes a socket over that somebody else made.
    init(owning descriptor: CInt) {
        self.descriptor = descriptor
    }

    deinit { _ = close(descriptor) }

    /// Gives the descriptor away, and with it the duty to close it.
    consuming func release() -> CInt {
        let descriptor = descriptor
        discard self
        return descriptor
    }

    /// What tells this socket from every other that has the same number later.
    var identity: UInt { Self.identity(of: descriptor) }

    /// 0 where nothing is open under that number.
    static func identity(of descriptor: CInt) -> UInt {
        var status = stat()
        return unsafe fstat(descriptor, &status) == 0 ? UInt(status.st_ino) : 0
    }

    /// Whether it is a listening TCP socket, which from now on neither blocks nor outlives `exec`.
    func prepare() -> Bool {
        var listens: CInt = 0
        var size = socklen_t(MemoryLayout<CInt>.size)
        guard unsafe getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0, listens == 1,
            SocketAddress(boundBy: descriptor) != nil
        else { return false }
        let flags = fcntl(descriptor, F_GETFL)
        return fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0
            && fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0
    }
}

// MARK: - Opening

extension ListenSocket {
    /// Clients that may wait for us to accept them.
    private static let backlog: CInt = 1024

    /// The descriptors of new sockets for everything that `addresses` mean.
    ///
    /// Where one cannot be opened, none stays open.
    static func open(_ addresses: [ListenAddress]) throws(HTTPServerError) -> [CInt] {
        var descriptors: [CInt] = []
        do throws(HTTPServerError) {
            for address in addresses { descriptors += try open(address) }
        } catch {
            descriptors.forEach { _ = close($0) }
            throw error
        }
        return descriptors
    }

    private static func open(_ address: ListenAddress) throws(HTTPServerError) -> [CInt] {
        switch address.host {
        case .every:
            let everywhere = try resolve(address, nil, AF_INET6, AI_PASSIVE)
            do throws(HTTPServerError) {
                return try open(everywhere, for: address, isDualStack: true)
            } catch .cannotListen(_, code: EAFNOSUPPORT) {
                // A kernel without IPv6.
                return try open(try resolve(address, nil, AF_INET, AI_PASSIVE), for: address)
            }
        case .ipv4(let text):
            return try open(try resolve(address, text, AF_INET, AI_NUMERICHOST), for: address)
        case .ipv6(let text):
            return try open(try resolve(address, text, AF_INET6, AI_NUMERICHOST), for: address)
        case .name(let name):
            return try open(try resolve(address, name, AF_UNSPEC, 0), for: address)
        }
    }

    private static func resolve(_ address: ListenAddress, _ host: String?, _ family: CInt, _ flags: CInt)
        throws(HTTPServerError) -> [SocketAddress]
    {
        var hints = unsafe addrinfo()
        unsafe hints.ai_family = family
        unsafe hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = flags | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        let result = unsafe getaddrinfo(host, String(address.port), &hints, &list)
        guard result == 0 else {
            throw .unknownName(address, reason: unsafe String(cString: gai_strerror(result)))
        }
        defer { unsafe freeaddrinfo(list) }

        var found: [SocketAddress] = []
        var next = unsafe list
        while let entry = unsafe next {
            if let pointer = unsafe entry.pointee.ai_addr,
                let one = unsafe SocketAddress(copying: pointer, length: entry.pointee.ai_addrlen),
                !found.contains(where: { $0.description == one.description })
            {
                found.append(one)
            }
            unsafe next = entry.pointee.ai_next
        }
        return found
    }

    private static func open(_ found: [SocketAddress], for address: ListenAddress, isDualStack: Bool = false)
        throws(HTTPServerError) -> [CInt]
    {
        var descriptors: [CInt] = []
        var missing = HTTPServerError.cannotListen(address, code: EADDRNOTAVAIL)
        do throws(HTTPServerError) {
            for one in found {
                do throws(HTTPServerError) {
                    descriptors.append(try open(one, for: address, isDualStack))
                } catch .cannotListen(_, let code)
                    where [EADDRNOTAVAIL, EAFNOSUPPORT].contains(code) && one.family == AF_INET6
                {
                    // A name may have an IPv6 address where the machine has none: `localhost` in a container.
                    missing = .cannotListen(address, code: code)
                }
            }
            if descriptors.isEmpty { throw missing }
        } catch {
            descriptors.forEach { _ = close($0) }
            throw error
        }
        return descriptors
    }

    private static func open(_ one: SocketAddress, for address: ListenAddress, _ isDualStack: Bool)
        throws(HTTPServerError) -> CInt
    {
        let type = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(one.family, type, 0)
        guard descriptor >= 0 else { throw .cannotListen(address, code: errno) }
        let socket = ListenSocket(owning: descriptor)
        socket.set(SO_REUSEADDR, to: 1, at: SOL_SOCKET)
        if one.family == AF_INET6 {
            socket.set(IPV6_V6ONLY, to: isDualStack ? 0 : 1, at: CInt(IPPROTO_IPV6))
        }
        guard unsafe one.withPointer({ unsafe bind(descriptor, $0, $1) }) == 0,
            listen(descriptor, backlog) == 0
        else {
            let code = errno
            throw code == EADDRINUSE ? .portInUse(address) : .cannotListen(address, code: code)
        }
        return socket.release()
    }

    private func set(_ option: CInt, to value: CInt, at level: CInt) {
        var value = value
        _ = unsafe setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<CInt>.size))
    }
}
