import Exposition
package import Postgres

extension Collector {
    /// Turns rows into families: one per metric column, one sample per row.
    ///
    /// SQL NULL gives no sample: "unknown" is not zero. A column that the statement should return and does
    /// not is an error, and so is a cell that is no number.
    package func collection(
        from rows: borrowing Rows, of server: ServerState, into accumulator: Accumulator? = nil
    )
        throws(CollectorError) -> Collection
    {
        let columns = columns.filter { $0.exists(on: server) }
        var positions: [Int] = []
        for column in columns {
            guard let position = rows.column(column.name) else { throw .missingColumn(column.name) }
            positions.append(position)
        }

        var collection = Collection()
        collection.rowCount = min(rows.count, mostRows)
        let labelColumns = zip(columns, positions).filter(\.0.isLabel).map {
            (name: $0.name, position: $1)
        }
        var labels: [Labels] = []
        labels.reserveCapacity(collection.rowCount)
        for row in 0..<collection.rowCount {
            labels.append(Self.labels(labelColumns, row: row, of: rows, cuts: &collection.cutLabels))
        }
        if let accumulator, accumulates {
            try add(rows, zip(columns, positions), labels, to: accumulator, in: &collection)
            return collection
        }
        let mayRepeat = Set(labels).count < labels.count
        for (column, position) in zip(columns, positions) {
            guard let metric = column.metric else { continue }
            var family = MetricFamily(metric)
            for row in 0..<rows.count {
                guard let value = try column.value(row: row, at: position, of: rows) else { continue }
                guard row < collection.rowCount, metric.kind != .counter || value.isCount else {
                    collection.droppedSeries += 1
                    continue
                }
                if family.samples.isEmpty { family.samples.reserveCapacity(collection.rowCount - row) }
                family.samples.append(Sample(value, labels: labels[row]))
            }
            if mayRepeat {
                let repeated = family.resolveRepetitions(duplicates)
                collection.repeatedSeries += accumulates ? 0 : repeated  // There they are meant to be summed.
            }
            collection.families.append(family)
        }
        return collection
    }

    /// The same where rows are summed over the daemon's life; all rows speak of one place, the first label's.
    private func add(
        _ rows: borrowing Rows, _ columns: Zip2Sequence<[Column], [Int]>, _ labels: [Labels],
        to accumulator: Accumulator, in collection: inout Collection
    ) throws(CollectorError) {
        let counters = columns.filter { $0.0.metric != nil }
        let text = { (rows: borrowing Rows, row: Int, isMeant: (Column) -> Bool) in
            columns.first { isMeant($0.0) }.flatMap { rows.text(row: row, column: $0.1) }
        }
        var additions: [Accumulator.Row] = []
        for row in labels.indices {
            var values: [Sample.Value?] = []
            for (column, position) in counters {
                values.append(try column.value(row: row, at: position, of: rows))
            }
            additions.append(
                Accumulator.Row(entry: text(rows, row, \.isEntry), labels: labels[row], values: values))
        }
        let totals =
            labels.isEmpty
            ? []
            : accumulator.totals(
                of: additions, at: text(rows, 0, \.isLabel) ?? "", in: text(rows, 0, \.isEpoch) ?? "")
        for (index, counter) in counters.enumerated() {
            var family = counter.0.metric.map { MetricFamily($0) }
            family?.samples = totals.compactMap { total in
                total.values[index].map { Sample($0, labels: total.labels) }
            }
            if let family { collection.families.append(family) }
        }
    }

    private static func labels(
        _ columns: [(name: String, position: Int)], row: Int, of rows: borrowing Rows, cuts: inout Int
    ) -> Labels {
        var labels = Labels()
        for column in columns {
            guard let value = rows.text(row: row, column: column.position) else { continue }
            let isWhole = labels.append(column.name, value)
            cuts += isWhole ? 0 : 1
        }
        return labels
    }
}
