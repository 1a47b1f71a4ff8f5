import Exposition
import PoolDefinitions
import Testing

@testable import Pools

/// What follows from the readings of pools.
@Suite struct PoolFamiliesTests {
    private static let first = Duration.seconds(1000)

    private static func sizing(_ change: (inout Sizing) -> Void = { _ in }) -> Sizing {
        var sizing = Sizing()
        change(&sizing)
        return sizing
    }

    /// The lines after readings that came so many seconds after the first.
    private static func lines(
        _ readings: [(second: Int, readings: [PoolReading])], _ sizing: Sizing = Sizing(),
        behind: String? = nil
    ) -> [String] {
        var history = PoolHistory(sizing)
        for (second, readings) in readings { history.note(readings, at: first + .seconds(second)) }
        return PoolFamilies(of: readings.last?.readings ?? [], history, behind: behind).all.lines
    }

    @Test func `numbers beyond all reason give no concurrency, and end nothing`() {
        let readings = (0...5).map { poll in
            (second: poll * 20, readings: [PoolReading.of { ($0.used, $0.allowed) = (1.7e308, 20) }])
        }
        let lines = Self.lines(readings, Self.sizing { $0.window = .seconds(60) })
        #expect(!lines.contains { $0.hasPrefix("dbpool_concurrent_connections") })
        #expect(!lines.contains { $0.hasPrefix("dbpool_advised_connections") })
    }

    @Test func `a pooler has gauges for each user and counters for the pool`() {
        let app = PoolReading.of(.pgbouncer, user: "app") {
            $0.used = 15
            $0.idle = 3
            $0.creating = 2
            $0.allowed = 20
            $0.pending = 4
            $0.oldestWaitSeconds = 1.25
        }
        let report = PoolReading.of(.pgbouncer, user: "report") {
            $0.used = 1
            $0.allowed = 20
        }
        let counters = PoolReading.of(.pgbouncer) {
            $0.acquired = 100
            $0.waitSeconds = 2.5
        }
        #expect(
            Self.lines([(0, [app, report, counters])], behind: "main") == [
                #"dbpool_acquire_total{kind="pgbouncer",pool="orders"} 100"#,
                #"dbpool_acquire_wait_seconds_total{kind="pgbouncer",pool="orders"} 2.5"#,
                #"dbpool_behind_info{behind="main"} 1"#,
                #"dbpool_configured_connections{kind="pgbouncer",pool="orders"} 40"#,
                #"dbpool_connections{kind="pgbouncer",pool="orders",user="app",state="creating"} 2"#,
                #"dbpool_connections{kind="pgbouncer",pool="orders",user="app",state="idle"} 3"#,
                #"dbpool_connections{kind="pgbouncer",pool="orders",user="app",state="used"} 15"#,
                #"dbpool_connections{kind="pgbouncer",pool="orders",user="report",state="used"} 1"#,
                #"dbpool_max_connections{kind="pgbouncer",pool="orders",user="app"} 20"#,
                #"dbpool_max_connections{kind="pgbouncer",pool="orders",user="report"} 20"#,
                #"dbpool_oldest_wait_seconds{kind="pgbouncer",pool="orders",user="app"} 1.25"#,
                #"dbpool_pending_requests{kind="pgbouncer",pool="orders",user="app"} 4"#,
                #"dbpool_status{kind="pgbouncer",pool="orders",user="app",status="degraded"} 0"#,
                #"dbpool_status{kind="pgbouncer",pool="orders",user="app",status="healthy"} 0"#,
                #"dbpool_status{kind="pgbouncer",pool="orders",user="app",status="unhealthy"} 1"#,
                #"dbpool_status{kind="pgbouncer",pool="orders",user="report",status="degraded"} 0"#,
                #"dbpool_status{kind="pgbouncer",pool="orders",user="report",status="healthy"} 1"#,
                #"dbpool_status{kind="pgbouncer",pool="orders",user="report",status="unhealthy"} 0"#,
                #"dbpool_utilization_ratio{kind="pgbouncer",pool="orders",user="app"} 0.85"#,
                #"dbpool_utilization_ratio{kind="pgbouncer",pool="orders",user="report"} 0.05"#,
            ])
    }

    @Test(arguments: [
        (4, 20, "healthy"), (5, 20, "degraded"), (10, 20, "degraded"), (11, 20, "unhealthy"),
        (25, 20, "unhealthy"), (0, 0, "unhealthy"),
    ])
    func `a pool is as healthy as it is free`(_ used: Int, _ allowed: Int, _ status: String) {
        let reading = PoolReading.of {
            $0.used = Double(used)
            $0.allowed = Double(allowed)
        }
        let held = Self.lines([(0, [reading])]).filter { $0.hasPrefix("dbpool_status") && $0.hasSuffix("1") }
        #expect(held == [#"dbpool_status{kind="psycopg_pool",pool="orders",status="\#(status)"} 1"#])
    }

    @Test(arguments: [(0, "healthy"), (1, "unhealthy")])
    func `a pool that keeps clients waiting is unhealthy, be it free as one that is paused`(
        _ pending: Int, _ status: String
    ) {
        let reading = PoolReading.of { ($0.used, $0.allowed, $0.pending) = (0, 20, Double(pending)) }
        let held = Self.lines([(0, [reading])]).filter { $0.hasPrefix("dbpool_status") && $0.hasSuffix("1") }
        #expect(held == [#"dbpool_status{kind="psycopg_pool",pool="orders",status="\#(status)"} 1"#])
    }

    @Test func `without a limit there is neither a share nor a state`() {
        let reading = PoolReading.of { $0.used = 7 }
        #expect(
            Self.lines([(0, [reading])]) == [
                #"dbpool_connections{kind="psycopg_pool",pool="orders",state="used"} 7"#
            ])
    }

    @Test func `mean wait, concurrency and advice are of the window`() {
        // 12 in use at once, by 20 acquisitions a second of 0.6 s each, of which each waited 0.05 s.
        let readings = (0...20).map { poll in
            let seconds = Double(poll) * 15
            return (
                poll * 15,
                [
                    PoolReading.of {
                        // Samples miss what is short: the pool says itself how long connections were used.
                        $0.used = 9
                        $0.allowed = 50
                        $0.acquired = 7 + 20 * seconds
                        $0.waitSeconds = 3 + seconds
                        $0.useSeconds = 11 + 12 * seconds
                    }
                ]
            )
        }
        let lines = Self.lines(readings, Self.sizing { $0.cores = 8 })
        #expect(lines.contains(#"dbpool_mean_wait_seconds{kind="psycopg_pool",pool="orders"} 0.05"#))
        #expect(lines.contains(#"dbpool_concurrent_connections{kind="psycopg_pool",pool="orders"} 12"#))
        #expect(
            lines.contains(#"dbpool_advised_connections{kind="psycopg_pool",pool="orders",bound="max"} 16"#))
        #expect(
            lines.contains(#"dbpool_advised_connections{kind="psycopg_pool",pool="orders",bound="min"} 5"#))
        #expect(lines.contains(#"dbpool_shrink_advised{kind="psycopg_pool",pool="orders"} 1"#))
        #expect(lines.contains("dbpool_server_advised_connections 17"))
    }

    @Test func `a use that lasts counts by samples, and once it has ended for no more than there are`() {
        func concurrent(_ useSeconds: [Double]) -> [String] {
            let readings = useSeconds.enumerated().map { index, useSeconds in
                (
                    index * 15,
                    [
                        PoolReading.of {
                            $0.used = 2
                            $0.allowed = 8
                            $0.useSeconds = useSeconds
                        }
                    ]
                )
            }
            return Self.lines(readings).filter { $0.hasPrefix("dbpool_concurrent") }
        }
        let family = #"dbpool_concurrent_connections{kind="psycopg_pool",pool="orders"}"#
        #expect(concurrent([0, 0, 0]) == ["\(family) 2"])
        #expect(concurrent([0, 0, 3600]) == ["\(family) 8"])
    }

    @Test func `a larger pool has its minimum as a share`() {
        let advice = Sizing().advice(concurrent: 30)
        #expect(advice == (40, 12))
        #expect(Sizing().advice(concurrent: 0) == (5, 5))
        #expect(Sizing().advice(concurrent: .greatestFiniteMagnitude).max == 1_000_000_000)
    }

    @Test func `connections in use are sampled where the pool does not time them`() {
        let readings = [2.0, 6, 4].enumerated().map { index, used in
            (index * 15, [PoolReading.of(.sqlalchemy) { $0.used = used }])
        }
        #expect(
            Self.lines(readings).contains(
                #"dbpool_concurrent_connections{kind="sqlalchemy",pool="orders"} 5"#))
    }

    @Test func `shrinking is not advised before a whole window has been seen`() {
        func readings(until last: Int) -> [(Int, [PoolReading])] {
            stride(from: 0, through: last, by: 15).map { second in
                (
                    second,
                    [
                        PoolReading.of {
                            $0.used = 1
                            $0.allowed = 20
                        }
                    ]
                )
            }
        }
        func advice(after last: Int) -> [String] {
            Self.lines(readings(until: last)).filter { $0.hasPrefix("dbpool_shrink") }
        }
        #expect(advice(after: 285) == [])
        #expect(advice(after: 300) == [#"dbpool_shrink_advised{kind="psycopg_pool",pool="orders"} 1"#])
    }

    @Test func `fewer than ten acquisitions have no mean`() {
        func mean(of acquired: Double) -> [String] {
            let readings = [0, acquired].enumerated().map { index, acquired in
                (
                    index * 15,
                    [
                        PoolReading.of {
                            $0.acquired = acquired
                            $0.waitSeconds = acquired / 2
                        }
                    ]
                )
            }
            return Self.lines(readings).filter { $0.hasPrefix("dbpool_mean") }
        }
        #expect(mean(of: 9) == [])
        #expect(mean(of: 10) == [#"dbpool_mean_wait_seconds{kind="psycopg_pool",pool="orders"} 0.5"#])
    }

    @Test func `what a restarted application counts is not added twice, and never taken away`() {
        let counted = [(100.0, 50.0), (200, 60), (10, 1), (110, 11)]
        let readings = counted.enumerated().map { index, counted in
            (
                index * 15,
                [
                    PoolReading.of {
                        $0.acquired = counted.0
                        $0.waitSeconds = counted.1
                    }
                ]
            )
        }
        #expect(
            Self.lines(readings).contains(
                #"dbpool_mean_wait_seconds{kind="psycopg_pool",pool="orders"} 0.1"#))
    }

    @Test func `the window moves on`() {
        // Ten minutes at 10 connections, then five at 2.
        let readings = (0...60).map { poll in
            let seconds = Double(poll) * 15
            return (
                poll * 15,
                [PoolReading.of { $0.useSeconds = 10 * min(seconds, 600) + 2 * max(0, seconds - 600) }]
            )
        }
        #expect(
            Self.lines(readings).contains(
                #"dbpool_concurrent_connections{kind="psycopg_pool",pool="orders"} 2"#))
    }

    @Test func `a gap as long as the window begins it anew`() {
        let readings = [(0, 100.0), (15, 200), (400, 10_000), (415, 10_030)].map { second, used in
            (second, [PoolReading.of { $0.useSeconds = used }])
        }
        #expect(
            Self.lines(readings).contains(
                #"dbpool_concurrent_connections{kind="psycopg_pool",pool="orders"} 2"#))
    }

    @Test func `however often a pool is polled, few moments are kept, and none of one that is gone`() {
        let reading = PoolReading.of { $0.used = 1 }
        var history = PoolHistory(Sizing())
        for second in 0..<2000 {
            history.note([reading], at: .seconds(second))
            #expect(history.moments(of: reading.keyOfPool) <= 62)
        }
        #expect(history.moments(of: reading.keyOfPool) > 55)
        history.note([], at: .seconds(2298))
        #expect(history.moments(of: reading.keyOfPool) > 55)
        history.note([], at: .seconds(2299))
        #expect(history.moments(of: reading.keyOfPool) == 0)
    }

    @Test func `parts of one pool are added`() {
        let parts = [3.0, 4].map { used in
            PoolReading.of(.pgdog, user: "app") {
                $0.used = used
                $0.allowed = 10
                $0.oldestWaitSeconds = used
            }
        }
        let lines = Self.lines([(0, parts)])
        #expect(lines.contains(#"dbpool_connections{kind="pgdog",pool="orders",user="app",state="used"} 7"#))
        #expect(lines.contains(#"dbpool_max_connections{kind="pgdog",pool="orders",user="app"} 20"#))
        #expect(lines.contains(#"dbpool_oldest_wait_seconds{kind="pgdog",pool="orders",user="app"} 4"#))
    }

    @Test(arguments: [(0.4, ["dbpool_server_saturation_ratio 0.4"]), (nil, [])] as [(Double?, [String])])
    func `the saturation of the server behind is shown where it is known`(
        _ saturation: Double?, _ lines: [String]
    ) {
        let families = PoolFamilies(
            of: [], PoolHistory(Sizing()), behind: "main", saturation: saturation
        ).all
        #expect(families.lines == [#"dbpool_behind_info{behind="main"} 1"#] + lines)
    }

    @Test func `the page is told every metric and label that there may be`() {
        let known = Dictionary(
            PoolFamilies.reference.map { ($0.metric.name.description, $0.labels) },
            uniquingKeysWith: { a, _ in a })
        #expect(known.count == PoolFamilies.reference.count)
        #expect(known["dbpool_status"] == ["kind", "pool", "user", "status"])
        #expect(known["dbpool_server_advised_connections"] == [])
        #expect(known["dbpool_server_saturation_ratio"] == [])
    }
}
