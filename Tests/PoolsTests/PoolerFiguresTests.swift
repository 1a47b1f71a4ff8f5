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
                (["database": "orders", "user": "web", "state": "idle"], 7),
            ]), .gauges("pool_size", [(["database": "app"], 20), (["database": "orders"], 30)]),
    ])

    @Test func `samples are summed that are of this pool, database or user, whatever else they say`() {
        let servers: MetricName = "pool_servers"
        #expect(figures.of(database: "app", user: "web").sum(servers) == 5)
        #expect(figures.of(database: "app").sum(servers) == 15)
        #expect(figures.of(user: "web").sum(servers) == 12)
        #expect(figures.sum(servers) == 22)
        #expect(figures.of(database: "orders").sum("pool_size") == 30)
    }

    @Test func `samples are summed whose label says so or fits`() {
        #expect(figures.sum("pool_servers", where: "state", "idle") == 20)
        #expect(figures.sum("pool_servers", where: "database") { $0.hasPrefix("or") } == 7)
        #expect(figures.of(user: "web").sum("pool_servers", where: "state", "idle") == 10)
    }

    @Test func `a label that all samples of a column have is as good as one of the row`() {
        var table = FigureTable(labelNames: ["database"], rows: [["app"], ["orders"]])
        for (state, values) in [("idle", [1, 2]), ("active", [10, nil])] as [(String, [Int64?])] {
            table.columns.append(
                FigureTable.Column(
                    Metric("servers", .gauge, help: ""), by: ["database"],
                    part: FigureTable.Part("state", state),
                    labels: [["database": "app"], ["database": "orders"]],
                    values: values.map { $0.map { .integer($0) } }))
        }
        let figures = PoolerFigures([table])
        #expect(figures.sum("servers", where: "state", "idle") == 3)
        #expect(figures.of(database: "app").sum("servers") == 11)
        #expect(figures.of(database: "orders").sum("servers", where: "state", "active") == nil)
    }

    @Test func `where no sample is meant there is no sum`() {
        #expect(figures.of(database: "web").sum("pool_servers") == nil)
        #expect(figures.of(database: "app").sum("pool_servers", where: "state", "login") == nil)
        #expect(figures.sum("pool_servers", where: "shard", "0") == nil)
        #expect(figures.sum("pool_clients") == nil && figures.max("pool_clients") == nil)
    }

    @Test func `a figure that does not tell of users is nobody's`() {
        #expect(figures.of(user: "web").sum("pool_size") == nil)
        var table = FigureTable(labelNames: ["database", "user"], rows: [["app", "web"]])
        table.columns.append(
            FigureTable.Column(
                Metric("closing", .gauge, help: ""), by: ["database"], labels: [["database": "app"]],
                values: [.integer(4)]))
        let figures = PoolerFigures([table])
        #expect(figures.of(database: "app").sum("closing") == 4)
        #expect(figures.of(database: "app", user: "web").sum("closing") == nil)
    }

    @Test func `the greatest of several samples is found`() {
        #expect(figures.of(database: "app").max("pool_servers") == 10)
    }

    @Test func `a pool is named once, in the order in which it comes`() {
        let pools = figures.pools(of: "pool_servers")
        #expect(pools.map(\.pool) == ["app", "app", "orders"])
        #expect(pools.map(\.user) == ["web", "report", "web"])
        #expect(pools.map { $0.figures.sum("pool_servers") } == [5, 10, 7])
    }
}

extension FigureTable {
    /// A row for each of these figures.
    static func gauges(_ name: MetricName, _ figures: [(KeyValuePairs<String, String>, Double)])
        -> FigureTable
    {
        FigureTable(Metric(name, name.isTotal ? .counter : .gauge, help: ""), figures)
    }

    static func info(_ name: MetricName, _ labels: KeyValuePairs<String, String>) -> FigureTable {
        FigureTable(Metric(name, .info, help: ""), [(labels, 1)])
    }

    private init(_ metric: Metric, _ figures: [(labels: KeyValuePairs<String, String>, value: Double)]) {
        let names = figures.first?.labels.map(\.key) ?? []
        self.init(labelNames: names, rows: figures.map { $0.labels.map(\.value) })
        let labels = figures.map { figure in
            figure.labels.reduce(into: Labels()) { $0.append($1.key, $1.value) }
        }
        let values = figures.map { Sample.Value.real($0.value) }
        columns = [Column(metric, by: names, labels: labels, values: values)]
    }
}

extension MetricName {
    fileprivate var isTotal: Bool { description.hasSuffix("_total") }
}
