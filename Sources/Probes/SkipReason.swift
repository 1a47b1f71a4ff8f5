/// Why a tick was let pass on purpose, or could not be kept; the `reason` of `pg_probe_skipped_total`.
package enum SkipReason: String, Sendable, CaseIterable {
    /// An earlier run was still at work, or its timeout took the tick's other variants with it.
    case overrun
    /// The database seconds of the hour are spent, or the probe stands back after timeouts.
    case budget
    case blackout
    case role
    /// No connection was free for it.
    case connections
    /// The relation, column or extension is missing, or the role may not read it.
    case unresolved
    /// The session reached another server than the polls.
    case identity
    /// The search ran, and what was to be found out besides had to wait for a longer pause between ticks.
    case upkeep
}

/// The `reason` of `pg_probe_ground_truth_skipped_total`.
package enum TruthSkipReason: String, Sendable, CaseIterable {
    case budget
    /// The table is larger than what may be scanned.
    case size
    case role
    case lag
    case blackout
    case indexBuild = "index_build"
    case baseBackup = "base_backup"
    case connections
    case unresolved
    case identity
}

extension SkipReason {
    /// Whether the probe stands back for as long as things are as they are, and sees nothing meanwhile.
    var meansUnknown: Bool { self == .role || self == .blackout }
}
