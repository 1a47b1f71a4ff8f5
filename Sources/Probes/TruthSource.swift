import ProbeDefinitions

/// Where the truth came from that a search was compared with; the `source` of `pg_probe_recall_*`.
package enum TruthSource: String, Sendable, CaseIterable {
    case exact
    case exactCached = "exact_cached"
    case highEffort = "high_effort"

    /// Those that a plan asks for, the best first.
    static func all(of plan: RecallPlan) -> [TruthSource] {
        allCases.filter { plan.modes.contains($0.mode) }
    }

    private var mode: RecallPlan.Mode {
        switch self {
        case .exact: .exact
        case .exactCached: .exactCached
        case .highEffort: .highEffort
        }
    }
}
