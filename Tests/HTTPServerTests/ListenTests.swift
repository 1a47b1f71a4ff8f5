import Glibc
import HTTPServer
import Testing

@Suite(.timeLimit(.minutes(1))) struct ListenTests {
    private static let respond: HTTPServer.Respond = { .now(Response(.ok, text: $0.client)) }

    private static func start(_ addresses: String...) throws -> HTTPServer {
        try HTTPServer.listen(
            on: try addresses.map { try #require(ListenAddress($0)) }, respond: respond)
    }

    @Test(arguments: [
        ":9187", ":0", "127.0.0.1:9187", "0.0.0.0:80", "[::1]:9187", "[::]:65535", "[fe80::1%eth0]:1",
        "localhost:9187", "db-1.example.com:9187", "a_b:1", "1a:1",
    ])
    func `an address is read and printed back`(text: String) throws {
        #expect(try #require(ListenAddress(text)).description == text)
    }

    @Test(arguments: [
        "", "9187", "localhost", "127.0.0.1", ":", ":65536", ":-1", ":+1", ": 1", ":1 ", ":0x1", ":１",
        ":000001", "::1:9187", "[::1]", "[::1]9187", "[]:1", "[127.0.0.1]:1", "[fe80::1%]:1", "::1]:1",
        "127.0.0.256:1", "127.1:1", "1:1", "*:9187", "a b:1", "-a:1", "a-:1", "a..b:1", ".:1", "http://a:1",
        "a/b:1", "ä:1", "127.0.0.1%eth0:1", "a\u{0}:1", "127.0.0.1\u{0}:1",
    ])
    func `what is no address is refused`(text: String) {
        #expect(ListenAddress(text) == nil)
    }

    @Test func `names do not differ by case`() {
        #expect(ListenAddress("LocalHost:1") == ListenAddress("localhost:1"))
        #expect(ListenAddress("localhost:1") != ListenAddress("localhost:2"))
    }

    @Test func `without a host both IPv6 and IPv4 are served by one socket`() throws {
        let server = try Self.start(":0")
        #expect(server.addresses == ["[::]:\(server.ports[0])"])
        #expect(try Client(to: server.ports[0], at: "127.0.0.1").get().body == "127.0.0.1")
        #expect(try Client(to: server.ports[0], at: "::1").get().body == "::1")
        server.stop()
    }

    @Test func `an IPv4 address is served alone`() throws {
        let server = try Self.start("127.0.0.1:0")
        #expect(server.addresses == ["127.0.0.1:\(server.ports[0])"])
        #expect(try Client(to: server.ports[0], at: "127.0.0.1").get().status == 200)
        #expect(throws: Client.Trouble.self) { try Client(to: server.ports[0], at: "::1") }
        server.stop()
    }

    @Test func `an IPv6 address is served alone, so that IPv4 can have the same port`() throws {
        let six = try Self.start("[::]:0")
        #expect(try Client(to: six.ports[0], at: "::1").get().status == 200)
        #expect(throws: Client.Trouble.self) { try Client(to: six.ports[0], at: "127.0.0.1") }
        let four = try Self.start("0.0.0.0:\(six.ports[0])")
        #expect(try Client(to: six.ports[0], at: "127.0.0.1").get().status == 200)
        four.stop()
        six.stop()
    }

    @Test func `a name is served at every address that it has`() throws {
        let server = try Self.start("localhost:0")
        #expect(!server.ports.isEmpty)
        for (address, port) in zip(server.addresses, server.ports) {
            let host = address.hasPrefix("[") ? "::1" : "127.0.0.1"
            #expect(try Client(to: port, at: host).get().body == host)
        }
        server.stop()
    }

    @Test func `several addresses are served by one server`() throws {
        let server = try Self.start("127.0.0.1:0", "127.0.0.2:0", "[::1]:0")
        #expect(Set(server.ports).count == server.ports.count)
        #expect(try Client(to: server.ports[0]).get().status == 200)
        #expect(try Client(to: server.ports[1], at: "127.0.0.2").get().status == 200)
        #expect(try Client(to: server.ports[2], at: "::1").get().status == 200)
        server.stop()
    }

    @Test func `a port in use is an error that names the address`() throws {
        let server = try Self.start("127.0.0.1:0")
        let taken = try #require(ListenAddress("127.0.0.1:\(server.ports[0])"))
        #expect(throws: HTTPServerError.portInUse(taken)) {
            _ = try Self.start("127.0.0.2:0", taken.description)
        }
        #expect(
            HTTPServerError.portInUse(taken).description
                == "cannot listen on \(taken): the port is in use; stop what listens there or choose another")
        server.stop()
    }

    @Test func `an address of another machine is an error that says so`() throws {
        let foreign = try #require(ListenAddress("192.0.2.1:0"))
        #expect(throws: HTTPServerError.cannotListen(foreign, code: EADDRNOTAVAIL)) {
            _ = try Self.start(foreign.description)
        }
        #expect(
            HTTPServerError.cannotListen(foreign, code: EADDRNOTAVAIL).description
                == "cannot listen on 192.0.2.1:0: Cannot assign requested address")
    }

    @Test func `stopping frees the port`() throws {
        let first = try Self.start("127.0.0.1:0")
        let port = first.ports[0]
        #expect(try Client(to: port).get().status == 200)
        first.stop()
        let second = try Self.start("127.0.0.1:\(port)")
        #expect(try Client(to: port).get().status == 200)
        second.stop()
    }
}
