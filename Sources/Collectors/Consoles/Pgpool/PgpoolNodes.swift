import Exposition
import PoolDefinitions

extension ConsoleCollector {
    /// The servers behind Pgpool-II as it sees them.
    ///
    /// A node is known by its number: it may have no host.
    static let pgpoolNodes = ConsoleCollector(
        "pgpool_nodes", "State, role, weight and lag of each server behind Pgpool-II.",
        of: .pgpool, "SHOW POOL_NODES",
        labels: [
            "node_id": "node_id", "hostname": "hostname", "port": "port", "role": "role", "status": "status",
        ],
        columns: [
            .mark(
                "pgpool_node_status",
                "1 for the role and the status that the node has to Pgpool-II, from SHOW POOL_NODES."),
            .gauge(
                "status", "pgpool_node_up",
                "1 where Pgpool-II uses the node, 0 where it is down or in quarantine, from SHOW POOL_NODES.",
                by: ["node_id"], read: isUsed),
            .gauge(
                "pg_status", "pgpool_node_server_up",
                "1 where the server answers Pgpool-II, whether it is used or not, from SHOW POOL_NODES.",
                by: ["node_id"], read: isUsed),
            .gauge(
                from: ["role", "pg_role"], "pgpool_node_role_mismatch",
                "1 where the server is a primary and to Pgpool-II a standby, or else, from SHOW POOL_NODES.",
                by: ["node_id"], read: rolesDiffer),
            .gauge(
                "lb_weight", "pgpool_node_load_balance_weight",
                "The node's share of the statements that may go to any node, from SHOW POOL_NODES.",
                by: ["node_id"]),
            .gauge(
                from: delay, "pgpool_node_replication_lag_bytes",
                "How much WAL a standby is behind, where Pgpool-II measures bytes, from SHOW POOL_NODES.",
                by: ["node_id"]
            ) { lag($0, isTime: false) },
            .gauge(
                from: delay, "pgpool_node_replication_lag_seconds",
                "How long a standby is behind, where Pgpool-II measures time, from SHOW POOL_NODES.",
                by: ["node_id"]
            ) { lag($0, isTime: true) },
        ])

    /// A node that is waiting is up, and nobody has used it yet; nothing is said of one that is unused.
    private static let isUsed: ConsoleColumn.Reading = { cells in
        switch cells[0] {
        case "up", "waiting": .integer(1)
        case "down", "quarantine": .integer(0)
        default: nil
        }
    }

    /// The server's own role is unknown where it is down, or nobody has asked it.
    private static let rolesDiffer: ConsoleColumn.Reading = { cells in
        let known: Set = ["primary", "standby"]
        guard let role = cells[0], let own = cells[1], known.contains(role), known.contains(own) else {
            return nil
        }
        return .integer(role == own ? 0 : 1)
    }

    private static let delay = ["replication_delay", "role", "replication_state"]

    /// Bytes, or text such as `0.005680 second` where Pgpool-II goes by time.
    ///
    /// A primary has no lag, whatever is said of it; 0 is no measure of a standby that does not replicate.
    private static func lag(_ cells: [String?], isTime: Bool) -> Sample.Value? {
        guard cells[1] == "standby", let words = cells[0]?.split(separator: " "), let first = words.first,
            (words.count == 2 && words[1].hasPrefix("second")) == isTime,
            let value = ConsoleColumn.number([String(first)]), value.isCount
        else { return nil }
        let isStreaming = cells[2].map { !$0.isEmpty } ?? true
        return value == .integer(0) && !isStreaming ? nil : value
    }
}
