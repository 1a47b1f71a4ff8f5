extension HTTPServer {
    /// How much of the machine clients may hold at once.
    package struct Limits: Sendable, Equatable {
        /// Connections open at once, per listening socket; more wait in the system's queue until one closes.
        ///
        /// libmicrohttpd refuses none of them and does not say how many wait, so nothing here counts them.
        package var connections: Int

        /// Memory of a connection in bytes, at least 1024.
        ///
        /// The request line and the headers must fit into it, else the client gets 414 or 431.
        package var headerBytes: Int

        /// How long a connection may neither send nor receive, in whole seconds, at least one.
        ///
        /// A request that waits for its answer is not idle.
        package var idle: Duration

        package init(connections: Int = 128, headerBytes: Int = 32 * 1024, idle: Duration = .seconds(60)) {
            precondition(connections > 0 && headerBytes >= 1024, "limits that let nobody in")
            self.connections = connections
            self.headerBytes = headerBytes
            self.idle = idle
        }
    }
}
