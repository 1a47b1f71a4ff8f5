import Exposition
package import Postgres

extension ConsoleCollector {
    /// The most series of one metric that one run shows; the rest is dropped and counted.
    static let mostSeries = 10_000

    /// Turns a console's answer into figures and the families that show them; counters become sums.
    ///
    /// `database` is the one by which we talk to the console; `connection` tells a connection from the next.
    package func collection(
        from rows: borrowing Rows, of database: String, into sums: ConsoleSums, over connection: Int32 = 0
    ) -> Collection {
        var collection = Collection()
        collection.rowCount = rows.count
        var table: FigureTable
        switch shape {
        case .pairs(let name, let value):
            table = FigureTable(labelNames: [], rows: [[]])
            read(pairs(in: rows, name, value), into: &table)
        case .table:
            let kept = keptRows(of: rows, database)
            table = FigureTable(labelNames: labels.map(\.label), rows: labelTexts(of: kept, in: rows))
            collection.repeatedSeries = read(rows, kept, into: &table)
        }
        collection.cutLabels = table.rows.reduce(0) { cuts, texts in
            cuts + texts.count { $0.utf8.count > Labels.longestValue }
        }
        collection.droppedSeries = sums.add(to: &table, of: name, over: connection)
        collection.droppedSeries += table.dropSamples(beyond: Self.mostSeries)
        collection.families = table.families
        collection.figures = table
        return collection
    }

    // MARK: - A row for each quantity

    private func pairs(in rows: borrowing Rows, _ name: String, _ value: String) -> [String: String] {
        guard let name = rows.column(name), let value = rows.column(value) else { return [:] }
        var texts: [String: String] = [:]
        for row in 0..<rows.count {
            guard let key = rows.text(row: row, column: name) else { continue }
            texts[key] = rows.text(row: row, column: value)
        }
        return texts
    }

    private func read(_ texts: [String: String], into table: inout FigureTable) {
        for column in columns {
            table.columns.append(
                FigureTable.Column(
                    column.metric, by: [], part: column.part, labels: [Labels()],
                    values: [column.read(column.sources.map { texts[$0] })]))
        }
    }

    // MARK: - A row for each thing

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

    private func labelTexts(of kept: [Int], in rows: borrowing Rows) -> [[String]] {
        let positions = labels.map { rows.column($0.column) }
        var texts: [[String]] = []
        texts.reserveCapacity(kept.count)
        for row in kept {
            var own: [String] = []
            own.reserveCapacity(positions.count)
            for position in positions {
                own.append(position.flatMap { rows.text(row: row, column: $0) } ?? "")
            }
            texts.append(own)
        }
        return texts
    }

    /// Returns how many samples were too many for their labels.
    private func read(_ rows: borrowing Rows, _ kept: [Int], into table: inout FigureTable) -> Int {
        let names = rows.columns
        var ways: [RowLabels] = []
        var repeated = 0
        for column in columns.flatMap({ $0.found(among: names) }) {
            let own = labels.map(\.label).filter { column.labels?.contains($0) ?? true }
            let way = ways.first { $0.names == own } ?? RowLabels(own, of: table)
            if !ways.contains(where: { $0.names == own }) { ways.append(way) }
            var values = self.values(of: column, in: rows, kept)
            var tooMany = way.resolveRepetitions(in: &values, column.repeats)
            tooMany += table.add(values, of: column, by: way)
            repeated += column.repeats == .keepFirst ? tooMany : 0
        }
        // What is counted one by one has many rows, of which few are left.
        if ways.contains(where: \.mayRepeat) { table.removeEmptyRows() }
        return repeated
    }

    private func values(of column: ConsoleColumn, in rows: borrowing Rows, _ kept: [Int])
        -> [Sample.Value?]
    {
        let sources = column.sources.map { rows.column($0) }
        var values = [Sample.Value?](repeating: nil, count: kept.count)
        guard column.sources.isEmpty || sources.contains(where: { $0 != nil }) else { return values }
        var cells = [String?](repeating: nil, count: sources.count)
        for (index, row) in kept.enumerated() {
            for (place, source) in sources.enumerated() {
                cells[place] = source.flatMap { rows.text(row: row, column: $0) }
            }
            values[index] = column.read(cells)
        }
        return values
    }
}

extension FigureTable {
    /// Adds a column, or its values to one that means the same by another name.
    ///
    /// Returns how many samples were too many.
    fileprivate mutating func add(
        _ values: [Sample.Value?], of column: ConsoleColumn, by way: RowLabels
    ) -> Int {
        let known = columns.firstIndex {
            $0.metric.name == column.metric.name && $0.part?.value == column.part?.value
        }
        guard let known else {
            columns.append(
                Column(
                    column.metric, by: way.names, part: column.part, labels: way.labels, values: values))
            return 0
        }
        var tooMany = 0
        for (row, value) in values.enumerated() {
            guard let value else { continue }
            let before = columns[known].values[row]
            tooMany += before == nil ? 0 : 1
            columns[known].values[row] = before?.joined(with: value, column.repeats) ?? value
        }
        return tooMany
    }

    /// Keeps so many samples of each metric, and returns how many there were more.
    fileprivate mutating func dropSamples(beyond most: Int) -> Int {
        guard rows.count * columns.count > most else { return 0 }
        var dropped = 0
        var counts: [MetricName: Int] = [:]
        for column in columns.indices {
            var count = counts[columns[column].metric.name] ?? 0
            for row in rows.indices where columns[column].values[row] != nil {
                count += 1
                guard count > most else { continue }
                columns[column].values[row] = nil
                dropped += 1
            }
            counts[columns[column].metric.name] = count
        }
        return dropped
    }
}
