import Exposition
package import Postgres

extension ConsoleCollector {
    /// The most series of one metric that one run shows; the rest is dropped and counted.
    static let mostSeries = 10_000

    /// Turns a console's answer into families; counters become sums of their increases.
    ///
    /// `database` is the one by which we talk to the console; `connection` tells a connection from the next.
    package func collection(
        from rows: borrowing Rows, of database: String, into sums: ConsoleSums, over connection: Int32 = 0
    ) -> Collection {
        var collection = Collection()
        collection.rowCount = rows.count
        var positions: [MetricName: Int] = [:]
        let kept = keptRows(of: rows, database)
        for column in columns.flatMap({ $0.found(among: rows.columns) }) {
            let samples =
                switch shape {
                case .pairs(let name, let value): pairs(column, in: rows, name, value)
                case .table: table(column, in: rows, kept, cuts: &collection.cutLabels)
                }
            if let position = positions[column.metric.name] {
                collection.families[position].samples += samples
            } else {
                positions[column.metric.name] = collection.families.count
                collection.families.append(MetricFamily(column.metric, samples: samples))
            }
        }
        for position in collection.families.indices {
            let way = repeats(of: collection.families[position].metric)
            let repeated = collection.families[position].resolveRepetitions(way)
            if way == .keepFirst { collection.repeatedSeries += repeated }
        }
        let summed = sums.adding(collection.families, of: name, over: connection)
        collection.families = summed.families
        collection.droppedSeries = summed.dropped
        for position in collection.families.indices {
            let extra = max(0, collection.families[position].samples.count - Self.mostSeries)
            collection.families[position].samples.removeLast(extra)
            collection.droppedSeries += extra
        }
        return collection
    }

    private func repeats(of metric: Metric) -> Duplicates {
        columns.first { $0.metric == metric }?.repeats ?? .keepFirst
    }

    /// Those that speak of what is watched.
    private func keptRows(of rows: borrowing Rows, _ database: String) -> [Int] {
        let marks = leavesOut.compactMap { mark in
            rows.column(mark.column).map { column -> (column: Int, text: String) in
                switch mark.mark {
                case .console: (column, database)
                case .text(let text): (column, text)
                }
            }
        }
        let own = leavesOutOnce.flatMap { own in rows.column(own.column).map { ($0, own.text) } }
        var isOwnOut = own == nil
        var kept: [Int] = []
        for row in 0..<rows.count {
            if !isOwnOut, let (column, text) = own, rows.text(row: row, column: column) == text {
                isOwnOut = true
                continue
            }
            var isKept = true
            for mark in marks where rows.text(row: row, column: mark.column) == mark.text { isKept = false }
            if isKept { kept.append(row) }
        }
        return kept
    }

    private func pairs(_ column: ConsoleColumn, in rows: borrowing Rows, _ name: String, _ value: String)
        -> [Sample]
    {
        guard let name = rows.column(name), let value = rows.column(value) else { return [] }
        var texts: [String: String] = [:]
        for row in 0..<rows.count {
            guard let key = rows.text(row: row, column: name) else { continue }
            texts[key] = rows.text(row: row, column: value)
        }
        let cells = column.sources.map { texts[$0] }
        return column.read(cells).map { [Sample($0, labels: column.fixed)] } ?? []
    }

    private func table(
        _ column: ConsoleColumn, in rows: borrowing Rows, _ kept: [Int], cuts: inout Int
    ) -> [Sample] {
        let sources = column.sources.map { rows.column($0) }
        guard column.sources.isEmpty || sources.contains(where: { $0 != nil }) else { return [] }
        let labels = labels.filter { column.labels?.contains($0.label) ?? true }
            .map { (position: rows.column($0.column), label: $0.label) }
        var samples: [Sample] = []
        for row in kept {
            let text = { (rows: borrowing Rows, position: Int?) in
                position.flatMap { rows.text(row: row, column: $0) }
            }
            guard let value = column.read(sources.map { text(rows, $0) }) else { continue }
            var all = Labels()
            for label in labels where !all.append(label.label, text(rows, label.position) ?? "") { cuts += 1 }
            samples.append(Sample(value, labels: all.followed(by: column.fixed)))
        }
        return samples
    }
}
