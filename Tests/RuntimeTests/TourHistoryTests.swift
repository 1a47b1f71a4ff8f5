import Exposition
import Testing

@testable import Runtime

@Suite struct TourHistoryTests {
    private static let minute = Duration.seconds(60)
    private var history = TourHistory([.idle("often"), .idle("rarely", every: .seconds(300))], every: minute)

    @Test mutating func `a job looks into each database as often as it is to, counted for each`() {
        #expect(history.dueJobs(in: "a", at: .zero) == [0, 1])
        note([0, 1], in: "a", at: .zero)
        #expect(history.dueJobs(in: "a", at: .seconds(29)) == [])
        #expect(history.dueJobs(in: "a", at: .seconds(58)) == [0])
        #expect(history.dueJobs(in: "b", at: .seconds(58)) == [0, 1])
        #expect(history.dueJobs(in: "a", at: .seconds(270)) == [0, 1])
    }

    @Test mutating func `what all databases showed is one family`() {
        note([0, 1], in: "b", at: .zero)
        note([0, 1], in: "a", at: .seconds(1))
        #expect(
            text(of: conclude(["a", "b"], at: .seconds(2)), "often")
                == "pg_test{datname=\"a\"} 1\npg_test{datname=\"b\"} 1\n")
        #expect(history.records[0].isSuccess == true)
        #expect(history.records[0].series == 2)
    }

    @Test mutating func `a database that is gone takes its samples with it`() {
        note([0], in: "a", at: .zero)
        note([0], in: "b", at: .zero)
        _ = conclude(["a", "b"], at: .zero)
        #expect(text(of: conclude(["b"], at: .seconds(60)), "often") == "pg_test{datname=\"b\"} 1\n")
    }

    @Test mutating func `one failure leaves a database's samples up, the second takes them down`() {
        note([0], in: "a", at: .zero)
        note([0], in: "b", at: .zero)
        fail([0], in: "a", at: .seconds(60), .timeout)
        #expect(text(of: conclude(["a", "b"], at: .seconds(60)), "often")?.contains("\"a\"") == true)
        #expect(history.records[0].isSuccess == false)
        #expect(history.records[0].reason == .timeout)
        fail([0], in: "a", at: .seconds(120), .timeout)
        #expect(text(of: conclude(["a", "b"], at: .seconds(120)), "often") == "pg_test{datname=\"b\"} 1\n")
    }

    @Test mutating func `a refusal takes them down at once, and there the job rests for ten minutes`() {
        note([0], in: "a", at: .zero)
        fail([0], in: "a", at: .seconds(60), .privileges)
        #expect(text(of: conclude(["a"], at: .seconds(60)), "often") == "")
        #expect(!history.dueJobs(in: "a", at: .seconds(600)).contains(0))
        #expect(history.dueJobs(in: "b", at: .seconds(600)).contains(0))
        #expect(history.dueJobs(in: "a", at: .seconds(661)).contains(0))
    }

    @Test(arguments: [(time: Duration.seconds(1), rests: true), (.milliseconds(5), false)])
    mutating func `what was too slow twice rests for ten minutes, what had no time does not`(
        _ time: Duration, _ rests: Bool
    ) {
        for second in [0, 60] { fail([0], in: "a", at: .seconds(second), .timeout, after: time) }
        #expect(history.dueJobs(in: "a", at: .seconds(120)).contains(0) == !rests)
        #expect(history.dueJobs(in: "b", at: .seconds(120)).contains(0))
        #expect(history.dueJobs(in: "a", at: .seconds(661)).contains(0))
    }

    @Test mutating func `what no tour has renewed for three intervals is shown no more`() {
        note([0], in: "a", at: .zero)
        #expect(text(of: conclude(["a"], at: .seconds(180)), "often") != "")
        #expect(text(of: conclude(["a"], at: .seconds(181)), "often") == "")
    }

    @Test mutating func `after the server was down everything is looked at anew`() {
        note([0, 1], in: "a", at: .zero)
        history.forget()
        #expect(history.dueJobs(in: "a", at: .seconds(1)) == [0, 1])
        #expect(history.records[0].isSuccess == false)
    }

    @Test mutating func `a job may look into databases of its own`() {
        history.lookOnly(into: [["a", "b"], ["b"]])
        #expect(history.dueJobs(in: "a", at: .zero) == [0])
        #expect(history.dueJobs(in: "b", at: .zero) == [0, 1])
        note([0], in: "a", at: .zero)
        note([0, 1], in: "b", at: .zero)
        history.lookOnly(into: [["b"], ["b"]])
        #expect(text(of: conclude(["a", "b"], at: .zero), "often") == "pg_test{datname=\"b\"} 1\n")
        #expect(text(of: conclude(["a", "b"], at: .zero), "rarely") == "pg_test{datname=\"b\"} 1\n")
    }

    @Test mutating func `a database that a job names and that is not there is a failure until it is`() {
        history.lookOnly(into: [["a", "gone"], ["a"]])
        note([0, 1], in: "a", at: .zero)
        history.note(absent: "gone", of: 0)
        #expect(text(of: conclude(["a"], at: .zero), "often") == "pg_test{datname=\"a\"} 1\n")
        #expect(history.records.map(\.isSuccess) == [false, true])
        #expect(history.records.map(\.reason) == [.missing, nil])
        #expect(history.dueJobs(in: "gone", at: .seconds(1)) == [0])
        note([0], in: "gone", at: .seconds(1))
        _ = conclude(["a", "gone"], at: .seconds(1))
        #expect(history.records.map(\.isSuccess) == [true, true])
    }

    @Test mutating func `a job fares as badly as in the first database in which it fails`() {
        note([0], in: "a", at: .zero)
        #expect(history.fates.map(\.job) == ["often"])
        #expect(history.fates[0].failure == nil)
        fail([0], in: "c", at: .zero, .lock)
        fail([0], in: "b", at: .zero, .timeout)
        #expect(history.fates[0].failure?.database == "b")
        #expect(history.fates[0].failure?.what == JobFailure(.timeout, ""))
    }

    @Test mutating func `what was too much in each database is counted`() {
        var findings = Findings(families: [])
        (findings.droppedSeries, findings.repeatedSeries, findings.cutLabels) = (3, 2, 1)
        for database in ["a", "b"] {
            note([0], .success(PollReport.Rendered(findings, of: [:])), in: database, at: .zero)
        }
        #expect(history.records[0].droppedSeries == 6)
        #expect(history.records[0].repeatedSeries == 4)
        #expect(history.records[0].cutLabels == 2)
    }

    // MARK: -

    private mutating func note(_ jobs: [Int], in database: String, at time: Duration) {
        let family = MetricFamily(
            "pg_test", .gauge, help: "Test.", samples: [Sample(1, labels: ["datname": database])])
        let rendered = PollReport.Rendered(Findings(families: [family]), of: [:])
        note(jobs, .success(rendered), in: database, at: time)
    }

    private mutating func fail(
        _ jobs: [Int], in database: String, at time: Duration, _ reason: JobFailure.Reason,
        after duration: Duration = .milliseconds(1)
    ) {
        note(jobs, .failure(JobFailure(reason, "")), in: database, at: time, after: duration)
    }

    private mutating func note(
        _ jobs: [Int], _ result: Result<PollReport.Rendered, JobFailure>, in database: String,
        at time: Duration, after duration: Duration = .milliseconds(1)
    ) {
        let outcomes = jobs.map {
            (job: $0, outcome: PollReport.Outcome(job: "", result: result, duration: duration))
        }
        history.note(outcomes, in: database, at: time)
    }

    private mutating func conclude(_ databases: [String], at time: Duration) -> [Registry.Change] {
        history.conclude(databases: databases, at: time, wallClock: 0)
    }

    private func text(of changes: [Registry.Change], _ job: String) -> String? {
        for case .publish(let families, job, _) in changes {
            return families.map { String(decoding: $0.samples(in: .text), as: UTF8.self) }.joined()
        }
        return nil
    }
}
