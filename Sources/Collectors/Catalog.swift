extension Collector {
    /// Every collector of this house, in the order in which a poll runs them: what tells most comes first.
    package static let all: [Collector] = [
        server,
        crashRecovery,
        activity,
        transactions,
        preparedTransactions,
        locks,
        replication,
        walReceiver,
        recovery,
        replicationSlots,
        database,
        databaseConflicts,
        checkpointer,
        bgwriter,
        wal,
        io,
        archiver,
        wraparound,
        settings,
        archiveStatus,
        databaseSize,
        walDirectory,
        vectorIndexes,
        vectorBuilds,
        vectorVacuum,
        vectorStatements,
        vectorFreshness,
        vectorColumns,
        vectorExtensions,
        vectorSettings,
        vectorSamples,
    ]

    /// The names of all labels that a collector's row may carry.
    package static let labelNames = Set(all.flatMap { $0.columns.filter(\.isLabel).map(\.name) })
}
