import Foundation

extension GoldenTable {
    private static let separator = "\n---\n"

    /// The table of a golden file, and the page below it.
    static func read(from url: URL) throws -> (table: GoldenTable, page: String) {
        let text = try String(contentsOf: url, encoding: .utf8)
        guard let separator = text.range(of: separator) else { return (GoldenTable(parsing: text), "") }
        return (
            GoldenTable(parsing: String(text[..<separator.lowerBound])), String(text[separator.upperBound...])
        )
    }

    func write(to url: URL, page: String) throws {
        let whole = text.dropLast() + Self.separator + page
        try String(whole).write(to: url, atomically: true, encoding: .utf8)
    }
}
