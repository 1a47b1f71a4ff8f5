import Exposition
import PoolDefinitions

extension ConsoleCollector {
    /// The settings that say how many clients are served.
    static let pgpoolConfig = ConsoleCollector(
        "pgpool_config", "How many clients Pgpool-II is set to serve.", of: .pgpool, "SHOW POOL_STATUS",
        cost: .minute, shape: .pairs(name: "item", value: "value"),
        columns: [
            .gauge(
                "num_init_children", "pgpool_config_num_init_children",
                "num_init_children: processes that serve a client each, from SHOW POOL_STATUS."),
            .gauge(
                "reserved_connections", "pgpool_config_reserved_connections",
                "reserved_connections: with so few processes free clients are refused, from SHOW POOL_STATUS."
            ),
            .gauge(
                "max_pool", "pgpool_config_max_pool",
                "max_pool: users and databases that a process keeps connections of, from SHOW POOL_STATUS."
            ),
        ])
}
