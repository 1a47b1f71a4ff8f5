/// Columns without boxes: the first to the left, all others to the right but the last.
package struct TextTable {
    private var lines: [[String]]

    package init(header: [String]) {
        lines = [header]
    }

    package mutating func append(_ cells: [String]) {
        precondition(cells.count == lines[0].count, "a line has another number of cells")
        lines.append(cells)
    }

    /// `color` turns a cell of the last column into what a terminal shows.
    package func text(color: (String) -> String = { $0 }) -> String {
        let last = lines[0].count - 1
        let widths = (0...last).map { column in lines.map { $0[column].count }.max() ?? 0 }
        let rows = lines.enumerated().map { row, cells in
            let texts = cells.enumerated().map { column, cell in
                if column == 0 { return cell.padding(to: widths[0]) }
                if column == last { return row == 0 ? cell : color(cell) }
                return cell.leftPadding(to: widths[column])
            }
            return texts.joined(separator: "  ") + "\n"
        }
        return rows.joined()
    }
}
