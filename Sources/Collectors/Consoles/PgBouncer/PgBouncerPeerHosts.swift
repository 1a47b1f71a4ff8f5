import Exposition
import PoolDefinitions

extension ConsoleCollector {
    /// The other processes of one PgBouncer as they are set, whether anything was forwarded to them or not.
    static let pgbouncerPeerHosts = ConsoleCollector(
        "pgbouncer_peer_hosts", "Where the peers are, and how many cancel requests each may have under way.",
        of: .pgbouncer, "SHOW PEERS", cost: .minute, since: 11_900,
        labels: ["peer_id": "peer_id", "host": "host", "port": "port"],
        columns: [
            .info(
                "pgbouncer_peer_info", "Where the peer is, from SHOW PEERS.",
                by: ["peer_id", "host", "port"]),
            .gauge(
                "pool_size", "pgbouncer_peer_pool_size",
                "Connections to the peer that there may be at once, from SHOW PEERS.", by: ["peer_id"],
                read: ConsoleColumn.limit),
        ])
}
