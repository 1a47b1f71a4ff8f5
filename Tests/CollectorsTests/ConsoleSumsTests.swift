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
            _ = add([(setting, nil, .integer(1))], of: "config", over: connection)
        }
        _ = totals(["app": 100])
        #expect(totals(["app": 9000], over: 2) == ["app": 0])
        #expect(totals(["app": 9001], over: 2) == ["app": 1])
        #expect(totals(["app": 100], over: 3) == ["app": 1])
    }

    @Test func `each collector has a first answer over a connection`() {
        _ = totals(["app": 100])
        _ = add([], of: "another", over: 2)
        #expect(totals(["app": 90], over: 2) == ["app": 0])
    }

    @Test func `gauges are left as they are`() {
        let gauge = Metric("connections", .gauge, help: "")
        #expect(add([(gauge, nil, .integer(-3))], of: "pools").families[0].samples == [Sample(-3)])
    }

    @Test func `seconds are added as exactly as they come, and no counter is below 0`() {
        let metric = Metric("wait_seconds_total", .counter, help: "")
        let found = [0.25, 0.75, -1].map { add([(metric, nil, .real($0))], of: "stats") }
        #expect(found.map(\.families[0].samples) == [[Sample(0.0)], [Sample(0.5)], []])
        #expect(found.map(\.dropped) == [0, 0, 1])
    }

    @Test func `the columns of one metric are summed each for itself`() {
        let metric = Metric("checks_total", .counter, help: "")
        func check(_ good: Int64, _ bad: Int64) -> [Sample] {
            let parts = [("good", good), ("bad", bad)].map {
                (metric, FigureTable.Part("result", $0), Sample.Value.integer($1))
            }
            return add(parts, of: "checks").families[0].samples
        }
        _ = check(10, 1)
        #expect(
            check(12, 4) == [Sample(2, labels: ["result": "good"]), Sample(3, labels: ["result": "bad"])])
        #expect(check(1, 5) == [Sample(2, labels: ["result": "good"]), Sample(4, labels: ["result": "bad"])])
    }

    // MARK: -

    /// What becomes of an answer of one row with these columns.
    private func add(
        _ columns: [(metric: Metric, part: FigureTable.Part?, value: Sample.Value)], of collector: String,
        over connection: Int32 = 1
    ) -> (families: [MetricFamily], dropped: Int) {
        var table = FigureTable(labelNames: [], rows: [[]])
        table.columns = columns.map { metric, part, value in
            FigureTable.Column(metric, by: [], part: part, labels: [[:]], values: [value])
        }
        let dropped = sums.add(to: &table, of: collector, over: connection)
        return (table.families, dropped)
    }

    /// The sums after an answer with these figures.
    private func totals(_ figures: [String: Int64], over connection: Int32 = 1) -> [String: Int64] {
        let metric = Metric("queries_total", .counter, help: "")
        let names = figures.keys.sorted()
        var table = FigureTable(labelNames: ["database"], rows: names.map { [$0] })
        table.columns = [
            FigureTable.Column(
                metric, by: ["database"], labels: names.map { ["database": $0] },
                values: names.map { figures[$0].map { .integer($0) } })
        ]
        _ = sums.add(to: &table, of: "stats", over: connection)
        let totals = zip(names, table.columns[0].values).map { name, value in
            if case .integer(let total) = value { (name, total) } else { (name, Int64(-1)) }
        }
        return Dictionary(uniqueKeysWithValues: totals)
    }
}
