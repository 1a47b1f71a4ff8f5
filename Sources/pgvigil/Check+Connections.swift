import Runtime
import Settings

extension Check {
    /// Says what `max_connections` leaves no place for, since nothing else does: neither is a failure.
    ///
    /// Polls keep one of them, and probes are refused below three; `databases` is how many are looked into.
    static func reportConnections(of server: Settings.Server, databases: Int, _ report: CheckReport) {
        let looks = databases == 1 ? "looks into its database" : "looks into \(databases) databases"
        let text =
            switch (server.maxConnections, databases) {
            case (1, _):
                "is 1, which polls keep: there are no \(looks), and no tries of a new one "
                    + "(pg_connect_success)"
            case (2, 2...):
                "is 2, and polls keep one: \(looks) and tries of a new one (pg_connect_success) "
                    + "leave each other out"
            default: ""
            }
        guard !text.isEmpty else { return }
        report.note("max_connections", text, remedy: "max_connections: 3 in this server's settings")
    }
}
