import Exposition
import PoolDefinitions
import Testing

@testable import Pools

/// How long connections were in use, where a pool's own figure has the waits in it.
@Suite struct PoolUseTests {
    /// Readings ten seconds apart, and what each gives for a metric of the pool.
    private static func values(
        of metric: String, _ readings: [(use: Double, wait: Double)], includingWaits: Bool = true
    ) -> [String] {
        var history = PoolHistory(Sizing())
        return readings.enumerated().flatMap { index, figures in
            let reading = PoolReading.of(.pgbouncer) {
                $0.useSeconds = figures.use
                $0.waitSeconds = figures.wait
                $0.useIncludesWaits = includingWaits
            }
            history.note([reading], at: .seconds(10 * index))
            let place = #"{kind="pgbouncer",pool="orders"} "#
            return PoolFamilies(of: [reading], history).all.lines.filter { $0.hasPrefix(metric + place) }
                .map { String($0.dropFirst((metric + place).count)) }
        }
    }

    @Test func `a wait that is counted before its transaction makes nothing fall`() {
        // A client waited for 4 s; it is served, and 2 s later its transaction has taken 6 s.
        let readings = [(10.0, 0.0), (10, 4), (16, 4), (16, 4)]
        #expect(Self.values(of: "dbpool_use_seconds_total", readings) == ["10", "10", "12", "12"])
    }

    @Test func `connections in use at once are counted without who waits`() {
        // Two connections are always in use, and six clients always wait.
        let readings = (0...3).map { (80.0 * Double($0), 60.0 * Double($0)) }
        #expect(Self.values(of: "dbpool_concurrent_connections", readings) == ["2", "2", "2"])
        #expect(Self.values(of: "dbpool_use_seconds_total", readings) == ["0", "20", "40", "60"])
    }

    @Test func `a pool that counts use alone is shown as it counts`() {
        let readings = [(10.0, 3.0), (20, 6), (5, 1)]
        let shown = Self.values(of: "dbpool_use_seconds_total", readings, includingWaits: false)
        #expect(shown == ["10", "20", "5"])
    }
}
