import Exposition
package import Postgres

extension ConsoleCollector {
    /// The most series of one metric that one run shows; the rest is dropped and counted.
    static let mostSeries = 10_000

    /// Turns a console's answer into families; counters become sums of their increases.
    package func collection(from rows: borrowing Rows, into sums: ConsoleSums) -> Collection {
        var collection = Collection()
        collection.rowCount = rows.count
        var positions: [MetricName: Int] = [:]
        for column in columns {
            if positions[column.metric.name] == nil {
                positions[column.metric.name] = collection.families.count
                collection.families.append(MetricFamily(column.metric))
            }
            let samples = samples(of: column, in: rows, cuts: &collection.cutLabels)
            collection.families[positions[column.metric.name] ?? 0].samples += samples
        }
        for position in collection.families.indices {
            let repeated = collection.families[position].resolveRepetitions(duplicates)
            if duplicates == .keepFirst { collection.repeatedSeries += repeated }
            let extra = collection.families[position].samples.count - Self.mostSeries
            if extra > 0 {
                collection.families[position].samples.removeLast(extra)
                collection.droppedSeries += extra
            }
        }
        collection.families = collection.families.map { sums.adding($0) }
        return collection
    }

    private func samples(of column: ConsoleColumn, in rows: borrowing Rows, cuts: inout Int) -> [Sample] {
        switch shape {
        case .pairs(let name, let value): pairs(column, in: rows, name, value)
        case .table: table(column, in: rows, cuts: &cuts)
        }
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

    private func table(_ column: ConsoleColumn, in rows: borrowing Rows, cuts: inout Int) -> [Sample] {
        let sources = column.sources.map { rows.column($0) }
        guard column.sources.isEmpty || sources.contains(where: { $0 != nil }) else { return [] }
        let marks = leavesOut.map { (position: rows.column($0.column), value: $0.value) }
        let labels = labels.filter { column.labels?.contains($0.label) ?? true }
            .map { (position: rows.column($0.column), label: $0.label) }
        var samples: [Sample] = []
        for row in 0..<rows.count {
            let text = { (rows: borrowing Rows, position: Int?) in
                position.flatMap { rows.text(row: row, column: $0) }
            }
            if marks.contains(where: { text(rows, $0.position) == $0.value }) { continue }
            guard let value = column.read(sources.map { text(rows, $0) }) else { continue }
            var all = Labels()
            for label in labels where !all.append(label.label, text(rows, label.position) ?? "") { cuts += 1 }
            samples.append(Sample(value, labels: all.followed(by: column.fixed)))
        }
        return samples
    }
}
