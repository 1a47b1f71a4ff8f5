import CMicroHTTPD

/// Turns requests into answers; C holds it as its `void *`.
final class Responder: Sendable {
    /// Bytes of a request's body that we read and throw away, to keep its connection; longer ones end it.
    private static let ignorable = 64 * 1024

    let waiting = Waiting()
    private let respond: HTTPServer.Respond

    init(_ respond: @escaping HTTPServer.Respond) {
        self.respond = respond
    }

    /// The headers are in: refuses at once what is not worth reading on for.
    ///
    /// An answer at this point makes libmicrohttpd close the connection.
    func begin(_ connection: OpaquePointer, _ method: UnsafePointer<CChar>) -> MHD_Result {
        guard let length = unsafe MHD_lookup_connection_value(connection, .HEADER_KIND, "Content-Length"),
            unsafe (Int(String(cString: length)) ?? .max) > Self.ignorable
        else { return .YES }
        let refusal: Response = unsafe Request.Method(method) == nil ? .methodNotAllowed : .contentTooLarge
        return unsafe refusal.queue(on: connection)
    }

    /// Throws a part of the body away.
    func ignore(_ size: UnsafeMutablePointer<Int>, of exchange: Exchange) -> MHD_Result {
        unsafe exchange.ignored += size.pointee
        unsafe size.pointee = 0
        return exchange.ignored <= Self.ignorable ? .YES : .NO
    }

    /// The whole request is in, or it waited and was resumed.
    func end(
        _ exchange: Exchange, _ connection: OpaquePointer,
        _ method: UnsafePointer<CChar>, _ path: UnsafePointer<CChar>
    ) -> MHD_Result {
        if let ticket = exchange.ticket {
            return unsafe (waiting.takeAnswer(of: ticket) ?? .unanswered).queue(on: connection)
        }
        guard let method = unsafe Request.Method(method) else {
            return unsafe Response.methodNotAllowed.queue(on: connection)
        }
        switch unsafe Request.read(from: connection, method, path) {
        case .refused(let refusal): return unsafe refusal.queue(on: connection)
        case .request(let request):
            switch respond(request) {
            case .now(let response): return unsafe response.queue(on: connection)
            case .later(let start): return unsafe suspend(exchange, connection, start)
            }
        }
    }

    private func suspend(
        _ exchange: Exchange, _ connection: OpaquePointer,
        _ start: (_ reply: @escaping @Sendable (Response) -> Void) -> Void
    ) -> MHD_Result {
        guard let ticket = unsafe waiting.suspend(connection) else {
            return unsafe Response.stopping.queue(on: connection)
        }
        exchange.ticket = ticket
        let reply = Reply(to: ticket, in: waiting)
        start { reply.send($0) }
        return .YES
    }

    /// The exchange is over: answered, broken off, or timed out.
    func finish(_ exchange: Exchange) {
        if let ticket = exchange.ticket { waiting.finish(ticket) }
    }
}
