import HTTPServer
import Testing

@Suite(.timeLimit(.minutes(1))) struct HTTPServerTests {
    /// Answers with what it was asked.
    private static let echo: HTTPServer.Respond = { request in
        let query = request.query.map { "\($0.name)=\($0.value ?? "(none)")" }.joined(separator: "&")
        let lines = [
            request.method == .get ? "get" : "head", request.path, query, request.accept,
            request.acceptEncoding, request.userAgent, request.client,
        ]
        return .now(Response(.ok, text: lines.joined(separator: "\n")))
    }

    private static func start(
        _ limits: HTTPServer.Limits = .init(), at address: String = "127.0.0.1:0",
        _ respond: @escaping HTTPServer.Respond = echo
    ) throws -> HTTPServer {
        try HTTPServer.listen(on: [try #require(ListenAddress(address))], limits: limits, respond: respond)
    }

    @Test func `a request arrives as the client meant it`() throws {
        let server = try Self.start()
        let received = try Client(to: server.ports[0]).get(
            "/a%20b?server=x%26y&alone&empty=&server=z",
            headers: "Accept: text/plain\r\nACCEPT-ENCODING: gzip\r\nUser-Agent: test/1\r\n")
        #expect(received.status == 200)
        #expect(received.header("Content-Type") == "text/plain; charset=utf-8")
        #expect(received.header("Date") != nil)
        #expect(
            received.body.split(separator: "\n") == [
                "get", "/a b", "server=x&y&alone=(none)&empty=&server=z", "text/plain", "gzip", "test/1",
                "127.0.0.1",
            ])
        server.stop()
    }

    @Test func `a header that is sent twice is joined`() throws {
        let server = try Self.start { .now(Response(.ok, text: $0.accept + "|" + $0.acceptEncoding)) }
        let received = try Client(to: server.ports[0]).get(
            headers: "Accept: a/b\r\nAccept-Encoding: br\r\nAccept: c/d\r\nAccept-Encoding: gzip\r\n")
        #expect(received.body == "a/b, c/d|br, gzip")
        server.stop()
    }

    @Test func `every value of an argument is found in order`() {
        let request = Request(path: "/", query: [("a", "1"), ("b", nil), ("a", "2")])
        #expect(request.values(of: "a") == ["1", "2"])
        #expect(request.values(of: "b") == [""])
        #expect(request.values(of: "c").isEmpty)
    }

    @Test func `HEAD gets the headers of GET and no body`() throws {
        let server = try Self.start { _ in
            .now(Response(.ok, body: [Array("ab".utf8), [], Array("cde".utf8)]))
        }
        let client = try Client(to: server.ports[0])
        let head = try client.get("/", "HEAD")
        let get = try client.get()  // On the same connection: a body of HEAD would garble it.
        #expect(head.headers.map(\.name) == get.headers.map(\.name))
        #expect(head.header("Content-Length") == "5")
        #expect(get.body == "abcde")
        server.stop()
    }

    @Test(arguments: ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "get", "BREW"])
    func `other methods than GET and HEAD are refused`(method: String) throws {
        let server = try Self.start()
        let client = try Client(to: server.ports[0])
        try client.send("\(method) /secret HTTP/1.1\r\nHost: here\r\nContent-Length: 4\r\n\r\nbody")
        let received = try client.receive()
        #expect(received.status == 405)
        #expect(received.header("Allow") == "GET, HEAD")
        #expect(received.body == "Only GET and HEAD are allowed here.\n")
        #expect(try client.get().status == 200)  // The connection lives on.
        server.stop()
    }

    @Test(arguments: [("POST", 405), ("GET", 413)])
    func `a long body is refused before it is sent`(method: String, status: Int) throws {
        let server = try Self.start()
        let client = try Client(to: server.ports[0])
        try client.send("\(method) / HTTP/1.1\r\nHost: here\r\nContent-Length: 1000000\r\n\r\n")
        #expect(try client.receive().status == status)
        #expect(client.isClosed())
        server.stop()
    }

    @Test func `a body without a stated length is limited too`() throws {
        let server = try Self.start()
        let client = try Client(to: server.ports[0])
        try client.send("GET / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n")
        let chunk = "1000\r\n" + String(repeating: "x", count: 4096) + "\r\n"
        #expect(throws: Client.Trouble.self) {
            for _ in 0..<10_000 { try client.send(chunk) }
        }
        server.stop()
    }

    @Test func `a connection serves several requests`() throws {
        let server = try Self.start { .now(Response(.ok, text: $0.path)) }
        let client = try Client(to: server.ports[0])
        for number in 0..<20 { #expect(try client.get("/\(number)").body == "/\(number)") }
        try client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try client.receive().body == "/a")
        #expect(try client.receive().body == "/b")
        server.stop()
    }

    @Test(arguments: ["/metrics%00x", "/%01", "/a?b%00c=d", "/a?b=c%00", "/a%0Ab", "/a?b=%7F"])
    func `control characters in the address are refused`(target: String) throws {
        let server = try Self.start()
        let received = try Client(to: server.ports[0]).get(target)
        #expect(received.status == 400)
        #expect(received.body == "The address has characters that are not allowed.\n")
        server.stop()
    }

    @Test(arguments: ["GARBAGE\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/1.1\r\nno colon\r\n\r\n"])
    func `a malformed request is not served`(text: String) throws {
        let server = try Self.start { _ in
            Issue.record("served")
            return .now(Response(.ok, text: ""))
        }
        let client = try Client(to: server.ports[0])
        try client.send(text)
        if let received = try? client.receive() { #expect((400..<500).contains(received.status)) }
        server.stop()
    }

    @Test func `headers that do not fit are refused`() throws {
        let server = try Self.start()
        let port = server.ports[0]
        func status(sending bytes: Int) throws -> Int {
            let value = String(repeating: "x", count: bytes)
            return try Client(to: port).get(headers: "Accept: \(value)\r\n").status
        }
        #expect(try status(sending: 8192) == 200)
        #expect(try status(sending: 8193) == 431)
        #expect(try status(sending: 40_000) == 431)
        server.stop()
    }

    @Test func `more connections than the limit wait until one closes`() throws {
        let server = try Self.start(.init(connections: 2))
        let first = try Client(to: server.ports[0])
        var second: Client? = try Client(to: server.ports[0])
        #expect(try first.get().status == 200)
        #expect(try second?.get().status == 200)
        let third = try Client(to: server.ports[0])
        try third.ask()
        #expect(!third.hears(within: 200))
        #expect(try first.get().status == 200)
        second = nil
        #expect(try third.receive().status == 200)
        server.stop()
    }

    @Test func `an idle connection is closed`() throws {
        let server = try Self.start(.init(idle: .seconds(1)))
        let client = try Client(to: server.ports[0])
        #expect(try client.get().status == 200)
        #expect(client.isClosed())
        server.stop()
    }

    @Test func `a client that leaves in the middle of a body harms nobody`() throws {
        let large = Response(.ok, body: [[UInt8](repeating: 120, count: 16_000_000)])
        let server = try Self.start { _ in .now(large) }
        for _ in 0..<20 {
            let client = try Client(to: server.ports[0])
            try client.ask()
            #expect(client.hears(within: 10_000))
        }
        #expect(try Client(to: server.ports[0]).get("/", "HEAD").status == 200)
        server.stop()
    }
}
