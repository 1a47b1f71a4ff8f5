/// A text of SQL, read as far as it takes to tell code from quotes and comments; no server is asked.
package struct SQLText: Sendable, Equatable {
    let tokens: [SQLToken]

    package init(_ text: String) {
        var scanner = SQLScanner(text)
        var tokens: [SQLToken] = []
        while let token = scanner.next() { tokens.append(token) }
        self.tokens = tokens
    }

    init(tokens: [SQLToken]) { self.tokens = tokens }

    package var text: String { tokens.map(\.text).joined() }

    // MARK: - Values

    /// The numbers of the values that it takes.
    package var parameters: Set<Int> { Set(numbers.compactMap(\.self)) }

    /// How many values it takes; nil where a number is left out, whose type no server could tell.
    package var parameterCount: Int? {
        // A number too high to be counted is as good as left out.
        let count = parameters.count
        return !numbers.contains(nil) && parameters == Set(1..<(count + 1)) ? count : nil
    }

    /// Such as `$1` where it is no parameter.
    package var hasParameterInQuotes: Bool { tokens.contains(where: \.holdsParameter) }

    private var numbers: [Int?] {
        tokens.compactMap { if case .parameter(let number) = $0.kind { .some(number) } else { .none } }
    }

    // MARK: - Statements

    /// Whether all quotes, comments and parentheses that begin also end.
    package var isWhole: Bool {
        var depth = 0
        for token in tokens {
            if token.isOpen { return false }
            if token.text == "(" { depth += 1 }
            if token.text == ")" { depth -= 1 }
            if depth < 0 { return false }
        }
        return depth == 0
    }

    package var hasSemicolon: Bool { tokens.contains { $0.kind == .semicolon } }

    /// In lower case; `(` where the text begins with one, nil where it begins with neither.
    package var firstWord: String? {
        guard let first = tokens.first(where: { !$0.isBlank }) else { return nil }
        if first.text == "(" { return "(" }
        return first.text.hasPrefix("\"") ? nil : first.name
    }

    /// The texts between semicolons, without those that are nothing but white space and comments.
    package var statements: [SQLText] {
        tokens.split { $0.kind == .semicolon }.filter { !$0.allSatisfy(\.isBlank) }
            .map { SQLText(tokens: Array($0)) }
    }

    // MARK: - Names and comments

    /// The names in it, keywords among them, of whatever they are names.
    package var names: Set<String> { Set(tokens.compactMap(\.name)) }

    package var comments: [String] { tokens.filter { $0.kind == .comment }.map(\.text) }

    /// What two writings of one expression have in common: without spaces, parentheses and schemas.
    package var expressionCore: [String] {
        var core: [String] = []
        for token in tokens where !token.isBlank && token.text != "(" && token.text != ")" {
            if core.last == "." { core.removeLast(2) }
            // Nothing that begins with a point can stand behind one.
            core.append(token.text == "." && core.isEmpty ? "" : token.name ?? token.text)
        }
        return core
    }
}
