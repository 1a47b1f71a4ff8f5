extension String {
    /// The name as SQL takes it, whatever it holds (PostgreSQL, "Identifiers and Key Words").
    package var quotedIdentifier: String { "\"\(replacing("\"", with: "\"\""))\"" }

    /// The text as SQL takes it, whatever it holds and whatever `standard_conforming_strings` says.
    package var quotedLiteral: String {
        let quoted = "'\(replacing("'", with: "''"))'"
        return contains("\\") ? "E\(quoted.replacing("\\", with: "\\\\"))" : quoted
    }
}

extension [String] {
    /// As PostgreSQL reads an array's text.
    package var arrayLiteral: String {
        let quoted = map { "\"\($0.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\"" }
        return "{\(quoted.joined(separator: ","))}"
    }
}
