import Exposition
import ProbeDefinitions

/// How the runs of one variant have gone.
struct VariantRecord: Sendable {
    /// What is known of some variants only.
    struct Parts: OptionSet, Sendable {
        let rawValue: Int
        static let explain = Parts(rawValue: 1)
        static let plan = Parts(rawValue: 2)
        static let sentinel = Parts(rawValue: 4)
    }

    let name: String
    let parts: Parts
    private(set) var durations = Histogram(bounds: durationBounds)
    private(set) var attempts = 0
    /// Of the latest observation; nil before the first.
    private(set) var latestDuration: Duration?
    private(set) var failures: [ProbeFailure: Int] = [:]
    /// nil before the first run.
    private(set) var isSuccess: Bool?
    /// Of the latest run; nil where it went well.
    private(set) var latestFailure: ProbeFailure?
    /// Seconds since 1970.
    private(set) var lastRun: Double?
    private(set) var requestedRows = 0
    private(set) var returnedRows = 0
    private(set) var shortResults = 0
    private(set) var samples = ExplainRecord()
    private(set) var plan: PlanPath?
    private(set) var isPlanExpected: Bool?
    private(set) var sentinelChecks = 0
    private(set) var sentinelMisses = 0
    private(set) var sentinelMissedRows = 0
    var settings: [String: String] = [:]
    var recall: [TruthSource: RecallRecord]
    var baseline: Double?

    static let durationBounds = [
        0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]

    init(_ name: String, parts: Parts = [], sources: [TruthSource] = [], windowQueries: Int = 1) {
        self.name = name
        self.parts = parts
        recall = Dictionary(
            uniqueKeysWithValues: sources.map { ($0, RecallRecord(windowQueries: windowQueries)) })
    }

    // MARK: - Runs

    mutating func noteAnswer(after duration: Duration, at time: Double) {
        attempts += 1
        observe(duration)
        isSuccess = true
        latestFailure = nil
        lastRun = time
    }

    /// `isObserved` where a user would have waited all that time.
    mutating func note(_ failure: ProbeFailure, after elapsed: Duration, isObserved: Bool, at time: Double) {
        attempts += 1
        failures[failure, default: 0] += 1
        latestFailure = failure
        if isObserved { observe(elapsed) }
        isSuccess = false
        lastRun = time
    }

    /// An answer that came, and is not what it should be: the run counts already.
    mutating func noteInvalidAnswer() {
        failures[.validation, default: 0] += 1
        latestFailure = .validation
        isSuccess = false
    }

    /// A tick that could not be kept: a user would have waited until the run in its way had ended.
    mutating func noteMissed(after elapsed: Duration) {
        observe(elapsed)
    }

    private mutating func observe(_ duration: Duration) {
        durations.observe(duration / .seconds(1))
        latestDuration = duration
    }

    /// `expected` is nil where nobody knows how many rows there are to be found.
    mutating func note(rows: Int, of requested: Int, expected: Int?) {
        requestedRows += requested
        returnedRows += rows
        if let expected, rows < expected { shortResults += 1 }
    }

    mutating func note(sentinelMissedRows rows: Int) {
        sentinelChecks += 1
        sentinelMisses += rows > 0 ? 1 : 0
        sentinelMissedRows += rows
    }

    // MARK: - Plans

    mutating func note(_ summary: PlanSummary, expected: PlanExpectation) {
        note(summary.path, expected: expected)
        if summary.executionTime != nil { samples.note(summary) }
    }

    mutating func note(_ path: PlanPath, expected: PlanExpectation) {
        plan = path
        isPlanExpected = expected.isMet(by: path)
    }

    mutating func forgetPlan() {
        plan = nil
        isPlanExpected = nil
    }

    // MARK: - While nobody looks

    mutating func withdraw() {
        isSuccess = nil
        settings = [:]
        forgetPlan()
        hideWindows()
    }

    mutating func hideWindows() {
        for source in TruthSource.allCases { recall[source]?.hideWindow() }
    }
}

/// What sampled EXPLAIN ANALYZE has said.
struct ExplainRecord: Sendable {
    private(set) var count = 0
    private(set) var durations = Histogram(bounds: VariantRecord.durationBounds)
    private(set) var planning = Duration.zero
    private(set) var hitBlocks = 0
    private(set) var readBlocks = 0
    private(set) var filteredRows = 0.0
    /// nil before PostgreSQL 18, which is the first to tell.
    private(set) var indexSearches: Int?

    mutating func note(_ summary: PlanSummary) {
        count += 1
        if let time = summary.executionTime { durations.observe(time / .seconds(1)) }
        planning += summary.planningTime ?? .zero
        hitBlocks += summary.sharedHitBlocks
        readBlocks += summary.sharedReadBlocks
        filteredRows += summary.filteredRows
        if let searches = summary.indexSearches { indexSearches = (indexSearches ?? 0) + searches }
    }
}

extension PlanExpectation {
    /// nil where anything will do.
    func isMet(by path: PlanPath) -> Bool? {
        switch self {
        case .annIndex: path == .annIndex
        case .index: path != .seqScan && path != .other
        case .seqScan: path == .seqScan
        case .any: nil
        }
    }
}
