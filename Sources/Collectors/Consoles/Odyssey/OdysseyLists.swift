import Exposition
import PoolDefinitions

extension ConsoleCollector {
    /// Counts of what Odyssey keeps; those that it never fills are left out.
    static let odysseyLists = ConsoleCollector(
        "odyssey_lists", "How many clients, servers and pools Odyssey keeps.",
        of: .odyssey, "SHOW LISTS", shape: .pairs(name: "list", value: "items"),
        columns: ConsoleColumn.gauges(
            "odyssey_clients", clients, ["used_clients": "used"], read: ConsoleColumn.others)
            + ConsoleColumn.gauges("odyssey_clients", clients, ["routing_clients": "routing"])
            + ConsoleColumn.gauges(
                "odyssey_servers", "Server connections by state, from SHOW LISTS.",
                ["used_servers": "used", "free_servers": "free"]) + [
                .gauge("pools", "odyssey_pools", "Pools, the console's too, from SHOW LISTS.")
            ])

    private static let clients =
        "Clients by state, without pgvigil's own; those routing have no pool yet, from SHOW LISTS."
}
