import Exposition
import PoolDefinitions

extension ConsoleCollector {
    /// Counts of what PgBouncer keeps.
    static let pgbouncerLists = ConsoleCollector(
        "pgbouncer_lists", "How many clients, servers, pools and names PgBouncer keeps.",
        of: .pgbouncer, "SHOW LISTS", shape: .pairs(name: "list", value: "items"),
        columns: ConsoleColumn.gauges(
            "pgbouncer_clients", "Places for clients, without pgvigil's own, by state, from SHOW LISTS.",
            ["used_clients": "used"], read: ConsoleColumn.others)
            + ConsoleColumn.gauges(
                "pgbouncer_clients",
                "Places for clients, without pgvigil's own, by state, from SHOW LISTS.",
                ["free_clients": "free", "login_clients": "login"])
            + ConsoleColumn.gauges(
                "pgbouncer_servers", "Places for server connections by state, from SHOW LISTS.",
                ["used_servers": "used", "free_servers": "free"]) + [
                .gauge("databases", "pgbouncer_databases", "Databases, the console too, from SHOW LISTS."),
                .gauge("users", "pgbouncer_users", "Users, from SHOW LISTS."),
                .gauge("pools", "pgbouncer_pools", "Pools, the console's too, from SHOW LISTS."),
                .gauge("peers", "pgbouncer_peers", "Peers, from SHOW LISTS."),
                .gauge(
                    "dns_names", "pgbouncer_dns_names", "Host names that are remembered, from SHOW LISTS."),
                .gauge("dns_zones", "pgbouncer_dns_zones", "DNS zones that are remembered, from SHOW LISTS."),
                .gauge(
                    "dns_queries", "pgbouncer_dns_queries_in_flight",
                    "Host names that are being looked up, from SHOW LISTS."),
            ])
}
