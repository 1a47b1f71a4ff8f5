/// What a client asks for.
package struct Request: Sendable {
    package enum Method: Sendable {
        case get
        case head
    }

    package let method: Method

    /// Decoded: `/metrics`.
    package let path: String

    /// Decoded, in the client's order; the value is nil where a name stands alone, without `=`.
    package let query: [(name: String, value: String?)]

    /// Like the two below: joined by ", " where the client sends several, empty where none.
    ///
    /// At most 8192 bytes long; whoever sends more gets 431.
    package let accept: String
    package let acceptEncoding: String
    package let userAgent: String

    /// The client's address without its port: `192.0.2.7`, `2001:db8::7`.
    package let client: String

    package init(
        method: Method = .get, path: String, query: [(name: String, value: String?)] = [],
        accept: String = "", acceptEncoding: String = "", userAgent: String = "", client: String = ""
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.accept = accept
        self.acceptEncoding = acceptEncoding
        self.userAgent = userAgent
        self.client = client
    }

    /// Every value that the query gives `name`, in the client's order; one without value counts as empty.
    package func values(of name: String) -> [String] {
        query.filter { $0.name == name }.map { $0.value ?? "" }
    }
}
