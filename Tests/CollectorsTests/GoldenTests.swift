import Collectors
import Exposition
import Postgres
import Testing

/// What the collectors make of the answers of real servers.
@Suite struct GoldenTests {
    @Test(arguments: GoldenFile.all)
    func `a collector makes of a server's table the page in its golden file`(_ file: GoldenFile) throws {
        let collector = try Collector.named(file.collector)
        let golden = try file.read()
        let rows = Rows(columns: golden.table.columns, values: golden.table.rows)
        let collection = try collector.collection(from: rows, of: file.server)
        let page = collection.page
        if GoldenFile.isUpdating {
            try file.write(golden.table, page: page)
        } else {
            #expect(page == golden.page)
        }
        #expect(collection.rowCount == golden.table.rows.count)
        #expect(collection.repeatedSeries == 0)
        #expect(collection.droppedSeries == 0)
    }

    @Test(arguments: GoldenFile.all)
    func `a sample carries no label but those declared for its metric`(_ file: GoldenFile) throws {
        let declared = Dictionary(
            uniqueKeysWithValues: try Collector.named(file.collector).metrics.map {
                ($0.metric.name.description, Set($0.labels))
            })
        for line in try file.read().page.split(separator: "\n") where !line.hasPrefix("#") {
            let labels = line.matches(of: #/(\w+)="(?:[^"\\]|\\.)*"/#).map { String($0.output.1) }
            let name = String(line.prefix { $0 != "{" && $0 != " " })
            #expect(try #require(declared[name]).isSuperset(of: labels), "\(line)")
        }
    }

    @Test(arguments: GoldenFile.all)
    func `a statement returns the columns of the column table and no other`(_ file: GoldenFile) throws {
        let collector = try Collector.named(file.collector)
        let columns = try file.read().table.columns
        #expect(columns == collector.columnNames(on: file.server))
    }

    @Test(arguments: Collector.all)
    func `a collector has a golden file of every version and role that it applies to, and no other`(
        _ collector: Collector
    ) {
        let files = GoldenFile.all.filter { $0.collector == collector.name }
        #expect(files.map(\.description) == GoldenFile.all(of: collector).map(\.description))
    }

    @Test func `every golden file belongs to a collector`() {
        let names = Set(Collector.all.map(\.name))
        #expect(GoldenFile.all.map(\.collector).filter { !names.contains($0) } == [])
    }

    @Test func `a table reads back as it was written`() {
        let table = GoldenTable(
            columns: ["name", "value"],
            rows: [[" a|b\\n\n\r\n ", "1"], ["∅", nil], ["", "\\"], [" ", "é\u{301}"], [nil, nil]])
        #expect(GoldenTable(parsing: table.text) == table)
    }
}
