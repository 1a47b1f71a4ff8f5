import Glibc
import HTTPServer
import Testing

@Suite(.timeLimit(.minutes(1))) struct OwnClientTests {
    private static func start(_ addresses: [String], connections: Int = 8) throws -> HTTPServer {
        try HTTPServer.listen(
            on: try addresses.map { try #require(ListenAddress($0)) },
            limits: HTTPServer.Limits(connections: connections)
        ) { .now(Response($0.path == "/-/healthy" ? .ok : .unavailable, text: "")) }
    }

    @Test(arguments: [["127.0.0.1:0"], ["[::1]:0"], ["0.0.0.0:0"], ["[::]:0"], [":0"], ["[::1]:0", ":0"]])
    func `every kind of address is found from inside`(_ addresses: [String]) throws {
        let server = try Self.start(addresses)
        #expect(server.ownClient.finds("/-/healthy", within: .seconds(10)))
        #expect(!server.ownClient.finds("/sick", within: .seconds(10)))
        server.stop()
    }

    @Test func `a server that takes no more clients does not answer`() throws {
        let server = try Self.start(["127.0.0.1:0"], connections: 1)
        let client = try Client(to: server.ports[0])
        #expect(try client.get("/-/healthy").status == 200)
        #expect(!server.ownClient.finds("/-/healthy", within: .milliseconds(100)))
        server.stop()
    }

    @Test func `one socket of two that does not answer is enough`() throws {
        let server = try Self.start(["127.0.0.1:0", "127.0.0.1:0"], connections: 1)
        let client = try Client(to: server.ports[1])
        #expect(try client.get("/-/healthy").status == 200)
        #expect(!server.ownClient.finds("/-/healthy", within: .milliseconds(100)))
        server.stop()
    }

    @Test func `a server that has stopped does not answer`() throws {
        let server = try Self.start(["127.0.0.1:0"])
        let client = server.ownClient
        server.stop()
        #expect(!client.finds("/-/healthy", within: .seconds(10)))
    }
}
