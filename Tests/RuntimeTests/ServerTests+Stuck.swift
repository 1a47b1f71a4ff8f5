import Dispatch
import Exposition
import Postgres
import Testing

@testable import Runtime

/// Polls whose thread does not come back in time.
extension ServerTests {
    @Test(arguments: servers)
    func `a poll that is stuck with an answer is not said to resolve a name`(_ server: String) async {
        let gate = DispatchSemaphore(value: 0)
        let (registry, captured) = (Registry(), CapturedLog())
        let job = Job("stuck") { _, _, _ throws(JobFailure) in
            gate.wait()
            return Findings(families: [])
        }
        let target = Target(
            "db1",
            at: ConnectionTarget(
                conninfo: server, settings: SessionSettings(statementTimeout: .seconds(5))),
            labels: [:], interval: .seconds(3), maxConnections: 1, jobs: [job], registry: registry,
            timeline: Timeline(TestClock()), log: captured.logger)
        await target.poll()
        await target.poll()
        let page = registry.contents(of: "db1").families
            .map { String(decoding: $0.samples(in: .text), as: UTF8.self) }.joined()
        #expect(page.contains("pg_up{server=\"db1\"} 0\n"))
        #expect(
            page.contains("pg_connect_failures_total{server=\"db1\",reason=\"name_resolution\"} 0\n"))
        #expect(
            captured.lines == [
                "warning the server does not answer error=no answer within the deadline reason=timeout "
                    + "server=db1"
            ])
        #expect(target.record.stuckThreads == 1)
        gate.signal()
        await target.stop()
    }
}
