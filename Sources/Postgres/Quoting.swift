extension String {
    /// The name as SQL takes it, whatever it holds (PostgreSQL, "Identifiers and Key Words").
    package var quotedIdentifier: String { "\"\(replacing("\"", with: "\"\""))\"" }

    /// The text as SQL takes it, whatever it holds and whatever `standard_conforming_strings` says.
    package var quotedLiteral: String {
        let quoted = "'\(replacing("'", with: "''"))'"
        return contains("\\") ? "E\(quoted.replacing("\\", with: "\\\\"))" : quoted
    }
}
