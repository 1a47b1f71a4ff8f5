import Postgres

/// What is known of the connection that a session has now.
struct ConnectionFacts: Sendable {
    /// What the server said when it was asked last.
    var server: ServerState?
    private var probes: Set<String> = []

    /// Whether the probe meets it for the first time, whoever else has.
    mutating func meets(_ probe: String) -> Bool { probes.insert(probe).inserted }
}
