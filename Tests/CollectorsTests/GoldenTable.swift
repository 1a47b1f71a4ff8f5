import Foundation

/// A statement's answer as text that reads like psql's, and reads back as the same answer.
///
/// `∅` is SQL NULL. What would be misread is escaped: `\n`, `\r`, `\\`, `\p` for a bar, `\s` for a space at
/// either end, `\∅` for the sign itself.
struct GoldenTable: Equatable {
    let columns: [String]
    let rows: [[String?]]

    init(columns: [String], rows: [[String?]]) {
        self.columns = columns
        self.rows = rows
    }

    init(parsing text: String) {
        let lines = text.split(separator: "\n").map { line in
            line.split(separator: "|", omittingEmptySubsequences: false)
                .map { $0.trimmingCharacters(in: CharacterSet(charactersIn: " ")) }
        }
        columns = lines.first?.map(Self.unescaped) ?? []
        rows = lines.dropFirst().map { $0.map { $0 == "∅" ? nil : Self.unescaped($0) } }
    }

    var text: String {
        let lines = [columns.map(Self.escaped)] + rows.map { $0.map { $0.map(Self.escaped) ?? "∅" } }
        let widths = columns.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { line in
            let padded = zip(line, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count)
            }
            return padded.joined(separator: " | ").replacing(#/ +$/#, with: "") + "\n"
        }.joined()
    }

    private static func escaped(_ cell: String) -> String {
        let scalars = Array(cell.unicodeScalars)
        return scalars.indices.map { index in
            switch scalars[index] {
            case "\\": #"\\"#
            case "\n": #"\n"#
            case "\r": #"\r"#
            case "|": #"\p"#
            case "∅": #"\∅"#
            case " " where index == 0 || index == scalars.count - 1: #"\s"#
            default: String(scalars[index])
            }
        }.joined()
    }

    private static func unescaped(_ cell: String) -> String {
        var result = ""
        var scalars = cell.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            guard scalar == "\\", let escaped = scalars.next() else {
                result.unicodeScalars.append(scalar)
                continue
            }
            switch escaped {
            case "n": result += "\n"
            case "r": result += "\r"
            case "p": result += "|"
            case "s": result += " "
            default: result.unicodeScalars.append(escaped)
            }
        }
        return result
    }
}
