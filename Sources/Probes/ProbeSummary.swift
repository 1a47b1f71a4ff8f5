import Synchronization

/// How a probe has fared until now, for people.
package struct ProbeSummary: Sendable {
    package struct Variant: Sendable {
        package let name: String
        package let attempts: Int
        package let failures: [ProbeFailure: Int]
        /// Of the latest search that was answered or timed out; nil before there was one.
        package let latestDuration: Duration?
        package let requestedRows: Int
        package let returnedRows: Int
        package let shortResults: Int
        package let plan: PlanPath?
        /// As read back from the server.
        package let settings: [String: String]
        package let sentinelChecks: Int
        package let sentinelMisses: Int
        package let recalls: RecallWindow?
    }

    package let variants: [Variant]
    package let databaseTime: Duration
    package let skips: [SkipReason: Int]
    package let truthFailures: [TruthFailure: Int]
    package let truthSkips: [TruthSkipReason: Int]
    /// What went wrong last; nil where the latest run went well.
    package let problem: String?

    init(_ record: ProbeRecord, problem: String?) {
        variants = record.variants.map { variant in
            Variant(
                name: variant.name, attempts: variant.attempts, failures: variant.failures,
                latestDuration: variant.latestDuration, requestedRows: variant.requestedRows,
                returnedRows: variant.returnedRows, shortResults: variant.shortResults, plan: variant.plan,
                settings: variant.settings, sentinelChecks: variant.sentinelChecks,
                sentinelMisses: variant.sentinelMisses, recalls: variant.recall.values.first?.window)
        }
        databaseTime = record.databaseTime
        skips = record.skips
        truthFailures = record.truth?.failures ?? [:]
        truthSkips = record.truth?.skips ?? [:]
        self.problem = problem
    }
}

extension SearchProber {
    package var summary: ProbeSummary {
        state.withLock { ProbeSummary($0.record, problem: $0.problem) }
    }
}

extension CustomProber {
    package var summary: ProbeSummary {
        state.withLock { ProbeSummary($0.record, problem: $0.problem) }
    }
}
