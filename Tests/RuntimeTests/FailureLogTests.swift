import Postgres
import Testing

@testable import Runtime

@Suite struct FailureLogTests {
    private let captured = CapturedLog()
    private let log: FailureLog

    init() {
        log = FailureLog(captured.logger, target: "db1")
    }

    @Test func `a server that does not answer is logged when that begins, changes and ends`() {
        let failures = [
            nil, PollReport.refused, PollReport.refused, .cannotConnect(.startingUp, "starting up"),
            .cannotConnect(.startingUp, "starting up"), nil, nil,
        ]
        for failure in failures { log.report(PollReport(failure: failure)) }
        #expect(
            captured.lines == [
                "warning the server does not answer error=cannot connect: Connection refused "
                    + "reason=refused server=db1",
                "warning the server does not answer error=cannot connect: starting up "
                    + "reason=starting_up server=db1",
                "notice the server answers server=db1",
            ])
    }

    @Test func `a collector's failure is logged when it begins, changes and ends`() {
        for failure: JobFailure.Reason? in [nil, .timeout, .timeout, .privileges, .privileges, nil, nil] {
            log.report(.answered([("wal", failure), ("other", nil)]))
        }
        #expect(
            captured.lines == [
                "warning the collector failed collector=wal error=timeout reason=timeout server=db1",
                "warning the collector failed collector=wal error=privileges reason=privileges server=db1",
                "notice the collector works collector=wal server=db1",
            ])
    }

    @Test func `what fails in some database is logged with its name, and connections that fail are not`() {
        func fate(_ failure: (String, JobFailure.Reason)?) -> TourHistory.Fate {
            .init(job: "sizes", failure: failure.map { ($0.0, JobFailure($0.1, "\($0.1)")) })
        }
        let failures: [(String, JobFailure.Reason)?] = [
            nil, ("a", .connection), ("a", .missing), ("b", .missing), ("b", .lock), nil, nil,
        ]
        for failure in failures { log.report([fate(failure)]) }
        #expect(
            captured.lines == [
                "warning the collector failed collector=sizes database=a error=missing reason=missing "
                    + "server=db1",
                "warning the collector failed collector=sizes database=b error=lock reason=lock server=db1",
                "notice the collector works collector=sizes server=db1",
            ])
    }

    @Test func `a resting collector, or one whose server is down, is not logged again`() {
        log.report(.answered([("wal", .privileges)]))
        log.report(.answered([]))
        log.report(PollReport(failure: PollReport.refused))
        log.report(.answered([("wal", .privileges)]))
        #expect(captured.lines.filter { $0.contains("wal") }.count == 1)
    }

    @Test func `a collector named server does not hide the server`() {
        log.report(.answered([("server", .timeout)]))
        log.report(PollReport(failure: .timedOut))
        #expect(captured.lines.count == 2)
        log.report(.answered([]))
        #expect(captured.lines.last == "notice the server answers server=db1")
        log.report(.answered([("server", nil)]))
        #expect(captured.lines.last == "notice the collector works collector=server server=db1")
    }

    @Test func `fresh connections are logged when they fail and when they are let in again`() {
        log.report(.letIn(after: .zero))
        log.report(.failed(PollReport.refused))
        log.report(.failed(.cannotConnect(.connectionLimit, "none free")))
        log.report(.failed(PollReport.refused))
        log.report(.letIn(after: .zero))
        #expect(
            captured.lines == [
                "warning a fresh connection is not let in error=cannot connect: Connection refused "
                    + "reason=refused server=db1",
                "notice a fresh connection is let in server=db1",
            ])
    }
}
