import Exposition
import Postgres
import Testing

@testable import Collectors

/// What the collectors make of the answers of consoles.
@Suite struct ConsoleGoldenTests {
    @Test(arguments: ConsoleGoldenFile.all)
    func `a collector makes of a console's table the page in its golden file`(_ file: ConsoleGoldenFile)
        throws
    {
        let golden = try file.read()
        let collection = try ConsoleCollector.named(file.collector).collection(from: golden.table)
        if GoldenFile.isUpdating {
            try file.write(golden.table, page: collection.page)
        } else {
            #expect(collection.page == golden.page)
        }
        #expect(collection.rowCount == golden.table.rows.count)
        #expect(collection.repeatedSeries == 0)
        #expect(collection.droppedSeries == 0)
    }

    @Test(arguments: ConsoleGoldenFile.all)
    func `a sample of a console carries no label but those declared`(_ file: ConsoleGoldenFile) throws {
        let collector = try ConsoleCollector.named(file.collector)
        let declared = Dictionary(uniqueKeysWithValues: collector.metrics.map { ($0.metric.name, $0.labels) })
        for family in try collector.collection(from: file.read().table).families {
            for sample in family.samples {
                let names = sample.labels.pairs.map(\.name)
                #expect(
                    Set(declared[family.metric.name] ?? []).isSuperset(of: names), "\(family.metric.name)")
            }
        }
    }

    @Test(arguments: ConsoleCollector.all)
    func `a console's collector has a golden file of every version that has its command, and no other`(
        _ collector: ConsoleCollector
    ) {
        let files = ConsoleGoldenFile.all.filter { $0.collector == collector.name }
        #expect(files.map(\.description) == ConsoleGoldenFile.all(of: collector).map(\.description))
        #expect(!files.isEmpty)
    }

    @Test func `every golden file of a console belongs to a collector`() {
        let names = Set(ConsoleCollector.all.map(\.name))
        #expect(ConsoleGoldenFile.all.map(\.collector).filter { !names.contains($0) } == [])
    }

    @Test(arguments: ConsoleCollector.all)
    func `what a collector reads is there in a console of some version`(_ collector: ConsoleCollector) throws
    {
        var names: Set<String> = []
        for file in ConsoleGoldenFile.all(of: collector) {
            let table = try file.read().table
            names.formUnion(table.columns)
            if case .pairs(let name, _) = collector.shape, let column = table.columns.firstIndex(of: name) {
                names.formUnion(table.rows.compactMap { $0[column] })
            }
        }
        let older: Set = ["cl_cancel_req"]  // PgBouncer 1.16 and 1.17.
        let read = collector.columns.flatMap(\.sources) + collector.labels.map(\.column)
        #expect(Set(read).subtracting(names).subtracting(older).filter { !$0.hasSuffix("_") }.sorted() == [])
    }
}
