import Collectors

/// Labels that a target may not set, since metrics have them.
enum LabelNames {
    static var ours: Set<String> { Collector.labelNames.union(ofJobs).union(ofProbes) }

    private static let ofJobs: Set = ["collector", "reason"]

    /// Of `pg_probe_*`.
    private static let ofProbes: Set = [
        "access_method", "attname", "datname", "k", "kind", "match", "operator", "path", "probe", "reason",
        "relname", "schemaname", "setting", "source", "value", "variant",
    ]
}
