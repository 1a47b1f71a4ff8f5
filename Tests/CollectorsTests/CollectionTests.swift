import Exposition
import Postgres
import Testing

@testable import Collectors

/// How a table becomes samples.
@Suite struct CollectionTests {
    private let server = ServerState(version: 150_000)

    @Test func `NULL gives no sample, and zero does`() throws {
        let collection = try collect([["north", nil, "0.5"], ["south", "0", nil]])
        #expect(collection.samples(of: waits) == [Sample(.integer(0), labels: ["pool": "south"])])
        #expect(collection.samples(of: seconds) == [Sample(.real(0.5), labels: ["pool": "north"])])
        #expect(collection.rowCount == 2)
    }

    @Test func `a table without rows gives families without samples`() throws {
        let collection = try collect([])
        #expect(collection.families.map(\.metric.name) == [waits, seconds])
        #expect(collection.families.flatMap(\.samples).isEmpty)
        #expect(collection.page.isEmpty)
    }

    @Test(arguments: ["pool", "waits", "seconds"])
    func `a missing column is an error, of a label too, also where there are no rows`(_ missing: String) {
        let columns = ["pool", "waits", "seconds"].filter { $0 != missing }
        #expect(throws: CollectorError.missingColumn(missing)) {
            try collector(.keepFirst).collection(from: Rows(columns: columns, values: []), of: server)
        }
    }

    @Test func `a column of other versions is neither asked for nor read`() throws {
        let later = Collector(
            "later", "",
            columns: [.counter("waits", waits, "", since: 16), .gauge("seconds", seconds, "", until: 14)]
        ) { _ in "" }
        let rows = Rows(columns: ["waits", "seconds"], values: [["1", "2"]])
        #expect(try later.collection(from: rows, of: server).families.isEmpty)
        for (version, name) in [(16, waits), (18, waits), (14, seconds), (13, seconds)] {
            let collection = try later.collection(from: rows, of: ServerState(version: version * 10_000))
            #expect(collection.families.map(\.metric.name) == [name])
        }
    }

    @Test func `a collector applies from its version on, and to the role that it speaks of`() {
        let late = Collector("late", "", since: 16, columns: []) { _ in "" }
        let standby = Collector("standby", "", audience: .standbys, columns: []) { _ in "" }
        #expect((13...18).filter { late.applies(to: ServerState(version: $0 * 10_000)) } == [16, 17, 18])
        #expect(!standby.applies(to: server))
        #expect(standby.applies(to: ServerState(version: 150_000, isInRecovery: true)))
    }

    @Test(arguments: ["", "many", "1 2", "12 MB", "00:00:01", "true", "{1}"])
    func `text where a number belongs is an error that withholds the text`(_ cell: String) {
        let error = #expect(throws: CollectorError.self) { try collect([["north", cell, "1"]]) }
        #expect(error == .notANumber(column: "waits"))
        #expect(cell.isEmpty || error?.description.contains(cell) == false)
    }

    @Test(
        arguments: [
            ("9007199254740993", .integer(9_007_199_254_740_993)),
            ("9223372036854775807", .integer(.max)),
            ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", .real(9_223_372_036_854_775_808)),
            ("1763690400.123456", .real(1_763_690_400.123456)),
            ("1e+06", .real(1_000_000)),
            ("Infinity", .real(.infinity)),
            ("t", .integer(1)),
            ("f", .integer(0)),
        ] as [(String, Sample.Value)])
    func `numbers arrive as they left`(_ cell: String, _ value: Sample.Value) throws {
        #expect(try collect([["north", nil, cell]]).samples(of: seconds).map(\.value) == [value])
    }

    @Test(arguments: ["-1", "-0.5", "NaN"])
    func `what no counter can be is left out and counted, and a gauge may be it`(_ cell: String) throws {
        let collection = try collect([["north", cell, cell]])
        #expect(collection.samples(of: waits).isEmpty)
        #expect(collection.samples(of: seconds).count == 1)
        #expect(collection.droppedSeries == 1)
    }

    @Test func `a whole number above 2^53 is exact on the page`() throws {
        let page = try collect([["north", "9007199254740993", nil]]).page
        #expect(page.hasSuffix("pool_waits_total{pool=\"north\"} 9007199254740993\n"))
    }

    @Test func `of rows with the same labels the first is kept, and the others are counted`() throws {
        let rows = [["north", "1", "1"], ["south", "7", "8"], ["north", "2", "2.5"], ["north", "4", nil]]
        let collection = try collect(rows)
        #expect(collection.samples(of: waits).map(\.value) == [.integer(1), .integer(7)])
        #expect(collection.samples(of: seconds).map(\.value) == [.integer(1), .integer(8)])
        #expect(collection.repeatedSeries == 3)
    }

    @Test func `rows with the same labels are summed where the collector says so, and counted too`() throws {
        let rows = [["north", "1", "1"], ["south", "7", "8"], ["north", "2", "2.5"], ["north", "4", nil]]
        let collection = try collect(rows, .sum)
        #expect(collection.samples(of: waits).map(\.value) == [.integer(7), .integer(7)])
        #expect(collection.samples(of: seconds).map(\.value) == [.real(3.5), .integer(8)])
        #expect(collection.repeatedSeries == 3)
    }

    @Test func `rows that give different metrics with the same labels repeat nothing`() throws {
        let collection = try collect([["north", "1", nil], ["north", nil, "2"]])
        #expect(collection.samples(of: waits).count == 1 && collection.samples(of: seconds).count == 1)
        #expect(collection.repeatedSeries == 0)
    }

    @Test func `a NULL or empty label gives none`() throws {
        let collection = try collect([[nil, "1", nil], ["north", "2", nil]])
        #expect(collection.samples(of: waits).map(\.labels) == [[:], ["pool": "north"]])
        #expect(try collect([["", "1", nil]]).samples(of: waits).map(\.labels) == [[:]])
    }

    @Test func `a label longer than its limit is cut, and counted once a row`() throws {
        let limit = Labels.longestValue
        let long = String(repeating: "é", count: limit)  // Two bytes each.
        let collection = try collect([[long, "1", "1"], [String(repeating: "x", count: limit), "2", "2"]])
        #expect(collection.cutLabels == 1)
        #expect(collection.page.contains("{pool=\"\(String(repeating: "é", count: limit / 2))…\"} 1\n"))
    }

    @Test func `labels that are alike once they are cut are one series`() throws {
        let long = String(repeating: "x", count: Labels.longestValue)
        let collection = try collect([[long + "a", "1", nil], [long + "b", "2", nil]], .sum)
        #expect(collection.samples(of: waits).map(\.value) == [.integer(3)])
        #expect(collection.repeatedSeries == 1 && collection.cutLabels == 2)
    }

    @Test func `rows beyond the limit are left out, and the series that they would have been are counted`()
        throws
    {
        let limit = Collector.longestTable
        #expect(limit == 10_000)
        let rows = (0..<limit + 3).map { ["pool \($0)", "\($0)", $0 == limit ? nil : "1"] }
        let collection = try collect(rows)
        #expect(collection.rowCount == limit)
        #expect(collection.samples(of: waits).last?.value == .integer(Int64(limit - 1)))
        #expect(collection.samples(of: waits).count == limit)
        #expect(collection.droppedSeries == 5)
        #expect(try collect(Array(rows.prefix(limit))).droppedSeries == 0)
    }

    @Test func `tables of one collector become one collection, and each family stays one`() throws {
        var collection = try collect([["north", "1", "0.5"], ["north", "2", nil]])
        collection.append(try collect([["south", "3", nil]]))
        #expect(collection.families.map(\.metric.name) == [waits, seconds])
        #expect(collection.samples(of: waits).map(\.value) == [.integer(1), .integer(3)])
        #expect(collection.samples(of: seconds).map(\.value) == [.real(0.5)])
        #expect(collection.rowCount == 3 && collection.repeatedSeries == 1)
    }

    @Test func `what a preparation has to find stands in braces where the statement is only shown`() {
        let sized = Collector(
            "sized", "", scope: .database, cost: .hour, columns: [],
            preparation: { _ in "SELECT 'a' AS relation" },
            sql: { _, part in "SELECT 1 FROM \(part["relation"])" })
        #expect(
            sized.statements(for: server) == [
                "/* pgvigil sized */\nSELECT 'a' AS relation",
                "/* pgvigil sized */\nSELECT 1 FROM {relation}",
            ])
        let rows = Rows(columns: ["relation"], values: [["\"a b\""], [nil]])
        #expect(sized.sql(for: server, Part(row: 0, of: rows)).hasSuffix("SELECT 1 FROM \"a b\""))
        #expect(sized.sql(for: server, Part(row: 1, of: rows)).hasSuffix("SELECT 1 FROM NULL"))
    }

    @Test func `an own statement stands inside ours, which it cannot end`() {
        let own = Collector(
            own: "own", scope: .database, audience: .primaries,
            columns: [.label("datname"), .value("n", Metric("shop_n", .gauge, help: ""))], mostRows: 5,
            OwnStatement(
                "TABLE t -- all", searchPath: ["public"], within: .seconds(1), namesDatabase: true))
        #expect(
            own.statements(for: server) == [
                """
                /* pgvigil own */
                SELECT pg_catalog.current_database() AS datname,
                       nullif(pg_catalog.left(pg_catalog.format('%s', own."n"), 400), '') AS "n"
                FROM (
                TABLE t -- all
                ) AS own
                LIMIT 6
                """
            ])
        #expect(own.applies(to: server))
        #expect(!own.applies(to: ServerState(version: 150_000, isInRecovery: true)))
    }

    @Test func `rows of an entry each are summed by their labels, and that repeats nothing`() throws {
        let searches = Collector(
            "searches", "", duplicates: .sum,
            columns: [
                .label("pool"), .epoch("start"), .entry("id"), .counter("waits", waits, ""),
            ]
        ) { _ in "" }
        let names = ["pool", "start", "id", "waits"]
        let rows = [["north", "1", "a", "5"], ["north", "1", "b", "2"], ["north", "1", nil, nil]]
        let now = try searches.collection(from: Rows(columns: names, values: rows), of: server)
        #expect(now.samples(of: waits) == [Sample(.integer(7), labels: ["pool": "north"])])
        #expect(now.repeatedSeries == 0)

        let accumulator = Accumulator()
        var sums: [[Sample.Value]] = []
        for rows in [rows, [["north", "1", "a", "9"]], [["north", "1", nil, nil]]] {
            let collection = try searches.collection(
                from: Rows(columns: names, values: rows), of: server, into: accumulator)
            sums.append(collection.samples(of: waits).map(\.value))
        }
        #expect(sums == [[.integer(0)], [.integer(4)], [.integer(4)]])
    }

    // MARK: -

    private let waits: MetricName = "pool_waits_total"
    private let seconds: MetricName = "pool_longest_seconds"

    private func collect(_ rows: [[String?]], _ duplicates: Duplicates = .keepFirst) throws -> Collection {
        let rows = Rows(columns: ["pool", "waits", "seconds"], values: rows)
        return try collector(duplicates).collection(from: rows, of: server)
    }

    private func collector(_ duplicates: Duplicates) -> Collector {
        Collector(
            "pool", "Waits for a place in a pool.", duplicates: duplicates,
            columns: [
                .label("pool"), .counter("waits", waits, "Waits."),
                .gauge("seconds", seconds, "The longest."),
            ]
        ) { _ in "" }
    }
}
