import Exposition

/// Some labels of each row of an answer, and which rows they do not tell apart.
struct RowLabels {
    let names: [String]
    let labels: [Labels]
    /// Of each row the first one with the same labels; nil where all differ.
    private let first: [Int]?

    init(_ names: [String], of table: FigureTable) {
        self.names = names
        let positions = names.compactMap { name in
            table.labelNames.firstIndex(of: name).map { (name: name, position: $0) }
        }
        labels = table.rows.map { row in
            positions.reduce(into: Labels()) { $0.append($1.name, row[$1.position]) }
        }
        var seen: [Labels: Int] = [:]
        seen.reserveCapacity(labels.count)
        let first = labels.enumerated().map { row, labels in
            if let known = seen[labels] { return known }
            seen[labels] = row
            return row
        }
        self.first = seen.count < labels.count ? first : nil
    }

    var mayRepeat: Bool { first != nil }

    /// Makes the values of rows with the same labels one, in the first of them.
    ///
    /// Returns how many were too many.
    func resolveRepetitions(in values: inout [Sample.Value?], _ way: Duplicates) -> Int {
        guard let first else { return 0 }
        var repeated = 0
        for row in values.indices where first[row] != row {
            guard let value = values[row] else { continue }
            values[row] = nil
            repeated += values[first[row]] == nil ? 0 : 1
            values[first[row]] = values[first[row]]?.joined(with: value, way) ?? value
        }
        return repeated
    }
}
