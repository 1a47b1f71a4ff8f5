import CMicroHTTPD
import Glibc

/// A small HTTP server, for as long as it is owned.
///
/// Each listening socket has one thread, which calls `respond` for each request; so `respond` must not block.
/// What takes longer is an `Answer.later`.
package struct HTTPServer: ~Copyable, Sendable {
    package typealias Respond = @Sendable (Request) -> Answer

    /// Where it listens, as numbers: `127.0.0.1:9187`, `[::]:9187`; for port 0 with the port that was chosen.
    package let addresses: [String]

    /// The port of each of `addresses`.
    package let ports: [UInt16]

    /// Asks this server, for as long as it serves.
    package let ownClient: OwnClient

    private let daemons: [UInt]  // As numbers, since pointers are not Sendable.
    private let responder: Responder
    private var patience = Duration.zero

    /// Listens on `addresses` until the returned server is let go.
    ///
    /// Names are resolved first, which may take as long as the resolver does.
    package static func listen(
        on addresses: [ListenAddress], limits: Limits = Limits(), respond: @escaping Respond
    ) throws(HTTPServerError) -> HTTPServer {
        try serve(onSockets: try ListenSocket.open(addresses), limits: limits, respond: respond)
    }

    /// Serves on sockets that listen already, as systemd passes them; they are closed in any case, at last.
    package static func serve(
        onSockets descriptors: [CInt], limits: Limits = Limits(), respond: @escaping Respond
    ) throws(HTTPServerError) -> HTTPServer {
        let responder = Responder(respond)
        var bound: [SocketAddress] = []
        var daemons: [UInt] = []
        var waiting = descriptors[...]
        do throws(HTTPServerError) {
            while let descriptor = waiting.popFirst() {
                let socket = ListenSocket(owning: descriptor)
                guard socket.prepare(), let address = SocketAddress(boundBy: descriptor) else {
                    throw .notListening(socket: descriptor)
                }
                daemons.append(try start(socket, limits, responder))
                bound.append(address)
            }
        } catch {
            waiting.forEach { _ = close($0) }
            withExtendedLifetime(responder) { stop(daemons) }
            throw error
        }
        return HTTPServer(bound, daemons: daemons, responder: responder)
    }

    private init(_ bound: [SocketAddress], daemons: [UInt], responder: Responder) {
        addresses = bound.map(\.description)
        ports = bound.map(\.port)
        ownClient = OwnClient(of: bound)
        self.daemons = daemons
        self.responder = responder
    }

    deinit {
        let sockets = daemons.map { unsafe MHD_quiesce_daemon(OpaquePointer(bitPattern: $0)) }
        Self.wait(for: daemons, atMost: patience)
        responder.waiting.close()
        withExtendedLifetime(responder) { Self.stop(daemons) }  // They call it until then.
        for socket in sockets where socket >= 0 { _ = close(socket) }
    }

    /// Stops listening; clients are answered for up to `patience`, until they have gone.
    ///
    /// Whoever is not connected yet waits for whoever else holds the socket, or is refused. At last requests
    /// that wait for their answer get 503, answers under way are broken off. Returns when no thread of the
    /// server is left, after `patience` and about a second at most.
    package consuming func stop(patience: Duration = .zero) {
        self.patience = patience
    }

    // MARK: - libmicrohttpd's daemons

    private static func start(_ socket: consuming ListenSocket, _ limits: Limits, _ responder: Responder)
        throws(HTTPServerError) -> UInt
    {
        let context = unsafe Unmanaged.passUnretained(responder).toOpaque()  // The server keeps it.
        let callbacks = unsafe mhd_callbacks(
            handle: handle, completed: completed, unescape: unescape, context: context)
        let identity = socket.identity
        let descriptor = socket.release()
        let daemon = unsafe mhd_start(
            descriptor, CUnsignedInt(clamping: limits.connections), limits.headerBytes,
            CUnsignedInt(clamping: max(1, limits.idle.components.seconds)), callbacks)
        guard let daemon = unsafe daemon else {
            // Whether it has closed the socket then depends on how far it came.
            if ListenSocket.identity(of: descriptor) == identity { _ = close(descriptor) }
            throw .cannotStart
        }
        return UInt(bitPattern: daemon)
    }

    private static func wait(for daemons: [UInt], atMost patience: Duration) {
        let end = ContinuousClock.now + patience
        while .now < end {
            usleep(10_000)  // At least once: a client may have been let in who is not counted yet.
            let clients = daemons.map { unsafe mhd_connections(OpaquePointer(bitPattern: $0)) }
            if clients.allSatisfy({ $0 == 0 }) { return }
        }
    }

    private static func stop(_ daemons: [UInt]) {
        // Each returns once none of its callbacks is running, and closes its socket if it still has it.
        for daemon in daemons { unsafe MHD_stop_daemon(OpaquePointer(bitPattern: daemon)) }
    }
}
