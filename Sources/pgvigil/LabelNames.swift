import Collectors
import Pools

/// Labels that a target may not set, since metrics have them.
enum LabelNames {
    static var ours: Set<String> {
        Collector.labelNames.union(ConsoleCollector.labelNames).union(ofJobs).union(ofProbes).union(ofPools)
    }

    private static let ofPools = Set((PoolFamilies.reference + ScrapeHistory.reference).flatMap(\.labels))

    private static let ofJobs: Set = ["collector", "reason"]

    /// Of `pg_probe_*`.
    private static let ofProbes: Set = [
        "access_method", "attname", "datname", "k", "kind", "match", "operator", "path", "probe", "reason",
        "relname", "schemaname", "setting", "source", "value", "variant",
    ]
}
