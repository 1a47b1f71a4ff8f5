import Exposition
import Postgres
import Synchronization
import Testing

@testable import Runtime

@Suite struct TargetTests {
    private let registry = Registry()
    private let captured = CapturedLog()
    private let target: Target

    init() {
        target = Self.target(maxConnections: 3, registry, captured)
    }

    /// A target whose server does not exist.
    private static func target(maxConnections: Int, _ registry: Registry, _ log: CapturedLog) -> Target {
        let nowhere = ConnectionTarget(
            conninfo: "host=/nowhere", settings: SessionSettings(statementTimeout: .seconds(5)))
        return Target(
            "db1", at: nowhere, labels: ["stage": "test"], interval: .seconds(15),
            maxConnections: maxConnections,
            jobs: [.idle("job")], registry: registry, timeline: Timeline(TestClock()), log: log.logger)
    }

    private var page: String {
        registry.contents(of: "db1").families.map { String(decoding: $0.samples(in: .text), as: UTF8.self) }
            .joined()
    }

    @Test func `a poll that finds no server says so`() async {
        await target.poll()
        #expect(page.contains("pg_up{server=\"db1\",stage=\"test\"} 0\n"))
        #expect(target.record.polls == 1)
        #expect(target.record.isUp == false)
        #expect(captured.lines.count == 1)
    }

    @Test func `a poll that finds no server takes down what probes saw last`() async {
        let isSeen = Mutex(true)
        let actions = ProbeJob.Actions(
            measure: { _, _ in }, fail: { _ in }, miss: { _, _ in },
            families: {
                let samples = isSeen.withLock { $0 } ? [Sample(1)] : []
                return [MetricFamily("pg_probe_test", .gauge, help: "Test.", samples: samples)]
            },
            withdraw: { isSeen.withLock { $0 = false } })
        target.probes.jobs = [
            ProbeJob("a", of: nil, every: .seconds(15), timeout: .seconds(5), actions: actions)
        ]
        #expect(target.probes.families.map(\.samples.count) == [1])
        await target.poll()
        #expect(target.probes.families.map(\.samples.count) == [0])
        #expect(!page.contains("pg_probe_test{"))
    }

    @Test func `a visit that finds no server says so`() async {
        await target.visit()
        #expect(page.contains("pg_connect_success{server=\"db1\",stage=\"test\"} 0\n"))
    }

    @Test func `the only connection is the polls', a visit never takes it`() async {
        let target = Self.target(maxConnections: 1, registry, captured)
        await target.visit()
        #expect(page.isEmpty)
        await target.poll()
        #expect(
            page.contains(
                "pg_connect_failures_total{server=\"db1\",stage=\"test\",reason=\"connection_limit\"} 0\n"))
        #expect(page.contains("pg_up{server=\"db1\",stage=\"test\"} 0\n"))
    }

    @Test func `what ends after the stop leaves no trace on the page or in the log`() async {
        await target.poll()
        await target.stop()
        await target.poll()
        await target.visit()
        #expect(registry.sizes.isEmpty)
        #expect(captured.lines.count == 1)
    }
}
