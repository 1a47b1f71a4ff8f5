import Testing

@testable import Pools

/// What is taken of an answer.
@Suite struct IncomingTests {
    private static func body(
        status: Int, type: String, _ body: String, longest: Int = 100, _ kind: DocumentKind = .json
    ) throws(ScrapeFailure) -> String {
        let incoming = Incoming(kind, longestBody: longest, unless: Interruption())
        _ = incoming.take(header: Array("HTTP/1.1 \(status) Words\r\n".utf8))
        _ = incoming.take(header: Array("Content-TYPE: \(type)\r\n".utf8))
        if !body.isEmpty { _ = incoming.take(body: Array(body.utf8)) }
        return String(decoding: try incoming.usefulBody(), as: UTF8.self)
    }

    @Test(arguments: [
        (200, "application/json"), (200, "application/json; charset=utf-8"), (200, "Application/Health+JSON"),
        (503, "application/json"), (500, "application/problem+json"),
    ])
    func `a document is taken, also from who says that it is unwell`(_ status: Int, _ type: String) throws {
        #expect(try Self.body(status: status, type: type, "{}") == "{}")
    }

    @Test(arguments: [
        "text/plain; version=0.0.4", "text/plain", "application/openmetrics-text; version=1.0.0",
    ])
    func `a page of metrics is taken in both formats`(_ type: String) throws {
        #expect(try Self.body(status: 200, type: type, "a 1", .prometheus) == "a 1")
    }

    @Test(
        arguments: [
            (200, "text/html", "<p>", .contentType), (200, "", "{}", .contentType),
            (200, "text/plain", "{}", .contentType), (204, "text/html", "", .contentType),
            (302, "text/html", "", .redirect), (304, "application/json", "", .redirect),
            (401, "application/json", "{}", .status), (404, "text/html", "<p>", .status),
            (502, "text/html", "<p>", .status), (503, "application/json", "", .status),
        ] as [(Int, String, String, ScrapeFailure.Reason)])
    func `what is of no use is refused for its reason`(
        _ status: Int, _ type: String, _ body: String, _ reason: ScrapeFailure.Reason
    ) {
        let failure = #expect(throws: ScrapeFailure.self) {
            try Self.body(status: status, type: type, body)
        }
        #expect(failure?.reason == reason)
    }

    @Test(arguments: [
        ("text/html; charset=utf-8", "the answer is text/html, not JSON: application/json"),
        ("", "the answer has no Content-Type, not JSON: application/json"),
        ("te\u{1B}[31mxt/<b>", "the answer is te31mxt/b, not JSON: application/json"),
    ])
    func `what came instead is named by its type alone`(_ type: String, _ words: String) {
        let failure = #expect(throws: ScrapeFailure.self) {
            try Self.body(status: 200, type: type, "secret")
        }
        #expect(failure?.description == words)
    }

    @Test func `a body is counted as it comes`() throws {
        #expect(try Self.body(status: 200, type: "application/json", "12345", longest: 5) == "12345")
        let failure = #expect(throws: ScrapeFailure.self) {
            try Self.body(status: 200, type: "application/json", "123456", longest: 5)
        }
        #expect(failure?.reason == .tooLarge)
    }

    @Test func `the latest answer of a request counts`() throws {
        let incoming = Incoming(.json, longestBody: 100, unless: Interruption())
        for line in [
            "HTTP/1.1 302 Found", "Content-Type: text/html", "HTTP/2 200", "content-type: application/json",
        ] {
            #expect(incoming.take(header: Array("\(line)\r\n".utf8)))
        }
        #expect(incoming.take(body: Array("{}".utf8)))
        #expect(try incoming.usefulBody() == Array("{}".utf8))
        #expect(incoming.status == 200)
    }

    @Test func `nothing is taken once interrupted`() {
        let interruption = Interruption()
        let incoming = Incoming(.json, longestBody: 100, unless: interruption)
        #expect(incoming.isWanted)
        interruption.fire()
        #expect(!incoming.take(body: [0x7B]))
    }
}
