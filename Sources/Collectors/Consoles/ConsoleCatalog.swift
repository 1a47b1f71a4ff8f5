package import PoolDefinitions

extension ConsoleCollector {
    /// Every console collector of this house, by pooler, in the order in which a poll runs them.
    package static let all: [ConsoleCollector] = [
        pgbouncerState,
        pgbouncerPools,
        pgbouncerStats,
        pgbouncerDatabases,
        pgbouncerUsers,
        pgbouncerLists,
        pgbouncerConfig,
        pgbouncerPeers,
        pgbouncerPeerHosts,
        pgbouncerMemory,
        pgbouncerClients,
        pgbouncerServers,

        pgpoolNodes,
        pgpoolProcesses,
        pgpoolConfig,
        pgpoolCache,
        pgpoolHealthChecks,
        pgpoolBackendStats,

        odysseyPools,
        odysseyDatabases,
        odysseyStats,
        odysseyErrors,
        odysseyLists,
        odysseyPaused,

        pgcatPools,
        pgcatDatabases,
        pgcatStats,
        pgcatBans,

        pgdogPools,
        pgdogStats,
        pgdogBans,
    ]

    package static func all(of kind: PoolerKind) -> [ConsoleCollector] { all.filter { $0.kind == kind } }

    /// The names of all labels that a collector's row may carry.
    package static let labelNames = Set(all.flatMap { $0.metrics.flatMap(\.labels) })
}
