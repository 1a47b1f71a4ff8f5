extension Settings {
    /// Whether the searches that a server's ANN indexes are for get probes by themselves.
    package enum SearchDiscovery: String, Sendable, CaseIterable {
        case auto
        case off
    }
}
