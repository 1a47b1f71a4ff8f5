extension Settings {
    /// Where and within which limits `/metrics` is served.
    package struct Page: Sendable, Equatable {
        /// `host:port`, `[IPv6]:port` or `:port` (all addresses of this machine); port 0 is any free one.
        package var listen = [":9187"]
        package var maxConnections = 128
        /// A connection without a request for so long is closed.
        package var idleTimeout = Duration.seconds(60)
    }
}

extension Settings.Page {
    static func read(from map: inout MapReader) -> Self {
        var page = Self()
        map.read("listen", .oneOrMore(.address), into: &page.listen)
        map.read("max_connections", .integer(1...10_000), into: &page.maxConnections)
        map.read("idle_timeout", .duration(.seconds(1) ... .seconds(3600)), into: &page.idleTimeout)
        return page
    }
}
