/// What the settings refer to elsewhere in the program, or have to keep clear of.
package struct Surroundings: Sendable {
    /// The names of the catalogue's collectors.
    let collectors: [String]
    /// Those of poolers' consoles, by kind.
    let consoleCollectors: [String: [String]]
    /// Names that a collector of the operator's may not have.
    let reservedCollectors: Set<String>
    /// How names of metrics begin that are not the operator's to give.
    let reservedMetrics: [String]
    /// Labels that the views use, which a target may not set.
    let reservedLabels: Set<String>
    /// Whether libpq can read a connection string.
    let isReadable: @Sendable (_ conninfo: String) -> Bool

    package init(
        collectors: [String], consoleCollectors: [String: [String]] = [:], otherJobs: [String] = [],
        reservedMetrics: [String] = [], reservedLabels: Set<String>,
        isReadable: @escaping @Sendable (_ conninfo: String) -> Bool
    ) {
        self.collectors = collectors
        self.consoleCollectors = consoleCollectors
        reservedCollectors = Set(collectors + consoleCollectors.values.joined() + otherJobs)
        self.reservedMetrics = reservedMetrics
        self.reservedLabels = reservedLabels
        self.isReadable = isReadable
    }
}
