/// A piece of SQL as PostgreSQL's scanner takes it apart, as far as parameters and names are concerned.
///
/// With `standard_conforming_strings`, as PostgreSQL has had it since 9.1 (PostgreSQL, "Lexical Structure").
struct SQLToken: Equatable {
    enum Kind: Equatable {
        /// `$1`.
        case parameter(Int)
        /// A name or keyword as it would be looked up: folded to lower case unless it stands in quotes.
        case name(String)
        /// Whitespace and comments.
        case space
        /// Strings, numbers, punctuation.
        case other
    }

    let kind: Kind
    /// As written; the texts of all tokens are the statement again.
    let text: String

    static func tokens(of sql: String) -> [SQLToken] {
        var scanner = SQLScanner(sql)
        var tokens: [SQLToken] = []
        while let token = scanner.next() { tokens.append(token) }
        return tokens
    }

    var name: String? {
        if case .name(let name) = kind { name } else { nil }
    }
}

/// Statements as texts, changed where the scanner says that it is safe.
extension String {
    /// The same with `$1` as `$2` and so on.
    func shiftingParameters(by count: Int) -> String {
        SQLToken.tokens(of: self).map { token in
            if case .parameter(let number) = token.kind { "$\(number + count)" } else { token.text }
        }.joined()
    }

    /// The same with another text wherever a column is named; `t.column` is replaced whole.
    func replacingColumn(_ column: String, with replacement: String) -> String {
        let tokens = SQLToken.tokens(of: self)
        var text: [String] = []
        for (index, token) in tokens.enumerated() {
            let follower = index + 1 < tokens.count ? tokens[index + 1].text : ""
            guard token.name == column, follower != ".", follower != "(" else {
                text.append(token.text)
                continue
            }
            if text.last == ".", text.count > 1 { text.removeLast(2) }
            text.append(replacement)
        }
        return text.joined()
    }

    /// The names in it, of whatever they are names.
    var mentionedNames: Set<String> { Set(SQLToken.tokens(of: self).compactMap(\.name)) }

    /// What two writings of one expression have in common: without spaces, parentheses and schemas.
    var expressionCore: [String] {
        let tokens = SQLToken.tokens(of: self).filter {
            $0.kind != .space && $0.text != "(" && $0.text != ")"
        }
        var core: [String] = []
        for token in tokens {
            if core.last == "." { core.removeLast(2) }
            // Nothing that begins with a point can stand behind one.
            core.append(token.text == "." && core.isEmpty ? "" : token.name ?? token.text)
        }
        return core
    }

    /// In parentheses that a comment at its end cannot swallow.
    var parenthesized: String { contains("--") ? "(\(self)\n)" : "(\(self))" }

    /// Without what ends a statement, so that it can stand inside another.
    var withoutTerminator: String {
        var tokens = SQLToken.tokens(of: self)
        while let last = tokens.last, last.kind == .space || last.text == ";" { tokens.removeLast() }
        return tokens.map(\.text).joined()
    }
}

extension [String] {
    /// As PostgreSQL reads an array's text.
    var arrayLiteral: String {
        let quoted = map { "\"\($0.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\"" }
        return "{\(quoted.joined(separator: ","))}"
    }
}
