/// How a probe's answers are judged.
package struct RecallPlan: Sendable, Equatable {
    package enum Mode: String, Sendable, CaseIterable {
        /// Rows that we keep: a search that misses one of them that is nearer has missed something.
        case residentSample = "resident_sample"
        /// The same search without the index, each time.
        case exact
        /// The same, kept until the table has changed.
        case exactCached = "exact_cached"
        /// The index itself with all its effort: an upper bound where exact is impossible.
        case highEffort = "high_effort"
    }

    package var modes: Set<Mode> = [.residentSample, .exact]
    /// Whether anything is looked for on the slow schedule.
    package var needsTruth: Bool { !modes.subtracting([.residentSample]).isEmpty }
    package var exact = Exact()
    package var sample = ResidentSample()
    /// How many of the latest queries the window mean is over.
    package var windowQueries = 200
    /// Relative to the k-th distance.
    package var tieEpsilon = 1e-6
    package var baseline = Baseline.learned

    package init() {}

    package struct Exact: Sendable, Equatable {
        package var interval = Duration.seconds(300)
        package var timeout = Duration.seconds(60)
        package var role: ServerRole = .any
        /// `max_parallel_workers_per_gather` of the exact statement.
        package var parallelWorkers = 0
        /// The largest table, TOAST included, that is scanned.
        ///
        /// nil for a quarter of shared_buffers on a primary and any on a standby.
        package var longestScan: Int?

        package init() {}
    }

    package struct ResidentSample: Sendable, Equatable {
        package var rows = 2000
        package var refresh = Duration.seconds(3600)
        package var maxBytes = 64 << 20

        package init() {}
    }

    package enum Baseline: Sendable, Equatable {
        /// What the first full window showed.
        case learned
        /// For every variant.
        case fixed(Double)
        case byVariant([String: Double])
    }
}
