import Exposition
import Testing

@testable import Pools

/// Looking up what a pooler's collectors found.
@Suite struct PoolerFiguresTests {
    private let figures = PoolerFigures([
        .gauges(
            "pool_servers",
            [
                (["database": "app", "user": "web", "state": "idle"], 3),
                (["database": "app", "user": "web", "state": "active"], 2),
                (["database": "app", "user": "report", "state": "idle"], 10),
                (["database": #"it's "quoted" \ back|slash"#, "user": "web", "state": "idle"], 7),
            ])
    ])

    @Test func `samples are summed that have these labels, whatever else they have`() {
        #expect(figures.sum("pool_servers", ["database": "app", "user": "web"]) == 5)
        #expect(figures.sum("pool_servers", ["state": "idle"]) == 20)
        #expect(figures.sum("pool_servers") == 22)
        #expect(figures.sum("pool_servers", ["database": #"it's "quoted" \ back|slash"#]) == 7)
    }

    @Test func `where no sample has them there is no sum`() {
        #expect(figures.sum("pool_servers", ["database": "web"]) == nil)
        #expect(figures.sum("pool_servers", ["database": "app", "state": "login"]) == nil)
        #expect(figures.sum("pool_servers", ["shard": "0"]) == nil)
        #expect(figures.sum("pool_clients") == nil)
        #expect(figures.max("pool_clients") == nil)
    }

    @Test func `the greatest of several samples is found`() {
        #expect(figures.max("pool_servers", ["database": "app"]) == 10)
    }

    @Test func `a pool is named once, in the order in which it comes`() {
        let pools = figures.pools(of: "pool_servers")
        #expect(pools.map(\.pool) == ["app", "app", #"it's "quoted" \ back|slash"#])
        #expect(pools.map(\.user) == ["web", "report", "web"])
    }
}

extension MetricFamily {
    static func gauges(_ name: MetricName, _ figures: [(KeyValuePairs<String, String>, Double)])
        -> MetricFamily
    {
        MetricFamily(Metric(name, name.isTotal ? .counter : .gauge, help: ""), figures)
    }

    static func info(_ name: MetricName, _ labels: KeyValuePairs<String, String>) -> MetricFamily {
        MetricFamily(Metric(name, .info, help: ""), [(labels, 1)])
    }

    private init(_ metric: Metric, _ figures: [(KeyValuePairs<String, String>, Double)]) {
        self.init(
            metric,
            samples: figures.map { pairs, value in
                var labels = Labels()
                for (name, value) in pairs { labels.append(name, value) }
                return Sample(value, labels: labels)
            })
    }
}

extension MetricName {
    fileprivate var isTotal: Bool { description.hasSuffix("_total") }
}
