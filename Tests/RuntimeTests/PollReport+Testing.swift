import Exposition
import Postgres

@testable import Runtime

extension PollReport {
    static let refused = PostgresError.cannotConnect(.refused, "Connection refused")

    /// A poll whose server answered, with what the jobs found or why not.
    static func answered(_ results: [(job: String, failure: JobFailure.Reason?)]) -> PollReport {
        PollReport(outcomes: results.map { .of($0.job, failure: $0.failure) })
    }
}

extension PollReport.Outcome {
    static func of(_ job: String, failure: JobFailure.Reason?) -> Self {
        var findings = Findings(families: [
            MetricFamily("found", .gauge, help: "", samples: [Sample(1), Sample(2, labels: ["a": "b"])])
        ])
        findings.rows = 2
        findings.repeatedSeries = 1
        findings.droppedSeries = 3
        findings.cutLabels = 4
        let rendered = PollReport.Rendered(findings, of: [:])
        return Self(
            job: job, result: failure.map { .failure(JobFailure($0, "\($0)")) } ?? .success(rendered),
            duration: .milliseconds(7))
    }
}

extension Job {
    /// A job that is never run.
    static func idle(_ name: String, every interval: Duration? = nil) -> Job {
        Job(name, every: interval) { _, _, _ throws(JobFailure) in Findings(families: []) }
    }
}

extension Registry.Change {
    /// What it does, without the samples.
    var summary: String {
        switch self {
        case .publish(_, let job, _): "publish \(job)"
        case .withdraw(let job): "withdraw \(job)"
        case .withdrawAll(let jobs): "withdraw all but \(jobs.sorted().joined(separator: " "))"
        }
    }
}
