import Glibc
import HTTPServer
import Testing

@Suite(.timeLimit(.minutes(1))) struct SocketTests {
    private static let respond: HTTPServer.Respond = { .now(Response(.ok, text: $0.client)) }

    private static func start(_ addresses: String...) throws -> HTTPServer {
        try HTTPServer.listen(on: try addresses.map { try #require(ListenAddress($0)) }, respond: respond)
    }

    /// A blocking IPv4 socket on a port of the system's choice, as a service manager makes it.
    private static func makeSocket(listens: Bool = true) -> CInt {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        if listens { listen(descriptor, 16) }
        return descriptor
    }

    @Test func `a socket that is passed in is served`() throws {
        let descriptor = Self.makeSocket()
        let server = try HTTPServer.serve(onSockets: [descriptor], respond: Self.respond)
        #expect(server.addresses == ["0.0.0.0:\(server.ports[0])"])
        #expect(try Client(to: server.ports[0]).get().status == 200)
        #expect(fcntl(descriptor, F_GETFL) & O_NONBLOCK != 0)
        #expect(fcntl(descriptor, F_GETFD) == FD_CLOEXEC)
        server.stop()
    }

    @Test func `a socket that does not listen is refused`() {
        let descriptor = Self.makeSocket(listens: false)
        #expect(throws: HTTPServerError.notListening(socket: descriptor)) {
            _ = try HTTPServer.serve(onSockets: [descriptor], respond: Self.respond)
        }
    }

    @Test func `a socket of another kind is refused`() {
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        #expect(throws: HTTPServerError.notListening(socket: descriptor)) {
            _ = try HTTPServer.serve(onSockets: [descriptor], respond: Self.respond)
        }
    }

    @Test func `who comes between two servers of one socket is answered by the second`() throws {
        let descriptor = Self.makeSocket()
        let kept = dup(descriptor)
        let first = try HTTPServer.serve(onSockets: [descriptor], respond: Self.respond)
        let port = first.ports[0]
        #expect(try Client(to: port).get().status == 200)
        first.stop(patience: .milliseconds(10))
        let early = try Client(to: port)
        try early.ask()
        let second = try HTTPServer.serve(onSockets: [kept], respond: Self.respond)
        #expect(try early.receive().status == 200)
        second.stop()
    }

    @Test func `nobody is waited for who is not there`() throws {
        let began = ContinuousClock.now
        try Self.start("127.0.0.1:0").stop(patience: .seconds(30))
        #expect(ContinuousClock.now - began < .seconds(10))
    }

    @Test func `starting, failing and stopping leave no descriptor and no thread behind`() async {
        await #expect(processExitsWith: .success) {
            try Self.start("127.0.0.1:0").stop()  // What the system's libraries open once, stays open.
            let before = [entries(of: "/proc/self/fd"), entries(of: "/proc/self/task")]
            for _ in 0..<10 {
                let server = try Self.start("127.0.0.1:0", "[::1]:0")
                _ = try Client(to: server.ports[0]).get()
                let taken = "127.0.0.1:\(server.ports[0])"
                #expect(throws: HTTPServerError.self) { _ = try Self.start("127.0.0.2:0", taken) }
                let sockets = [Self.makeSocket(), Self.makeSocket(listens: false), Self.makeSocket()]
                #expect(throws: HTTPServerError.notListening(socket: sockets[1])) {
                    _ = try HTTPServer.serve(onSockets: sockets, respond: Self.respond)
                }
                server.stop()
            }
            // Ten rounds that each left one would leave ten; what Swift's runtime opens meanwhile is fewer.
            let after = [entries(of: "/proc/self/fd"), entries(of: "/proc/self/task")]
            #expect(zip(before, after).allSatisfy { $1 < $0 + 10 })
        }
    }

    @Test func `without descriptors to start with, the server keeps none`() async {
        await #expect(processExitsWith: .success) {
            try Self.start("127.0.0.1:0").stop()
            let before = entries(of: "/proc/self/fd")
            let descriptor = Self.makeSocket()
            var limit = rlimit()
            #expect(unsafe getrlimit(CInt(RLIMIT_NOFILE.rawValue), &limit) == 0)
            let usual = limit
            limit.rlim_cur = rlim_t(descriptor) + 1
            #expect(unsafe setrlimit(CInt(RLIMIT_NOFILE.rawValue), &limit) == 0)
            #expect(throws: HTTPServerError.cannotStart) {
                _ = try HTTPServer.serve(onSockets: [descriptor], respond: Self.respond)
            }
            limit = usual
            #expect(unsafe setrlimit(CInt(RLIMIT_NOFILE.rawValue), &limit) == 0)
            #expect(entries(of: "/proc/self/fd") == before)
        }
    }
}

private func entries(of folder: String) -> Int {
    guard let directory = unsafe opendir(folder) else { return -1 }
    defer { unsafe closedir(directory) }
    var count = 0
    while unsafe readdir(directory) != nil { count += 1 }
    return count
}
