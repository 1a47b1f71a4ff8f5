import HTTPServer
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct ResponseTests {
    @Test func `one response serves any number of clients`() throws {
        let shared = Response(
            .notFound, headers: [(name: "X-Kind", value: "shared")],
            body: [Array("not ".utf8), Array("here".utf8)])
        #expect(shared.size == 8)
        let server = try HTTPServer.listen(on: [try #require(ListenAddress("127.0.0.1:0"))]) { _ in
            .now(shared)
        }
        let clients = try (0..<20).map { _ in try Client(to: server.ports[0]) }
        for client in clients { try client.ask() }
        for client in clients {
            let received = try client.receive()
            #expect(received.status == 404)
            #expect(received.header("X-Kind") == "shared")
            #expect(received.body == "not here")
        }
        server.stop()
    }

    @Test func `an empty body is a body`() throws {
        let server = try HTTPServer.listen(on: [try #require(ListenAddress("127.0.0.1:0"))]) { _ in
            .now(Response(.ok, body: []))
        }
        let received = try Client(to: server.ports[0]).get()
        #expect(received.status == 200)
        #expect(received.header("Content-Length") == "0")
        server.stop()
    }

    @Test func `a large body arrives whole, however many chunks it has`() throws {
        // Of all lengths, empty ones too.
        let body = (0..<5000).map { [UInt8](repeating: UInt8(97 + $0 % 26), count: $0 % 1000) }
        let shared = Response(.ok, body: body)
        #expect(shared.size > 2_000_000)
        let server = try HTTPServer.listen(on: [try #require(ListenAddress("127.0.0.1:0"))]) { _ in
            .now(shared)
        }
        let clients = try (0..<3).map { _ in try Client(to: server.ports[0]) }
        for client in clients { try client.ask() }
        for client in clients {
            let received = try client.receive().body
            #expect(received.utf8.elementsEqual(body.joined()))
        }
        server.stop()
    }

    @Test func `a response that nobody holds any more reaches its last reader whole`() throws {
        let size = 8_000_000
        let current = Mutex<Response?>(Response(.ok, body: [[UInt8](repeating: 120, count: size)]))
        weak let watched = current.withLock { $0 }
        let server = try HTTPServer.listen(on: [try #require(ListenAddress("127.0.0.1:0"))]) { _ in
            guard let response = current.withLock({ $0.take() }) else {
                return .now(Response(.notFound, text: ""))
            }
            return .now(response)
        }
        let client = try Client(to: server.ports[0])
        try client.ask()
        #expect(client.hears(within: 10_000))
        #expect(watched == nil)  // While most of it is still to be sent.
        let body = try client.receive().body
        #expect(body.utf8.count == size && body.utf8.allSatisfy { $0 == 120 })
        server.stop()
    }
}
