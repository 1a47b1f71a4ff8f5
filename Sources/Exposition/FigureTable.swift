/// What was read of several things before it is text: a row for each thing, a column for each figure.
///
/// The families that are shown and whatever follows from their figures come from one table, and cannot
/// disagree.
package struct FigureTable: Sendable {
    /// One figure of every row.
    package struct Column: Sendable {
        package let metric: Metric
        /// The names of the row's labels that its samples have.
        package let labelNames: [String]
        /// A label besides those of the row, such as which state it counts.
        package let part: Part?
        /// Those labels of each row, without `part`.
        private let labels: [Labels]
        /// By row; nil gives no sample.
        package var values: [Sample.Value?]

        package init(
            _ metric: Metric, by labelNames: [String], part: Part? = nil, labels: [Labels],
            values: [Sample.Value?]
        ) {
            self.metric = metric
            self.labelNames = labelNames
            self.part = part
            self.labels = labels
            self.values = values
        }

        /// The labels of a row's sample.
        package func labels(of row: Int) -> Labels {
            part.map { labels[row].followed(by: $0.labels) } ?? labels[row]
        }

        fileprivate func add(to samples: inout [Sample]) {
            for (row, value) in values.enumerated() {
                if let value { samples.append(Sample(value, labels: labels(of: row))) }
            }
        }

        fileprivate func only(_ rows: [Int]) -> Column {
            Column(
                metric, by: labelNames, part: part, labels: rows.map { labels[$0] },
                values: rows.map { values[$0] })
        }
    }

    /// A label that all samples of a column have.
    package struct Part: Sendable {
        package let name: String
        package let value: String
        fileprivate let labels: Labels

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
            labels = [name: value]
        }
    }

    /// The names of the rows' labels.
    package let labelNames: [String]
    /// What the labels say of each row, in the order of their names; an empty text is no label.
    package private(set) var rows: [[String]]
    package var columns: [Column] = []

    package init(labelNames: [String], rows: [[String]]) {
        self.labelNames = labelNames
        self.rows = rows
    }

    /// One family for each metric, in the order of the columns, with the samples of all its columns.
    package var families: [MetricFamily] {
        var positions: [MetricName: Int] = [:]
        var families: [MetricFamily] = []
        for column in columns {
            let position = positions[column.metric.name] ?? families.count
            if position == families.count {
                positions[column.metric.name] = position
                families.append(MetricFamily(column.metric))
                let same = columns.count { $0.metric.name == column.metric.name }
                families[position].samples.reserveCapacity(same * rows.count)
            }
            column.add(to: &families[position].samples)
        }
        return families
    }

    /// Leaves out the rows of which no column says anything.
    package mutating func removeEmptyRows() {
        let full = rows.indices.filter { row in columns.contains { $0.values[row] != nil } }
        guard full.count < rows.count else { return }
        rows = full.map { rows[$0] }
        columns = columns.map { $0.only(full) }
    }
}
