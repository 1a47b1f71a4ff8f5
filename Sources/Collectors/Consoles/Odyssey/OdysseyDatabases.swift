import Exposition
import PoolDefinitions

extension ConsoleCollector {
    /// How each route's rule is set.
    ///
    /// What is called force_user is the rule's own user: `default_user` where it is for any, and then routes
    /// of several users come as rows alike. What Odyssey writes for PgBouncer's sake and never fills is left
    /// out.
    static let odysseyDatabases = ConsoleCollector(
        "odyssey_databases", "Limits and clients of each rule.",
        of: .odyssey, "SHOW DATABASES", labels: ["name": "database", "force_user": "user"],
        leavesOut: ["name": .console],
        columns: [
            .gauge(
                "pool_size", "odyssey_database_pool_size",
                "Server connections that each pool of the rule may have, from SHOW DATABASES.",
                read: ConsoleColumn.limit
            ).repeating(.keepGreatest),
            .gauge(
                "max_connections", "odyssey_database_max_client_connections",
                "Clients that the rule lets in, from SHOW DATABASES.", read: ConsoleColumn.limit
            ).repeating(.keepGreatest),
            .gauge(
                "current_connections", "odyssey_database_client_connections",
                "Clients of the rule, from SHOW DATABASES."
            ).repeating(.sum),
        ])
}
