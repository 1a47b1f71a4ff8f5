import Exposition
import Synchronization

/// How a probe has fared until now, for people.
package struct ProbeSummary: Sendable {
    package struct Variant: Sendable {
        package let name: String
        package let attempts: Int
        package let failures: [ProbeFailure: Int]
        /// Of the latest run; nil where it went well, or there was none.
        package let latestFailure: ProbeFailure?
        /// Searches that were answered or timed out.
        package let observations: Int
        /// Of the latest of them; nil before there was one.
        package let latestDuration: Duration?
        package let requestedRows: Int
        package let returnedRows: Int
        package let shortResults: Int
        package let plan: PlanPath?
        /// nil where anything will do, and before a plan was seen.
        package let isPlanExpected: Bool?
        /// As read back from the server.
        package let settings: [String: String]
        package let sentinelChecks: Int
        package let sentinelMisses: Int
        /// In all of them together.
        package let sentinelMissedRows: Int
        /// By the best source that there is.
        package let recalls: RecallWindow?
    }

    package let variants: [Variant]
    /// Rows of the resident sample for each of the table; nil without a sample.
    package let sampleRatio: Double?
    package let databaseTime: Duration
    package let skips: [SkipReason: Int]
    package let truthFailures: [TruthFailure: Int]
    package let truthSkips: [TruthSkipReason: Int]
    /// What went wrong last; nil where the latest run went well.
    package let problem: String?

    /// Whether it is known what to search.
    package let isResolved: Bool

    init(_ record: ProbeRecord, problem: String?, isResolved: Bool = true) {
        self.isResolved = isResolved
        variants = record.variants.map { variant in
            Variant(
                name: variant.name, attempts: variant.attempts, failures: variant.failures,
                latestFailure: variant.latestFailure,
                observations: variant.durations.counts.reduce(0) { $0 + Int($1) },
                latestDuration: variant.latestDuration, requestedRows: variant.requestedRows,
                returnedRows: variant.returnedRows, shortResults: variant.shortResults, plan: variant.plan,
                isPlanExpected: variant.isPlanExpected, settings: variant.settings,
                sentinelChecks: variant.sentinelChecks,
                sentinelMisses: variant.sentinelMisses,
                sentinelMissedRows: variant.sentinelMissedRows,
                recalls: TruthSource.allCases.compactMap { variant.recall[$0]?.window }.first)
        }
        sampleRatio = record.sampleRatio
        databaseTime = record.databaseTime
        skips = record.skips
        truthFailures = record.truth?.failures ?? [:]
        truthSkips = record.truth?.skips ?? [:]
        self.problem = problem
    }
}

extension SearchProber {
    package var summary: ProbeSummary {
        state.withLock { ProbeSummary($0.record, problem: $0.problem, isResolved: $0.knowledge != nil) }
    }
}

extension CustomProber {
    package var summary: ProbeSummary {
        state.withLock { ProbeSummary($0.record, problem: $0.problem) }
    }
}
