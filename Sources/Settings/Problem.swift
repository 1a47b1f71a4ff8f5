/// One thing that is wrong with the settings, and what would be right.
package struct Problem: Sendable, Hashable {
    /// Where in a file, both from 1; columns count Unicode scalars.
    package struct Position: Sendable, Hashable, Comparable {
        package let line: Int
        package let column: Int

        package static func < (a: Position, b: Position) -> Bool {
            (a.line, a.column) < (b.line, b.column)
        }
    }

    /// The path of the file, or what else was read: an option, an environment variable.
    package let file: String
    /// Nil where the problem is not at one place of a file.
    package let position: Position?
    /// Names settings and kinds of values, never a value.
    package let text: String
}

extension Problem: CustomStringConvertible {
    package var description: String {
        guard let position else { return "\(file): \(text)" }
        return "\(file):\(position.line):\(position.column): \(text)"
    }
}
