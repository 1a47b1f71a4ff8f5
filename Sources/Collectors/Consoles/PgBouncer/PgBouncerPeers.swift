import Exposition
import PoolDefinitions

extension ConsoleCollector {
    /// Cancel requests on their way to other processes of one PgBouncer.
    static let pgbouncerPeers = ConsoleCollector(
        "pgbouncer_peers", "Cancel requests that are forwarded to peers.",
        of: .pgbouncer, "SHOW PEER_POOLS", since: 11_900, labels: ["peer_id": "peer_id"],
        columns: ConsoleColumn.gauges(
            "pgbouncer_peer_client_connections",
            "Cancel requests of clients for this peer by state, from SHOW PEER_POOLS.",
            [
                "cl_active_cancel_req": "active_cancel_req",
                "cl_waiting_cancel_req": "waiting_cancel_req",
            ])
            + ConsoleColumn.gauges(
                "pgbouncer_peer_server_connections",
                "Connections to this peer by state, from SHOW PEER_POOLS.",
                ["sv_active_cancel": "active_cancel", "sv_login": "login"]))
}
