import CMicroHTTPD
import Glibc

extension Request.Method {
    init?(_ name: UnsafePointer<CChar>) {
        if unsafe strcmp(name, "GET") == 0 {
            self = .get
        } else if unsafe strcmp(name, "HEAD") == 0 {
            self = .head
        } else {
            return nil
        }
    }
}

extension Request {
    enum Reading {
        case request(Request)
        case refused(Response)
    }

    /// Longest value of a header that we look at, in bytes.
    private static let longestHeader = 8192

    /// Reads a request whose headers are in.
    static func read(from connection: OpaquePointer, _ method: Method, _ path: UnsafePointer<CChar>)
        -> Reading
    {
        var fields = Fields()
        unsafe withUnsafeMutablePointer(to: &fields) { fields in
            _ = unsafe MHD_get_connection_values_n(connection, .HEADER_KIND, readHeader, fields)
            _ = unsafe MHD_get_connection_values_n(connection, .GET_ARGUMENT_KIND, readArgument, fields)
        }
        let path = unsafe String(cString: path)
        let texts = [path] + fields.query.flatMap { [$0.name, $0.value ?? ""] }
        if texts.contains(where: hasControlCharacters) { return .refused(.badRequest) }
        let longest = max(
            fields.accept.utf8.count, fields.acceptEncoding.utf8.count, fields.userAgent.utf8.count)
        if longest > longestHeader { return .refused(.headersTooLarge) }
        let address = unsafe mhd_client_address(connection)
        return .request(
            Request(
                method: method, path: path, query: fields.query, accept: fields.accept,
                acceptEncoding: fields.acceptEncoding, userAgent: fields.userAgent,
                client: unsafe address.map { unsafe SocketAddress.host(of: $0) } ?? ""))
    }

    private static func hasControlCharacters(_ text: String) -> Bool {
        text.utf8.contains { $0 < 0x20 || $0 == 0x7F }
    }
}
