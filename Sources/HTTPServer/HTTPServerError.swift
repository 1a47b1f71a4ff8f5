import Glibc

/// Why a server does not start.
package enum HTTPServerError: Error, Equatable {
    /// Another process, or another address of the same list, has the port.
    case portInUse(ListenAddress)
    /// The name has no address; `reason` is the resolver's.
    case unknownName(ListenAddress, reason: String)
    /// The system refused the address: `code` is its `errno`.
    case cannotListen(ListenAddress, code: CInt)
    /// A socket that was passed in is not a listening TCP socket.
    case notListening(socket: CInt)
    /// libmicrohttpd did not start; it does not say why: no memory, threads or file descriptors.
    case cannotStart
}

extension HTTPServerError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .portInUse(let address):
            "cannot listen on \(address): the port is in use; stop what listens there or choose another"
        case .unknownName(let address, let reason):
            "cannot listen on \(address): the name does not resolve: \(reason)"
        case .cannotListen(let address, let code):
            "cannot listen on \(address): \(unsafe String(cString: strerror(code)))"
        case .notListening(let socket):
            "socket \(socket) is not a listening TCP socket"
        case .cannotStart:
            "the HTTP server does not start: out of memory, threads or file descriptors"
        }
    }
}
