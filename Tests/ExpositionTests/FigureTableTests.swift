import Testing

@testable import Exposition

/// Figures before they are text, and the families that show them.
@Suite struct FigureTableTests {
    private static let servers = Metric("servers", .gauge, help: "")
    private static let size = Metric("size", .gauge, help: "")

    /// Three databases, of which nothing is known of the second.
    private static var table: FigureTable {
        let names = ["app", "lost", "orders"]
        let labels = names.map { ["database": $0] as Labels }
        var table = FigureTable(labelNames: ["database"], rows: names.map { [$0] })
        table.columns = [
            FigureTable.Column(
                servers, by: ["database"], part: FigureTable.Part("state", "idle"), labels: labels,
                values: [.integer(1), nil, .integer(3)]),
            FigureTable.Column(
                size, by: ["database"], labels: labels, values: [.real(2.5), nil, nil]),
            FigureTable.Column(
                servers, by: ["database"], part: FigureTable.Part("state", "active"), labels: labels,
                values: [nil, nil, .integer(0)]),
        ]
        return table
    }

    @Test func `a metric is one family with the samples of all its columns, unknown ones left out`() {
        #expect(
            Self.table.families == [
                MetricFamily(
                    Self.servers,
                    samples: [
                        Sample(1, labels: ["database": "app", "state": "idle"]),
                        Sample(3, labels: ["database": "orders", "state": "idle"]),
                        Sample(0, labels: ["database": "orders", "state": "active"]),
                    ]),
                MetricFamily(Self.size, samples: [Sample(2.5, labels: ["database": "app"])]),
            ])
    }

    @Test func `rows of which nothing is known are left out, and the families stay the same`() {
        var table = Self.table
        table.removeEmptyRows()
        #expect(table.rows == [["app"], ["orders"]])
        #expect(table.columns.map(\.values.count) == [2, 2, 2])
        #expect(table.families == Self.table.families)
    }
}
