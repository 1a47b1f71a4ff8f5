/// All that is wrong with the settings, in the order of the file.
package struct SettingsErrors: Error, Sendable, Equatable {
    /// As many problems are described; a file of another kind has one on every line.
    package static let mostDescribed = 50

    package let problems: [Problem]

    init(_ problems: [Problem]) {
        self.problems = problems
    }
}

extension SettingsErrors: CustomStringConvertible {
    /// One line for each problem: `file:line:column: what was found; what is allowed`.
    package var description: String {
        var lines = problems.prefix(Self.mostDescribed).map(\.description)
        if problems.count > Self.mostDescribed {
            lines.append("and \(problems.count - Self.mostDescribed) more")
        }
        return lines.joined(separator: "\n")
    }
}
