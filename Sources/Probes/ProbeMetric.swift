import Exposition

/// A metric of probes, and its labels besides `probe` and the target's.
struct ProbeMetric: Sendable {
    let metric: Metric
    let labels: [String]

    init(_ name: MetricName, _ kind: Metric.Kind, _ labels: String..., help: String) {
        metric = Metric(name, kind, help: help)
        self.labels = labels
    }

    static let all = ofProbes + ofRuns + ofExplain + ofPlans + ofTruth

    static let ofProbes: [ProbeMetric] = [
        info, interval, timeout, objectiveMedian, objectiveP95, objectiveRecall, skipped, connects,
        connectSeconds, databaseSeconds, budget,
    ]
    static let ofRuns: [ProbeMetric] = [
        duration, attempts, failures, success, lastRun, requestedRows, returnedRows, shortResults,
        sentinelChecks, sentinelMisses, sentinelMissedRows, sentinelSampleRatio,
    ]
    static let ofExplain: [ProbeMetric] = [
        serverDuration, planningSeconds, hitBlocks, readBlocks, filteredRows, indexSearches, explainSamples,
    ]
    static let ofPlans: [ProbeMetric] = [plan, planExpected, indexCandidates, settingValue, settingInfo]
    static let ofTruth: [ProbeMetric] = [
        recall, recallSquares, recallEmpty, windowRatio, windowLower, windowUpper, windowQueries, baseline,
        distanceExcess, truthDuration, truthFailures, truthSkipped, truthLastSuccess, truthInterval,
    ]
}

extension ProbeMetric {
    static let info = ProbeMetric(
        "pg_probe_info", .info, "datname", "schemaname", "relname", "attname", "operator", "access_method",
        "k", "source", "kind",
        help: "What the probe searches for, and where its query vectors come from; kind is search or custom.")
    static let interval = ProbeMetric(
        "pg_probe_interval_seconds", .gauge, help: "Time between two ticks of the probe, as set.")
    static let timeout = ProbeMetric(
        "pg_probe_timeout_seconds", .gauge, help: "How long a run of the probe may take, as set.")
    static let objectiveMedian = ProbeMetric(
        "pg_probe_objective_median_seconds", .gauge, help: "The median duration that the operator promises.")
    static let objectiveP95 = ProbeMetric(
        "pg_probe_objective_p95_seconds", .gauge,
        help: "The 95th percentile of durations that the operator promises.")
    static let objectiveRecall = ProbeMetric(
        "pg_probe_objective_recall_ratio", .gauge, help: "The recall that the operator promises.")
    static let skipped = ProbeMetric(
        "pg_probe_skipped_total", .counter, "reason",
        help: "Ticks at which the probe did not run, or not all of it, by reason.")
    static let connects = ProbeMetric(
        "pg_probe_connects_total", .counter, help: "Fresh sessions of the probe that were let in.")
    static let connectSeconds = ProbeMetric(
        "pg_probe_connect_seconds_total", .counter, help: "Time that fresh sessions took to be let in.")
    static let databaseSeconds = ProbeMetric(
        "pg_probe_database_seconds_total", .counter,
        help: "Time that the server took to answer the probe's statements of all kinds.")
    static let budget = ProbeMetric(
        "pg_probe_budget_seconds", .gauge, help: "Database seconds that the probe may still take this hour.")

    static let duration = ProbeMetric(
        "pg_probe_duration_seconds", .histogram, "variant",
        help: "From the tick to the last row, as a client sees it; timeouts and missed ticks are among them.")
    static let attempts = ProbeMetric(
        "pg_probe_attempts_total", .counter, "variant", help: "Runs of the probe, well or badly ended.")
    static let failures = ProbeMetric(
        "pg_probe_failures_total", .counter, "variant", "reason", help: "Failed runs of the probe, by reason."
    )
    static let success = ProbeMetric(
        "pg_probe_success", .gauge, "variant", help: "1 where the probe's latest run succeeded.")
    static let lastRun = ProbeMetric(
        "pg_probe_last_run_timestamp_seconds", .gauge, "variant", help: "When the probe's latest run ended.")
    static let requestedRows = ProbeMetric(
        "pg_probe_requested_rows_total", .counter, "variant", help: "Rows that searches asked for.")
    static let returnedRows = ProbeMetric(
        "pg_probe_returned_rows_total", .counter, "variant", help: "Rows that searches returned.")
    static let shortResults = ProbeMetric(
        "pg_probe_short_results_total", .counter, "variant",
        help: "Searches that returned fewer rows than they asked for and the table has.")
    static let sentinelChecks = ProbeMetric(
        "pg_probe_sentinel_checks_total", .counter, "variant",
        help: "Searches that were compared with the resident sample of rows.")
    static let sentinelMisses = ProbeMetric(
        "pg_probe_sentinel_misses_total", .counter, "variant",
        help: "Searches that missed a nearer row of the resident sample.")
    static let sentinelMissedRows = ProbeMetric(
        "pg_probe_sentinel_missed_rows_total", .counter, "variant",
        help: "Nearer rows of the resident sample that searches missed.")
    static let sentinelSampleRatio = ProbeMetric(
        "pg_probe_sentinel_sample_ratio", .gauge,
        help: "The share of the table's rows that are in the resident sample.")
}
