import Exposition

/// What is known of searches only: from EXPLAIN, from the catalogue, and by comparison with truth.
extension ProbeMetric {
    static let serverDuration = ProbeMetric(
        "pg_probe_server_duration_seconds", .histogram, "variant",
        help: "Execution time of searches as the server has it, from sampled EXPLAIN ANALYZE.")
    static let planningSeconds = ProbeMetric(
        "pg_probe_planning_seconds_total", .counter, "variant",
        help: "Time that the server took to plan the sampled searches.")
    static let hitBlocks = ProbeMetric(
        "pg_probe_shared_hit_blocks_total", .counter, "variant",
        help: "Blocks that the sampled searches found in shared buffers.")
    static let readBlocks = ProbeMetric(
        "pg_probe_shared_read_blocks_total", .counter, "variant",
        help: "Blocks that the sampled searches had to read into shared buffers.")
    static let filteredRows = ProbeMetric(
        "pg_probe_filtered_rows_total", .counter, "variant",
        help: "Rows that the sampled searches found and a filter took away.")
    static let indexSearches = ProbeMetric(
        "pg_probe_index_searches_total", .counter, "variant",
        help: "Descents into indexes by the sampled searches, which PostgreSQL tells from 18 on.")
    static let explainSamples = ProbeMetric(
        "pg_probe_explain_samples_total", .counter, "variant",
        help: "Searches that were sampled by EXPLAIN ANALYZE.")

    static let plan = ProbeMetric(
        "pg_probe_plan", .gauge, "variant", "path",
        help: "1 for the path that the latest plan of the search takes to its rows.")
    static let planExpected = ProbeMetric(
        "pg_probe_plan_expected", .gauge, "variant", help: "1 where the latest plan is as expected.")
    static let indexCandidates = ProbeMetric(
        "pg_probe_index_candidates", .gauge, "match",
        help:
            "ANN indexes on what is searched: usable ones, and others by the reason why they cannot be used.")
    static let settingValue = ProbeMetric(
        "pg_probe_setting_value", .gauge, "variant", "setting",
        help: "The setting in effect for the variant, as the server reads it back; 1 and 0 for on and off.")
    static let settingInfo = ProbeMetric(
        "pg_probe_setting_info", .info, "variant", "setting", "value",
        help: "The setting in effect for the variant where it is no number.")

    static let recall = ProbeMetric(
        "pg_probe_recall_ratio", .histogram, "variant", "source",
        help: "The share of the true neighbours that each compared search found, ties counted as found.")
    static let recallSquares = ProbeMetric(
        "pg_probe_recall_squares_total", .counter, "variant", "source",
        help: "The sum of squares of recall, from which its variance over any time follows.")
    static let recallEmpty = ProbeMetric(
        "pg_probe_recall_empty_total", .counter, "variant", "source",
        help: "Compared searches for which there was nothing to find.")
    static let windowRatio = ProbeMetric(
        "pg_probe_recall_window_ratio", .gauge, "variant", "source",
        help: "Mean recall of the latest compared searches.")
    static let windowLower = ProbeMetric(
        "pg_probe_recall_window_lower_ratio", .gauge, "variant", "source",
        help: "Lower end of the 95 % interval of mean recall, over queries.")
    static let windowUpper = ProbeMetric(
        "pg_probe_recall_window_upper_ratio", .gauge, "variant", "source",
        help: "Upper end of the 95 % interval of mean recall, over queries.")
    static let windowQueries = ProbeMetric(
        "pg_probe_recall_window_queries", .gauge, "variant", "source",
        help: "Compared searches that the mean recall is over.")
    static let baseline = ProbeMetric(
        "pg_probe_recall_baseline_ratio", .gauge, "variant",
        help: "The recall that is usual: as set, or the mean of the first full window.")
    static let distanceExcess = ProbeMetric(
        "pg_probe_distance_excess_ratio", .histogram, "variant", "source",
        help: "By how much the found rows lie farther away than the true neighbours, relative to these.")
    static let truthDuration = ProbeMetric(
        "pg_probe_ground_truth_duration_seconds", .histogram,
        help: "How long statements that find truth took.")
    static let truthFailures = ProbeMetric(
        "pg_probe_ground_truth_failures_total", .counter, "reason",
        help: "Failed attempts to find truth, by reason.")
    static let truthSkipped = ProbeMetric(
        "pg_probe_ground_truth_skipped_total", .counter, "reason",
        help: "Occasions to find truth that were let pass, by reason.")
    static let truthLastSuccess = ProbeMetric(
        "pg_probe_ground_truth_last_success_timestamp_seconds", .gauge,
        help: "When truth was last found and compared with.")
    static let truthInterval = ProbeMetric(
        "pg_probe_ground_truth_interval_seconds", .gauge,
        help: "Time between two occasions to find truth, as set.")
}
