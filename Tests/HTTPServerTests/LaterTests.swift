import Dispatch
import HTTPServer
import Testing

@Suite(.timeLimit(.minutes(1))) struct LaterTests {
    private typealias Reply = @Sendable (Response) -> Void

    private static func start(
        _ limits: HTTPServer.Limits = .init(), respond: @escaping HTTPServer.Respond
    ) throws -> HTTPServer {
        try HTTPServer.listen(
            on: [try #require(ListenAddress("127.0.0.1:0"))], limits: limits, respond: respond)
    }

    /// Hands every reply to the test.
    private static func asking() -> (respond: HTTPServer.Respond, replies: AsyncStream<Reply>) {
        let (replies, continuation) = AsyncStream.makeStream(of: Reply.self)
        return ({ _ in .later { continuation.yield($0) } }, replies)
    }

    private static func take<Element: Sendable>(_ count: Int, from stream: AsyncStream<Element>) async
        -> [Element]
    {
        var taken: [Element] = []
        for await element in stream {
            taken.append(element)
            if taken.count == count { break }
        }
        return taken
    }

    @Test func `an answer comes from another thread`() throws {
        let server = try Self.start { request in
            .later { reply in
                DispatchQueue.global().async { reply(Response(.ok, text: request.path)) }
            }
        }
        let client = try Client(to: server.ports[0])
        for number in 0..<50 { #expect(try client.get("/\(number)").body == "/\(number)") }
        server.stop()
    }

    @Test func `an answer comes before the question is out of hand`() throws {
        let server = try Self.start { request in .later { $0(Response(.ok, text: request.path)) } }
        let client = try Client(to: server.ports[0])
        for number in 0..<50 { #expect(try client.get("/\(number)").body == "/\(number)") }
        #expect(try client.get("/", "HEAD").header("Content-Length") == "1")
        server.stop()
    }

    @Test func `only the first answer counts`() async throws {
        let (respond, replies) = Self.asking()
        let server = try Self.start(respond: respond)
        let client = try Client(to: server.ports[0])
        try client.ask()
        let reply = try #require(await Self.take(1, from: replies).first)
        let first = Response(.ok, text: "first")
        DispatchQueue.concurrentPerform(iterations: 8) { _ in reply(first) }
        reply(Response(.ok, text: "second"))
        #expect(try client.receive().body == "first")
        server.stop()
    }

    @Test func `a promise that is dropped answers 500`() throws {
        let server = try Self.start { request in
            request.path == "/now" ? .now(Response(.ok, text: "")) : .later { _ in }
        }
        let client = try Client(to: server.ports[0])
        #expect(try client.get().status == 500)
        #expect(try client.get("/now").status == 200)
        server.stop()
    }

    @Test func `two hundred requests wait at once, and others do not wait for them`() async throws {
        let (replies, continuation) = AsyncStream.makeStream(of: (String, Reply).self)
        let server = try Self.start(.init(connections: 201)) { request in
            if request.path == "/now" { return .now(Response(.ok, text: "now")) }
            return .later { continuation.yield((request.path, $0)) }
        }
        let clients = try (0..<200).map { _ in try Client(to: server.ports[0]) }
        for (number, client) in clients.enumerated() { try client.ask("/\(number)") }
        let waiting = await Self.take(clients.count, from: replies)
        #expect(try Client(to: server.ports[0]).get("/now").body == "now")
        DispatchQueue.concurrentPerform(iterations: 200) { number in
            let (path, reply) = waiting[number]
            reply(Response(.ok, text: path))
        }
        for (number, client) in clients.enumerated() { #expect(try client.receive().body == "/\(number)") }
        server.stop()
    }

    @Test func `stopping answers who waits with 503, and an answer after that does nothing`() async throws {
        let (respond, replies) = Self.asking()
        let server = try Self.start(respond: respond)
        let clients = try (0..<10).map { _ in try Client(to: server.ports[0]) }
        for client in clients { try client.ask() }
        let waiting = await Self.take(clients.count, from: replies)
        server.stop()
        for reply in waiting { reply(Response(.ok, text: "late")) }
        for client in clients {
            #expect(try client.receive().status == 503)
            #expect(client.isClosed())
        }
    }

    @Test func `stopping and answering at the same moment is safe`() async throws {
        for _ in 0..<20 {
            let (respond, replies) = Self.asking()
            let server = try Self.start(respond: respond)
            let clients = try (0..<4).map { _ in try Client(to: server.ports[0]) }
            for client in clients { try client.ask() }
            let waiting = await Self.take(clients.count, from: replies)
            for reply in waiting { DispatchQueue.global().async { reply(Response(.ok, text: "")) } }
            server.stop()
            for client in clients { #expect([200, 503].contains(try client.receive().status)) }
        }
    }

    @Test func `a client that leaves while it waits harms nobody`() async throws {
        let (respond, replies) = Self.asking()
        let server = try Self.start(.init(connections: 2), respond: respond)
        for _ in 0..<10 {
            do {
                let client = try Client(to: server.ports[0])
                try client.ask()
            }
            let reply = try #require(await Self.take(1, from: replies).first)
            reply(Response(.ok, text: "nobody hears this"))
        }
        let client = try Client(to: server.ports[0])
        try client.ask()
        let reply = try #require(await Self.take(1, from: replies).first)
        reply(Response(.ok, text: "heard"))
        #expect(try client.receive().body == "heard")
        server.stop()
    }
}
