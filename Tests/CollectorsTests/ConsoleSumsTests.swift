import Exposition
import Testing

@testable import Collectors

/// Counters of consoles, whose figures fall when a pool is removed.
@Suite struct ConsoleSumsTests {
    private let sums = ConsoleSums()

    @Test func `what was there at first is none, and what has come since is added`() {
        #expect(totals(["app": 100, "orders": 7]) == ["app": 0, "orders": 0])
        #expect(totals(["app": 103, "orders": 7]) == ["app": 3, "orders": 0])
        #expect(totals(["app": 103, "orders": 9]) == ["app": 3, "orders": 2])
    }

    @Test func `a pool that is removed lets nothing fall, and nothing bursts`() {
        _ = totals(["app": 1_000_000])
        #expect(totals(["app": 1_000_010]) == ["app": 10])
        #expect(totals(["app": 40]) == ["app": 10])
        #expect(totals(["app": 45]) == ["app": 15])
    }

    @Test func `a database that appears later counts whole`() {
        _ = totals(["app": 5])
        #expect(totals(["app": 5, "late": 3]) == ["app": 0, "late": 3])
    }

    @Test func `the first pool of an empty pooler counts whole`() {
        #expect(totals([:]) == [:])
        #expect(totals(["app": 2]) == ["app": 2])
    }

    @Test func `a database that was removed and is back counts from nothing, and its sum goes on`() {
        _ = totals(["app": 1, "gone": 100])
        #expect(totals(["app": 1, "gone": 110]) == ["app": 0, "gone": 10])
        #expect(totals(["app": 1]) == ["app": 0])
        #expect(totals(["app": 1, "gone": 4]) == ["app": 0, "gone": 14])
        #expect(totals(["app": 1]) == ["app": 0])
        #expect(totals(["app": 1, "gone": 500]) == ["app": 0, "gone": 514])
    }

    @Test func `after a restart only what comes is added`() {
        _ = totals(["app": 100, "orders": 200])
        #expect(totals(["app": 2, "orders": 0], over: 2) == ["app": 0, "orders": 0])
        #expect(totals(["app": 5, "orders": 1], over: 2) == ["app": 3, "orders": 1])
    }

    @Test func `a new connection to the same pooler loses nothing`() {
        _ = totals(["app": 100, "orders": 200])
        #expect(totals(["app": 150, "orders": 200], over: 2) == ["app": 50, "orders": 0])
    }

    @Test func `a new connection to a pooler with lower figures adds nothing of the higher ones`() {
        _ = totals(["app": 100, "orders": 200])
        #expect(totals(["app": 99, "orders": 9000], over: 2) == ["app": 0, "orders": 0])
        #expect(totals(["app": 100, "orders": 9001], over: 2) == ["app": 1, "orders": 1])
    }

    @Test func `where several processes share an address a new connection adds nothing at first`() {
        let setting = Metric("pgbouncer_config_so_reuseport", .gauge, help: "")
        for connection: Int32 in 1...2 {
            let told = MetricFamily(setting, samples: [Sample(1)])
            _ = sums.adding([told], of: "config", over: connection)
        }
        _ = totals(["app": 100])
        #expect(totals(["app": 9000], over: 2) == ["app": 0])
        #expect(totals(["app": 9001], over: 2) == ["app": 1])
        #expect(totals(["app": 100], over: 3) == ["app": 1])
    }

    @Test func `each collector has a first answer over a connection`() {
        _ = totals(["app": 100])
        _ = sums.adding([], of: "another", over: 2)
        #expect(totals(["app": 90], over: 2) == ["app": 0])
    }

    @Test func `gauges are left as they are`() {
        let gauge = MetricFamily(Metric("connections", .gauge, help: ""), samples: [Sample(-3)])
        #expect(sums.adding([gauge], of: "pools", over: 1).families.map(\.samples) == [gauge.samples])
    }

    @Test func `seconds are added as exactly as they come, and no counter is below 0`() {
        let metric = Metric("wait_seconds_total", .counter, help: "")
        let answers = [0.25, 0.75, -1].map { MetricFamily(metric, samples: [Sample($0)]) }
        let found = answers.map { sums.adding([$0], of: "stats", over: 1) }
        #expect(found.map(\.families[0].samples) == [[Sample(0.0)], [Sample(0.5)], []])
        #expect(found.map(\.dropped) == [0, 0, 1])
    }

    // MARK: -

    /// The sums after an answer with these figures.
    private func totals(_ figures: [String: Int], over connection: Int32 = 1) -> [String: Int64] {
        let metric = Metric("queries_total", .counter, help: "")
        let samples = figures.map { Sample($1, labels: ["database": $0]) }
        let summed = sums.adding([MetricFamily(metric, samples: samples)], of: "stats", over: connection)
        return Dictionary(
            uniqueKeysWithValues: summed.families[0].samples.compactMap { sample in
                guard case .integer(let total) = sample.value else { return nil }
                return (sample.labels.pairs[0].value, total)
            })
    }
}
