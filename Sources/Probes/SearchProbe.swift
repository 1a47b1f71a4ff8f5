package import Postgres

/// A search that is made again and again, timed and checked, as the operator or the catalogue describes it.
package struct SearchProbe: Sendable, Equatable {
    /// `[a-z][a-z0-9_]{0,62}`; the label `probe`.
    package var name: String
    /// nil for the database that the server's settings name.
    package var database: String?
    package var role: ServerRole = .any
    package var target: SearchTarget
    package var queries = QuerySource()
    package var schedule = ProbeSchedule()
    /// At least one; the first runs at each tick.
    package var variants = [Variant()]
    /// The role whose settings, as `ALTER ROLE … SET` left them, hold in the probe's transactions.
    package var settingsFromRole: String?
    /// Every how many ticks one EXPLAIN ANALYZE is taken beside the search; 0 for never.
    package var explainEvery = 20
    package var planCheckEvery = 20
    package var expectedPlan: PlanExpectation = .annIndex
    package var recall = RecallPlan()
    package var limits = ProbeLimits()
    package var objective = Objective()

    package init(name: String, target: SearchTarget) {
        self.name = name
        self.target = target
    }
}

/// What is searched for where.
package struct SearchTarget: Sendable, Equatable {
    package var schema = "public"
    /// A table, partitioned table or materialized view.
    package var table: String
    package var searched: Searched
    /// The operator of ORDER BY, such as `<=>`.
    package var `operator`: String
    /// By what is right and wrong judged; nil where the searched column and operator judge themselves.
    package var metric: TrueMetric?
    /// Rows that the index finds before they are sorted by the true metric; nil where nothing is reranked.
    package var rerankedCandidates: Int?
    /// Columns that tell rows apart; empty for the primary key, or `ctid` where there is none.
    package var key: [String] = []
    /// Rows asked for, 1 to 1,000.
    package var k = 10
    /// A condition in SQL whose values are `$1`, `$2`, … of its own.
    package var filter: String?
    package var filterValues: ProbeValues = .none
    package var expectedIndex: ExpectedIndex = .any

    package init(table: String, searched: Searched, operator: String) {
        self.table = table
        self.searched = searched
        self.operator = `operator`
    }

    package enum Searched: Sendable, Equatable {
        case column(String)
        /// SQL over the table's columns, as in the index: `binary_quantize(embedding)::bit(384)`.
        case expression(String)
    }

    package struct TrueMetric: Sendable, Equatable {
        package var column: String
        package var `operator`: String

        package init(column: String, operator: String) {
            self.column = column
            self.operator = `operator`
        }
    }

    package enum ExpectedIndex: Sendable, Equatable {
        /// Any ANN index.
        case any
        case named(String)
    }
}

/// Which servers a probe runs on, by their role in replication.
package enum ServerRole: String, Sendable, CaseIterable {
    case any
    case primary
    case standby

    package func includes(standby isInRecovery: Bool) -> Bool {
        switch self {
        case .any: true
        case .primary: !isInRecovery
        case .standby: isInRecovery
        }
    }
}

/// Where a probe's query vectors come from.
package struct QuerySource: Sendable, Equatable {
    package enum Origin: Sendable, Equatable {
        /// Rows of the table, themselves excluded from what is found; flatters recall somewhat.
        case table(excludesDuplicates: Bool)
        /// One vector a row in the first column.
        case sql(String)
        /// `.jsonl`, `.txt`, `.fvecs` or `.npy`.
        case file(path: String)
        /// VectorChord's own sample of real queries.
        case vectorChordSamples
        /// Random directions, which tell nothing of recall.
        case randomUnit
    }

    package var origin = Origin.table(excludesDuplicates: false)
    /// How many vectors are kept and rotated through, 1 to 10,000.
    package var count = 200
    /// nil for never.
    package var refresh: Duration? = .seconds(3600)
    package var seed: UInt64 = 42
    package var isShuffled = true

    package init() {}
}

/// Sets of values that a statement is run with in turn.
package enum ProbeValues: Sendable, Equatable {
    case none
    case listed([[String]])
    /// A statement whose rows are the sets.
    case sql(String, refresh: Duration?)
}

/// When a probe runs.
package struct ProbeSchedule: Sendable, Equatable {
    package var interval = Duration.seconds(15)
    package var timeout = Duration.seconds(5)
    /// Every how many ticks a fresh session is used besides; 0 for never.
    package var coldEvery = 40

    package init() {}
}

/// One way of running a probe's search: with some settings of the server changed.
package struct Variant: Sendable, Equatable {
    package var name = "default"
    /// In the order of the settings file.
    package var settings: [LocalSetting] = []
    /// Every how many ticks.
    package var every = 1

    package init() {}

    package init(_ name: String, settings: [LocalSetting], every: Int) {
        self.name = name
        self.settings = settings
        self.every = every
    }
}

/// What a plan should be.
package enum PlanExpectation: String, Sendable, CaseIterable {
    /// An ANN index finds the rows.
    case annIndex = "ann_index"
    /// No table is read from beginning to end.
    case index
    case seqScan = "seq_scan"
    case any
}

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
        /// The largest table, TOAST included, that is scanned; nil for a quarter of shared_buffers on a primary
        /// and any on a standby.
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

/// What a probe may cost, and when it stands back.
package struct ProbeLimits: Sendable, Equatable {
    package var databaseSecondsPerHour = 60.0
    package var maxReplayLag: Duration? = .seconds(30)
    package var pauses: Set<Pause> = [.indexBuild, .baseBackup]
    package var blackouts: [Blackout] = []

    package init() {}

    /// For ground truth only; searches go on.
    package enum Pause: String, Sendable, CaseIterable {
        case indexBuild = "index_build"
        case baseBackup = "base_backup"
    }

    /// A span of each week in UTC, in seconds since Monday 00:00; it may run over the week's end.
    package struct Blackout: Sendable, Equatable {
        package var start: Int
        package var end: Int

        package init(start: Int, end: Int) {
            self.start = start
            self.end = end
        }
    }
}

/// What the operator promises of the search; alerts compare with it.
package struct Objective: Sendable, Equatable {
    package var median: Duration?
    package var p95: Duration?
    package var recall: Double?

    package init() {}
}
