import Exposition
import Postgres
import Testing

@testable import Runtime

@Suite struct TargetHistoryTests {
    private var history = TargetHistory(
        [.idle("base"), .idle("slow", every: .seconds(60)), .idle("hourly", every: .seconds(3600))],
        interval: .seconds(15))

    private mutating func conclude(_ report: PollReport, at time: Duration = .zero) -> [Registry.Change] {
        history.conclude(report, at: time, wallClock: 0, target: [:])
    }

    private func text(_ changes: [Registry.Change]) -> String {
        var families: [RenderedFamily] = []
        for case .publish(let published, _, _) in changes { families += published }
        return families.map { String(decoding: $0.samples(in: .text), as: UTF8.self) }.joined()
    }

    @Test mutating func `an answered poll publishes what the jobs found, and pg_up 1`() {
        #expect(history.isUp == nil)
        let changes = conclude(.answered([("base", nil), ("slow", .timeout)]))
        #expect(changes.map(\.summary) == ["publish base", "publish (connection)"])
        #expect(text(changes).contains("pg_up 1\n"))
        #expect(history.isUp == true)
        #expect(history.jobs.map(\.isSuccess) == [true, false, nil])
    }

    @Test mutating func `a server that is down withdraws all but pg_up and the visit at once`() {
        _ = conclude(.answered([("base", nil)]))
        let changes = conclude(PollReport(failure: PollReport.refused))
        #expect(changes.map(\.summary) == ["withdraw all but (connection) (visit)", "publish (connection)"])
        #expect(text(changes).contains("pg_up 0\n"))
        #expect(history.isUp == false)
        #expect(history.jobs.map(\.isSuccess) == [false, false, false])
    }

    @Test mutating func `a clock is compared where the server was asked, and not where it was down`() {
        var report = PollReport.answered([])
        report.clockOffset = -1.5
        #expect(text(conclude(report)).contains("pg_server_clock_offset_seconds -1.5\n"))
        #expect(!text(conclude(PollReport(failure: PollReport.refused))).contains("clock_offset"))
    }

    @Test mutating func `rare jobs run soon after a connect, one a poll, however many run at each`() {
        let jobs = (0..<9).map { Job.idle("base \($0)") }
        history = TargetHistory(
            jobs + [.idle("slow", every: .seconds(300)), .idle("hourly", every: .seconds(3600))],
            interval: .seconds(15))
        let due = (0..<3).map { history.dueJobs(at: .zero, isNewConnection: $0 == 0) }
        #expect(due == [Array(0..<9), Array(0...9), Array(0..<9) + [10]])
    }

    @Test mutating func `what ran out of time runs last, and what it left no time for first`() {
        func report(_ times: [(job: String, lost: Duration)]) -> PollReport {
            var report = PollReport.answered([("c", .lock), ("d", nil)])
            report.outcomes += times.map {
                .init(job: $0.job, result: .failure(JobFailure(.timeout, "")), duration: $0.lost)
            }
            return report
        }
        history = TargetHistory(["a", "b", "c", "d"].map { .idle($0) }, interval: .seconds(15))
        #expect(history.dueJobs(at: .zero, isNewConnection: true) == [0, 1, 2, 3])
        _ = conclude(report([("a", .seconds(5)), ("b", .microseconds(2))]))
        #expect(history.dueJobs(at: .zero, isNewConnection: false) == [1, 2, 3, 0])
        // Not let begin, it is no faster than it was.
        _ = conclude(report([("a", .microseconds(1)), ("b", .seconds(4))]))
        #expect(history.dueJobs(at: .zero, isNewConnection: false) == [2, 3, 1, 0])
        _ = conclude(.answered([("a", nil)]))
        #expect(history.dueJobs(at: .zero, isNewConnection: false) == [0, 2, 3, 1])
    }

    @Test mutating func `jobs that come last take turns with the time that the others leave`() {
        let last = ["x", "y", "z"].map { name in
            Job(name, comesLast: true) { _, _, _ in Findings(families: []) }
        }
        history = TargetHistory([.idle("a")] + last, interval: .seconds(15))
        func report(lost: [(job: String, time: Duration)]) -> PollReport {
            var report = PollReport.answered(
                ["a", "x", "y", "z"].filter { name in
                    !lost.contains { $0.job == name }
                }.map { ($0, nil) })
            report.outcomes += lost.map {
                .init(job: $0.job, result: .failure(JobFailure(.timeout, "")), duration: $0.time)
            }
            return report
        }
        _ = conclude(report(lost: [("z", .zero)]))
        #expect(history.dueJobs(at: .zero, isNewConnection: false) == [0, 3, 1, 2])
        _ = conclude(report(lost: [("x", .zero), ("y", .zero)]))
        #expect(history.dueJobs(at: .zero, isNewConnection: false) == [0, 1, 2, 3])
        // However slow one of ours was, it comes before theirs.
        _ = conclude(report(lost: [("a", .seconds(5)), ("x", .zero)]))
        #expect(history.dueJobs(at: .zero, isNewConnection: false) == [0, 1, 2, 3])
    }

    @Test mutating func `failures to connect are counted by reason, all reasons from zero`() {
        _ = conclude(PollReport(failure: PollReport.refused))
        _ = conclude(PollReport(failure: .cannotConnect(.timeout, "")))
        _ = conclude(PollReport(failure: .timedOut))
        _ = history.conclude(.failed(PollReport.refused), end: .seconds(180), target: [:])
        let page = text(conclude(.answered([])))
        #expect(page.contains("pg_connect_failures_total{reason=\"refused\"} 2\n"))
        #expect(page.contains("pg_connect_failures_total{reason=\"timeout\"} 1\n"))
        #expect(page.contains("pg_connect_failures_total{reason=\"tls\"} 0\n"))
        #expect(page.split(separator: "\n").count == ConnectFailure.allCases.count + 1)
    }

    @Test mutating func `polls, overruns and connects are counted`() {
        history.endPoll(after: .milliseconds(3), overran: false)
        history.endPoll(after: .seconds(10), overran: true)
        _ = conclude(PollReport(isNewConnection: true))
        _ = conclude(PollReport())
        _ = history.conclude(.letIn(after: .milliseconds(20)), end: .zero, target: [:])
        #expect((history.polls, history.overruns, history.connects) == (2, 1, 2))
    }

    @Test mutating func `while a thread is stuck, polls are skipped and counted`() {
        let polls = [history.beginPoll(), history.beginPoll()]
        #expect(polls == [true, false])
        #expect(history.skips == 1)
        history.poller.end()
        let next = history.beginPoll()
        #expect(next)
        let visits = [history.visitor.begin(), history.visitor.begin()]
        #expect(visits == [true, false])
        #expect(history.skips == 1)
    }

    @Test mutating func `jobs are due by their cadence since the connection was made`() {
        let first = history.dueJobs(at: .zero, isNewConnection: true)
        let later = (1...8).map { _ in history.dueJobs(at: .zero, isNewConnection: false) }
        #expect([first] + later == [[0], [0, 1], [0, 2], [0], [0], [0, 1], [0], [0], [0]])
        let again = [true, false].map { history.dueJobs(at: .zero, isNewConnection: $0) }
        #expect(again == [[0], [0, 1]])
    }

    @Test mutating func `a refused job rests until ten minutes have passed or a connection is new`() {
        _ = conclude(.answered([("base", .privileges)]), at: .seconds(15))
        let due = [30, 614, 615].map { history.dueJobs(at: .seconds($0), isNewConnection: false).contains(0) }
        #expect(due == [false, false, true])
        _ = conclude(.answered([("base", .missing)]), at: .seconds(615))
        let renewed = history.dueJobs(at: .seconds(630), isNewConnection: true)
        #expect(renewed == [0])
    }

    @Test mutating func `a visit says whether a new client is let in, and how fast`() {
        let letIn = history.conclude(.letIn(after: .milliseconds(20)), end: .seconds(180), target: [:])
        #expect(letIn.map(\.summary) == ["publish (visit)"])
        #expect(text(letIn) == "pg_connect_success 1\npg_connect_duration_seconds 0.02\n")
        let failed = history.conclude(.failed(PollReport.refused), end: .seconds(180), target: [:])
        #expect(text(failed) == "pg_connect_success 0\n")
    }

    @Test mutating func `a visit for which no connection is free shows nothing and is no failure`() {
        let skipped = history.conclude(.failed(.cannotConnect(.connectionLimit, "")), end: .zero, target: [:])
        #expect(skipped.map(\.summary) == ["withdraw (visit)"])
        #expect(text(conclude(.answered([]))).contains("{reason=\"connection_limit\"} 0\n"))
    }
}
