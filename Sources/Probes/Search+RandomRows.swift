import Postgres
import ProbeDefinitions
import SQL

/// Rows of the table by their places, drawn at random, so that few pages are read and each row is as likely.
extension Search {
    /// A row's key and its vector as text.
    typealias DrawnRow = (key: String, vector: String)

    /// About `count` rows in random order; fewer where there are not so many.
    ///
    /// As many random pages are visited as rows are wanted, and more where few of their rows will do; all
    /// rows of these pages stand an equal chance. A table without pages of its own here, or one whose places
    /// the role may not see, gives its first rows.
    func drawRows(
        _ count: Int, seed: UInt64, matching values: [String], on connection: inout Connection,
        by deadline: Deadline
    ) throws(SearchError) -> [DrawnRow] {
        var generator = SplitMix(seed: seed)
        let heaps = try self.heaps(on: &connection, by: deadline)
        let pages = heaps.reduce(0) { $0 + $1.pages }
        guard pages > 0 else { return try firstRows(count, values, on: &connection, by: deadline) }
        let most = max(count, min(8 * count, Self.mostFurtherPages))
        let chosen = Self.distinct(min(most, pages), below: pages, using: &generator)
        var reservoir = Reservoir(size: count)
        for from in stride(from: 0, to: chosen.count, by: max(1, count)) where !reservoir.isFull {
            let visited = chosen[from..<min(from + count, chosen.count)].sorted()
            for place in try places(on: visited, of: heaps, values, on: &connection, by: deadline) {
                reservoir.offer(place, using: &generator)
            }
        }
        return try fetch(reservoir.kept, values, on: &connection, by: deadline).shuffled(using: &generator)
    }

    // MARK: -

    /// A statement reads this many pages, or rows, which takes far less than a second.
    private static let pagesAtOnce = 64
    private static let rowsAtOnce = 100
    /// Visited for the sake of few rows that will do; half a second of a server's time.
    private static let mostFurtherPages = 1024

    private static func distinct(_ count: Int, below limit: Int, using generator: inout SplitMix) -> [Int] {
        guard count < limit / 2 else {
            return Array((0..<limit).shuffled(using: &generator).prefix(count))
        }
        var chosen: [Int] = []
        var known: Set<Int> = []
        while chosen.count < count {
            let page = Int.random(in: 0..<limit, using: &generator)
            if known.insert(page).inserted { chosen.append(page) }
        }
        return chosen
    }

    /// Where rows are on pages that are counted through all heaps, in order.
    private func places(
        on pages: [Int], of heaps: [Heap], _ values: [String], on connection: inout Connection,
        by deadline: Deadline
    ) throws(SearchError) -> [Place] {
        var places: [Place] = []
        var (rest, start) = (pages[...], 0)
        for heap in heaps {
            let own = rest.prefix { $0 < start + heap.pages }.map { $0 - start }
            rest = rest.dropFirst(own.count)
            start += heap.pages
            for from in stride(from: 0, to: own.count, by: Self.pagesAtOnce) {
                let batch = own[from..<min(from + Self.pagesAtOnce, own.count)]
                places += try self.places(on: batch, of: heap, values, on: &connection, by: deadline)
            }
        }
        return places
    }

    private func heaps(on connection: inout Connection, by deadline: Deadline) throws(SearchError) -> [Heap] {
        try connection.read(by: deadline) { connection throws(SearchError) in
            let rows = try connection.ask(Heap.sql, ["\(relation.oid)"], by: deadline)
            return (0..<rows.count).compactMap { Heap(rows, $0) }
        }
    }

    /// Where rows are on some pages.
    private func places(
        on pages: ArraySlice<Int>, of heap: Heap, _ values: [String], on connection: inout Connection,
        by deadline: Deadline
    ) throws(SearchError) -> [Place] {
        let (source, conditions) = (source(heap), conditions(values, in: heap))
        let sql = """
            /* pgvigil probe=\(probe.name) */
            SELECT ctid::pg_catalog.text AS place
              FROM \(source)
             WHERE ctid = ANY (ARRAY (
                       SELECT pg_catalog.format('(%s,%s)', page, line)::pg_catalog.tid
                         FROM pg_catalog.unnest($1::pg_catalog.int8[]) AS page
                        CROSS JOIN pg_catalog.generate_series(1, \(heap.mostLines)) AS line))
            \(conditions)
            """
        let all = [pages.map { "\($0)" }.arrayLiteral] + values
        return try connection.read(set: drawing, by: deadline) { connection throws(SearchError) in
            let rows = try connection.ask(sql, all, by: deadline)
            return (0..<rows.count).compactMap { rows.text($0, "place") }.map {
                Place(heap: heap, text: $0)
            }
        }
    }

    private func fetch(
        _ places: [Place], _ values: [String], on connection: inout Connection, by deadline: Deadline
    ) throws(SearchError) -> [DrawnRow] {
        var drawn: [DrawnRow] = []
        for (_, places) in Dictionary(grouping: places, by: \.heap.oid).sorted(by: { $0.key < $1.key }) {
            for from in stride(from: 0, to: places.count, by: Self.rowsAtOnce) {
                let batch = places[from..<min(from + Self.rowsAtOnce, places.count)]
                guard let heap = batch.first?.heap else { continue }
                let (source, conditions) = (source(heap), conditions(values, in: heap))
                let sql = """
                    /* pgvigil probe=\(probe.name) */
                    SELECT \(key) AS key,
                           (\(metric.row))::pg_catalog.text AS vector
                      FROM \(source)
                     WHERE ctid = ANY ($1::pg_catalog.tid[])
                    \(conditions)
                    """
                drawn += try rows(
                    of: sql, [batch.map(\.text).arrayLiteral] + values, on: &connection, by: deadline)
            }
        }
        return drawn
    }

    private func firstRows(
        _ count: Int, _ values: [String], on connection: inout Connection, by deadline: Deadline
    ) throws(SearchError) -> [DrawnRow] {
        let conditions = conditions(values)
        let sql = """
            /* pgvigil probe=\(probe.name) */
            SELECT \(key) AS key,
                   (\(metric.row))::pg_catalog.text AS vector
              FROM \(relation.sql)
             WHERE $1::pg_catalog.int8 > 0  -- The filter's values begin at the second.
            \(conditions)
             LIMIT \(count)
            """
        return try rows(of: sql, ["\(count)"] + values, on: &connection, by: deadline)
    }

    private func rows(
        of sql: String, _ values: [String], on connection: inout Connection, by deadline: Deadline
    ) throws(SearchError) -> [DrawnRow] {
        try connection.read(set: drawing, by: deadline) { connection throws(SearchError) in
            let rows = try connection.ask(sql, values, by: deadline)
            return (0..<rows.count).compactMap { row in
                guard let key = rows.text(row, "key"), let vector = rows.text(row, "vector") else {
                    return nil
                }
                return (key, vector)
            }
        }
    }

    /// Else a small table would be read whole.
    private var drawing: [LocalSetting] { locals + [LocalSetting("enable_seqscan", "off")] }

    /// Partitions go by the table's name, as in the filter.
    private func source(_ heap: Heap) -> String {
        guard heap.isReadable else { return relation.sql }
        let name = "\(heap.schema.quotedIdentifier).\(heap.name.quotedIdentifier)"
        return "ONLY \(name) AS \(relation.name.quotedIdentifier)"
    }

    /// Rows that a search could find: with a vector, and through the filter where its values are known.
    private func conditions(_ values: [String], in heap: Heap? = nil) -> String {
        var conditions = vectorColumns.map { "\($0.quotedIdentifier) IS NOT NULL" }
        if let heap, !heap.isReadable { conditions.append("tableoid = \(heap.oid)::pg_catalog.oid") }
        if let filter, values.count == filterParameters { conditions.append(filter) }
        return conditions.map { "   AND \($0)" }.joined(separator: "\n")
    }
}
