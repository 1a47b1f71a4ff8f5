extension SQLText {
    /// The same with every value's number raised, for a statement that has values of its own before.
    package func shiftingParameters(by count: Int) -> SQLText {
        SQLText(
            tokens: tokens.map { token in
                guard case .parameter(let number?) = token.kind else { return token }
                return SQLToken(kind: .parameter(number + count), text: "$\(number + count)")
            })
    }

    /// The same with another text wherever a column is named; `t.column` is replaced whole.
    package func replacingColumn(_ column: String, with replacement: String) -> SQLText {
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
        return SQLText(text.joined())
    }

    /// Without what ends a statement, so that it can stand inside another.
    package var withoutTerminator: SQLText {
        let last = tokens.lastIndex { !$0.isBlank && $0.kind != .semicolon }
        return SQLText(tokens: last.map { Array(tokens[...$0]) } ?? [])
    }

    /// In parentheses that a comment at its end cannot swallow.
    package var parenthesized: String { tokens.last?.kind == .comment ? "(\(text)\n)" : "(\(text))" }
}
