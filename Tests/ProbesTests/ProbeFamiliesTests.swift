import Exposition
import Postgres
import ProbeDefinitions
import Testing

@testable import Probes

@Suite struct ProbeFamiliesTests {
    @Test func `every counter of a search probe is there from the beginning, and nothing that is unknown`() {
        var probe = SearchProbe(
            name: "docs", target: SearchTarget(table: "docs", searched: .column("embedding"), operator: "<=>")
        )
        probe.database = "app"
        probe.objective.recall = 0.95
        probe.schedule.coldEvery = 0
        probe.recall.baseline = .fixed(0.97)
        let lines = SearchProber(probe, budget: ProbeBudget()).families.lines
        #expect(lines.joined(separator: "\n") == Self.fresh)
    }

    @Test func `a custom probe has no recall, no sample and no plan that nobody asked for`() {
        var statement = CustomProbe.Statement(sql: "SELECT 1")
        statement.isMeasured = true
        let probe = CustomProbe(name: "docs", steps: [.statement(statement)])
        let families = CustomProber(probe, budget: ProbeBudget()) { _ in [] }.families
        #expect(
            families.map(\.metric.name.description) == [
                "pg_probe_interval_seconds", "pg_probe_timeout_seconds", "pg_probe_skipped_total",
                "pg_probe_connects_total", "pg_probe_connect_seconds_total",
                "pg_probe_database_seconds_total", "pg_probe_budget_seconds", "pg_probe_duration_seconds",
                "pg_probe_attempts_total", "pg_probe_failures_total", "pg_probe_requested_rows_total",
                "pg_probe_returned_rows_total", "pg_probe_short_results_total",
            ])
    }

    @Test func `settings that are numbers or switches have values, and all others are words`() {
        var record = ProbeRecord([VariantRecord("default")])
        record[variant: 0].settings = [
            "hnsw.ef_search": "40", "jit": "on", "enable_seqscan": "off", "hnsw.iterative_scan": "off",
            "work_mem": "4MB", "vchordrq.epsilon": "1.9",
        ]
        var families = ProbeFamilies(of: "docs")
        record[variant: 0].add(to: &families)
        let lines = families.all.lines.filter { $0.contains("pg_probe_setting") }
        let label = #"{probe="docs",variant="default",setting="#
        #expect(
            lines == [
                #"pg_probe_setting_info\#(label)"hnsw.iterative_scan",value="off"} 1"#,
                #"pg_probe_setting_info\#(label)"work_mem",value="4MB"} 1"#,
                #"pg_probe_setting_value\#(label)"enable_seqscan"} 0"#,
                #"pg_probe_setting_value\#(label)"hnsw.ef_search"} 40"#,
                #"pg_probe_setting_value\#(label)"jit"} 1"#,
                #"pg_probe_setting_value\#(label)"vchordrq.epsilon"} 1.9"#,
            ])
    }

    @Test func `the reference names each metric once`() {
        let names = ProbeFamilies.reference.map(\.metric.name)
        #expect(names.count == Set(names).count)
        #expect(names.count == 49)
        #expect(ProbeFamilies.reference.allSatisfy { $0.labels.first == "probe" })
    }

    private static let fresh = #"""
        pg_probe_attempts_total{probe="docs",variant="default"} 0
        pg_probe_budget_seconds{probe="docs"} 60
        pg_probe_database_seconds_total{probe="docs"} 0
        pg_probe_distance_excess_ratio_sum{probe="docs",variant="default",source="exact"} 0
        pg_probe_distance_excess_ratio_count{probe="docs",variant="default",source="exact"} 0
        pg_probe_duration_seconds_sum{probe="docs",variant="default"} 0
        pg_probe_duration_seconds_count{probe="docs",variant="default"} 0
        pg_probe_explain_samples_total{probe="docs",variant="default"} 0
        pg_probe_failures_total{probe="docs",variant="default",reason="timeout"} 0
        pg_probe_failures_total{probe="docs",variant="default",reason="connect"} 0
        pg_probe_failures_total{probe="docs",variant="default",reason="query"} 0
        pg_probe_failures_total{probe="docs",variant="default",reason="cancelled"} 0
        pg_probe_failures_total{probe="docs",variant="default",reason="validation"} 0
        pg_probe_failures_total{probe="docs",variant="default",reason="lock"} 0
        pg_probe_failures_total{probe="docs",variant="default",reason="yield"} 0
        pg_probe_filtered_rows_total{probe="docs",variant="default"} 0
        pg_probe_ground_truth_duration_seconds_sum{probe="docs"} 0
        pg_probe_ground_truth_duration_seconds_count{probe="docs"} 0
        pg_probe_ground_truth_failures_total{probe="docs",reason="timeout"} 0
        pg_probe_ground_truth_failures_total{probe="docs",reason="not_exact"} 0
        pg_probe_ground_truth_failures_total{probe="docs",reason="query"} 0
        pg_probe_ground_truth_failures_total{probe="docs",reason="yield"} 0
        pg_probe_ground_truth_failures_total{probe="docs",reason="cancelled"} 0
        pg_probe_ground_truth_failures_total{probe="docs",reason="connect"} 0
        pg_probe_ground_truth_interval_seconds{probe="docs"} 300
        pg_probe_ground_truth_skipped_total{probe="docs",reason="budget"} 0
        pg_probe_ground_truth_skipped_total{probe="docs",reason="size"} 0
        pg_probe_ground_truth_skipped_total{probe="docs",reason="role"} 0
        pg_probe_ground_truth_skipped_total{probe="docs",reason="lag"} 0
        pg_probe_ground_truth_skipped_total{probe="docs",reason="blackout"} 0
        pg_probe_ground_truth_skipped_total{probe="docs",reason="index_build"} 0
        pg_probe_ground_truth_skipped_total{probe="docs",reason="base_backup"} 0
        pg_probe_ground_truth_skipped_total{probe="docs",reason="connections"} 0
        pg_probe_ground_truth_skipped_total{probe="docs",reason="unresolved"} 0
        pg_probe_ground_truth_skipped_total{probe="docs",reason="identity"} 0
        pg_probe_info{probe="docs",datname="app",schemaname="public",relname="docs",\#
        attname="embedding",operator="<=>",k="10",source="table",kind="search"} 1
        pg_probe_interval_seconds{probe="docs"} 15
        pg_probe_objective_recall_ratio{probe="docs"} 0.95
        pg_probe_planning_seconds_total{probe="docs",variant="default"} 0
        pg_probe_recall_baseline_ratio{probe="docs",variant="default"} 0.97
        pg_probe_recall_empty_total{probe="docs",variant="default",source="exact"} 0
        pg_probe_recall_ratio_sum{probe="docs",variant="default",source="exact"} 0
        pg_probe_recall_ratio_count{probe="docs",variant="default",source="exact"} 0
        pg_probe_recall_squares_total{probe="docs",variant="default",source="exact"} 0
        pg_probe_recall_window_queries{probe="docs",variant="default",source="exact"} 0
        pg_probe_requested_rows_total{probe="docs",variant="default"} 0
        pg_probe_returned_rows_total{probe="docs",variant="default"} 0
        pg_probe_sentinel_checks_total{probe="docs",variant="default"} 0
        pg_probe_sentinel_missed_rows_total{probe="docs",variant="default"} 0
        pg_probe_sentinel_misses_total{probe="docs",variant="default"} 0
        pg_probe_server_duration_seconds_sum{probe="docs",variant="default"} 0
        pg_probe_server_duration_seconds_count{probe="docs",variant="default"} 0
        pg_probe_shared_hit_blocks_total{probe="docs",variant="default"} 0
        pg_probe_shared_read_blocks_total{probe="docs",variant="default"} 0
        pg_probe_short_results_total{probe="docs",variant="default"} 0
        pg_probe_skipped_total{probe="docs",reason="overrun"} 0
        pg_probe_skipped_total{probe="docs",reason="budget"} 0
        pg_probe_skipped_total{probe="docs",reason="blackout"} 0
        pg_probe_skipped_total{probe="docs",reason="role"} 0
        pg_probe_skipped_total{probe="docs",reason="connections"} 0
        pg_probe_skipped_total{probe="docs",reason="unresolved"} 0
        pg_probe_skipped_total{probe="docs",reason="identity"} 0
        pg_probe_skipped_total{probe="docs",reason="upkeep"} 0
        pg_probe_timeout_seconds{probe="docs"} 5
        """#
}
